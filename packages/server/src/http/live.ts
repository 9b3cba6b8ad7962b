import { InvalidInput } from "@outlay/core";
import type { EventAnswer, MetricValues } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { askLedger } from "./ask-ledger.ts";
import { wireEvent } from "../ledger/wire-event.ts";
import type { StoredEvent } from "../storage/storage.ts";

/** Events that one message, or one resumption, holds at most; beyond that readers are told to ask again. */
const MAX_EVENTS_PER_MESSAGE = 1_000;
/** Arrivals within this time go out together. */
const GATHER_MS = 100;
/** The time between messages while more arrives than anybody could read. */
const FLOOD_MS = 1_000;
const TOTALS_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** What may wait for one reader; a slower one is cut off, and resumes. */
const MAX_WAITING_BYTES = 2 * 1024 * 1024;
/** Live messages that may wait while a reader is still being told what it missed. */
const MAX_WAITING_MESSAGES = 100;
const MAX_READERS = 500;

/** Events gathered for one message, in the order of their arrival. */
interface Message {
  events: StoredEvent[];
  lastSeq: number;
  /** More arrived than a message holds: `events` is not all. */
  flooded: boolean;
}

/** Who reads a stream. */
export interface Viewer {
  /** Names what they may see: viewers with the same scope share a subscription. */
  scope: string;
  /** Holds only what they may see. */
  ledger: Ledger;
}

/** The server-sent events of `/api/v1/stream`: one subscription to the ledger for all readers who may see the same. */
export class LiveStreams {
  readonly #channels = new Map<string, Channel>();
  #readers = 0;
  #closed = false;

  /**
   * A new stream. `lastSeq` is the id that the reader saw last: what came after it is sent first. `disconnect` cuts
   * the connection of a reader that is too slow; false: there is none.
   * Throws InvalidInput `too_many_streams` (429) above 500 readers.
   */
  open({ scope, ledger }: Viewer, lastSeq: number | null, disconnect: () => boolean): Response {
    if (this.#closed || this.#readers >= MAX_READERS) {
      throw new InvalidInput("too_many_streams", `${MAX_READERS} streams are open already; close some`, {
        status: 429,
      });
    }
    let channel = this.#channels.get(scope);
    if (channel === undefined) this.#channels.set(scope, (channel = new Channel(ledger)));
    const joined = channel;
    this.#readers++;
    return joined.open(lastSeq, disconnect, () => {
      this.#readers--;
      if (joined.isEmpty && this.#channels.get(scope) === joined) this.#channels.delete(scope);
    });
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    for (const channel of [...this.#channels.values()]) channel.close();
  }
}

/** All readers who may see the same. */
class Channel {
  readonly #ledger: Ledger;
  readonly #readers = new Set<Reader>();
  #gathered: Message = emptyMessage();
  #timers: NodeJS.Timeout[] = [];
  #flushTimer: NodeJS.Timeout | null = null;
  #totalsTimer: NodeJS.Timeout | null = null;
  #lastTotals = "";
  #unsubscribe: (() => void) | null = null;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  open(lastSeq: number | null, disconnect: () => boolean, onGone: () => void): Response {
    const reader = new Reader(disconnect, () => {
      if (!this.#readers.delete(reader)) return;
      if (this.isEmpty) this.#stop();
      onGone();
    });
    this.#join(reader);
    void this.#start(reader, lastSeq);
    return eventStream(reader.stream);
  }

  close(): void {
    for (const reader of [...this.#readers]) reader.end();
    this.#stop();
  }

  #join(reader: Reader): void {
    this.#readers.add(reader);
    if (this.#unsubscribe !== null) return;
    this.#unsubscribe = this.#ledger.live.subscribe((events) => this.#gather(events));
    this.#timers = [setInterval(() => this.#beat(), HEARTBEAT_MS).unref()];
  }

  #stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    if (this.#totalsTimer !== null) clearTimeout(this.#totalsTimer);
    this.#timers = [];
    this.#flushTimer = null;
    this.#totalsTimer = null;
    this.#gathered = emptyMessage();
  }

  /** Says hello, then what was missed, then what has gathered meanwhile. */
  async #start(reader: Reader, lastSeq: number | null): Promise<void> {
    try {
      reader.send("retry: 2000\n\n");
      reader.send(totalsFrame(await this.#totals()));
      if (lastSeq !== null) await this.#replay(reader, lastSeq);
      reader.startLive();
    } catch {
      // the reader comes back by itself and says where it was
      reader.cut();
    }
  }

  async #replay(reader: Reader, lastSeq: number): Promise<void> {
    const missed: StoredEvent[] = [];
    const question = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER, filters: [], afterSeq: lastSeq };
    for await (const page of this.#ledger.storage.scanEvents({ ...question, pageSize: MAX_EVENTS_PER_MESSAGE + 1 })) {
      missed.push(...page);
      if (missed.length > MAX_EVENTS_PER_MESSAGE) break;
    }
    if (missed.length > MAX_EVENTS_PER_MESSAGE) {
      // live events from here on are complete, so the reader only has to ask for the state once
      reader.send(`event: reset\ndata: {}\n\n`);
      return;
    }
    reader.replay(missed);
  }

  #gather(events: StoredEvent[]): void {
    const gathered = this.#gathered;
    for (const event of events) {
      if (event.seq > gathered.lastSeq) gathered.lastSeq = event.seq;
      if (gathered.events.length < MAX_EVENTS_PER_MESSAGE) gathered.events.push(event);
      else gathered.flooded = true;
    }
    this.#flushTimer ??= setTimeout(() => this.#flush(), GATHER_MS).unref();
    this.#totalsTimer ??= setTimeout(() => void this.#sendTotals(), TOTALS_MS).unref();
  }

  #flush(): void {
    const message = this.#gathered;
    this.#gathered = emptyMessage();
    this.#flushTimer = message.flooded ? setTimeout(() => this.#afterFlood(), FLOOD_MS).unref() : null;
    const frame = message.flooded ? resetFrame(message.lastSeq) : usageFrame(message.events);
    for (const reader of this.#readers) reader.sendMessage(message, frame);
  }

  #afterFlood(): void {
    this.#flushTimer = null;
    if (this.#gathered.events.length > 0) this.#flush();
  }

  async #sendTotals(): Promise<void> {
    try {
      this.#sendToAll(totalsFrame(await this.#totals()));
    } catch {
      // the next arrival tries again; a stream without totals for a second is no harm
    }
    this.#totalsTimer = null;
  }

  async #totals(): Promise<MetricValues> {
    const params = { metrics: ["cost,calls,tokens,errors"], period: ["today"] };
    const { totals } = await askLedger(this.#ledger, params);
    return totals;
  }

  /** Keeps connections open, finds those that are gone, and notices midnight. */
  #beat(): void {
    for (const reader of this.#readers) reader.send(": still here\n\n");
    this.#totalsTimer ??= setTimeout(() => void this.#sendTotals(), 0).unref();
  }

  #sendToAll(frame: string): void {
    if (frame === this.#lastTotals) return;
    this.#lastTotals = frame;
    for (const reader of this.#readers) reader.send(frame);
  }
}

/** One open stream. Until its past has been sent, live messages wait. */
class Reader {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #disconnect: () => boolean;
  readonly #onGone: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #waiting: { message: Message; frame: string }[] | null = [];
  #replayedSeq = 0;

  constructor(disconnect: () => boolean, onGone: () => void) {
    this.#disconnect = disconnect;
    this.#onGone = onGone;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#gone(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
  }

  send(frame: string): void {
    if (this.#controller === null) return;
    if ((this.#controller.desiredSize ?? 0) <= 0) this.cut();
    else this.#controller.enqueue(encoder.encode(frame));
  }

  /** A live message; leaves out what was replayed already. `frame` is the whole message, made once for all readers. */
  sendMessage(message: Message, frame: string): void {
    if (this.#waiting !== null) {
      if (this.#waiting.push({ message, frame }) > MAX_WAITING_MESSAGES) this.cut();
      return;
    }
    const fresh = message.events.filter((event) => event.seq > this.#replayedSeq);
    if (message.flooded || fresh.length === message.events.length) this.send(frame);
    else if (fresh.length > 0) this.send(usageFrame(fresh));
  }

  replay(missed: StoredEvent[]): void {
    this.#replayedSeq = missed.at(-1)?.seq ?? 0;
    if (missed.length > 0) this.send(usageFrame(missed));
  }

  startLive(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { message, frame } of waiting) this.sendMessage(message, frame);
  }

  end(): void {
    this.#controller?.close();
    this.#gone();
  }

  /** Ends in a way that the reader takes for a broken connection. */
  cut(): void {
    if (this.#disconnect()) this.#controller?.close();
    else this.#controller?.error(new Error("the reader is too slow"));
    this.#gone();
  }

  #gone(): void {
    this.#controller = null;
    this.#onGone();
  }
}

const encoder = new TextEncoder();

/** The response that carries server-sent events. */
export function eventStream(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}

function emptyMessage(): Message {
  return { events: [], lastSeq: 0, flooded: false };
}

function usageFrame(events: StoredEvent[]): string {
  const answers: EventAnswer[] = events.map(wireEvent);
  return `event: usage\nid: ${events.at(-1)?.seq ?? 0}\ndata: ${JSON.stringify({ events: answers })}\n\n`;
}

function resetFrame(lastSeq: number): string {
  return `event: reset\nid: ${lastSeq}\ndata: {}\n\n`;
}

function totalsFrame(today: MetricValues): string {
  return `event: totals\ndata: ${JSON.stringify({ today })}\n\n`;
}
