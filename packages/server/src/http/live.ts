import { InvalidInput } from "@outlay/core";
import type { Alerts } from "../alerts/alerts.ts";
import type { NumberedEntry } from "../alerts/history.ts";
import type { EventAnswer, MetricValues } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { historyAnswer } from "./alert-answers.ts";
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
  /** May they know of an alert about these users alone? null: it is about others too. */
  mayKnow(users: readonly string[] | null): boolean;
  /** Whether they are still who they were, with the same rights: a stream outlives sessions, keys and roles. */
  mayStay(): Promise<boolean>;
}

/** What has become of alerts, in the order in which it was noted. */
export type AlertFeed = Pick<Alerts["history"], "after" | "lastNumber" | "subscribe">;

/** Where a reader is: the last event and the last entry about an alert that it was told of. */
export interface StreamPlace {
  /** null: only what is recorded from now on. */
  seq: number | null;
  alertNumber: number;
}

/** Reads an id of the stream, `<seq>` or `<seq>-<alert number>`; null: it is none. */
export function parseStreamPlace(id: string): StreamPlace | null {
  const [, seq, alertNumber = "0"] = /^(\d{1,15})?(?:-(\d{1,15}))?$/.exec(id) ?? [];
  if (seq === undefined && alertNumber === "0") return null;
  return { seq: seq === undefined ? null : Number(seq), alertNumber: Number(alertNumber) };
}

/** The server-sent events of `/api/v1/stream`: one subscription to the ledger for all readers who may see the same. */
export class LiveStreams {
  readonly #alerts: AlertFeed;
  readonly #channels = new Map<string, Channel>();
  #readers = 0;
  #closed = false;

  constructor(alerts: AlertFeed) {
    this.#alerts = alerts;
  }

  /**
   * A new stream. `place`: where the reader was, what came after it is sent first; null: it is new. `disconnect` cuts
   * the connection of a reader that is too slow; false: there is none.
   * Throws InvalidInput `too_many_streams` (429) above 500 readers.
   */
  open(viewer: Viewer, place: StreamPlace | null, disconnect: () => boolean): Response {
    const { scope } = viewer;
    if (this.#closed || this.#readers >= MAX_READERS) {
      throw new InvalidInput("too_many_streams", `${MAX_READERS} streams are open already; close some`, {
        status: 429,
      });
    }
    let channel = this.#channels.get(scope);
    if (channel === undefined) this.#channels.set(scope, (channel = new Channel(viewer, this.#alerts)));
    const joined = channel;
    this.#readers++;
    return joined.open(place, viewer, disconnect, () => {
      this.#readers--;
      if (joined.isEmpty && this.#channels.get(scope) === joined) this.#channels.delete(scope);
    });
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    for (const channel of this.#channels.values()) channel.close();
  }
}

/** All readers who may see the same. */
class Channel {
  readonly #ledger: Ledger;
  readonly #alerts: AlertFeed;
  readonly #mayKnow: Viewer["mayKnow"];
  readonly #readers = new Set<Reader>();
  #gathered: Message = emptyMessage();
  #timers: NodeJS.Timeout[] = [];
  #flushTimer: NodeJS.Timeout | null = null;
  #totalsTimer: NodeJS.Timeout | null = null;
  #lastTotals = "";
  #unsubscribe: (() => void) | null = null;

  constructor({ ledger, mayKnow }: Viewer, alerts: AlertFeed) {
    this.#ledger = ledger;
    this.#alerts = alerts;
    this.#mayKnow = mayKnow;
  }

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  open(place: StreamPlace | null, { mayStay }: Viewer, disconnect: () => boolean, onGone: () => void): Response {
    const from = place ?? { seq: null, alertNumber: this.#alerts.lastNumber };
    const reader = new Reader(from, mayStay, disconnect, () => {
      if (!this.#readers.delete(reader)) return;
      if (this.isEmpty) this.#stop();
      onGone();
    });
    this.#join(reader);
    void this.#start(reader, from);
    return eventStream(reader.stream);
  }

  close(): void {
    for (const reader of this.#readers) reader.end();
    this.#stop();
  }

  #join(reader: Reader): void {
    this.#readers.add(reader);
    if (this.#unsubscribe !== null) return;
    const endUsage = this.#ledger.live.subscribe((events) => this.#gather(events));
    const endAlerts = this.#alerts.subscribe((entry) => this.#tellOfAlert(entry));
    this.#unsubscribe = () => {
      endUsage();
      endAlerts();
    };
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
  async #start(reader: Reader, { seq, alertNumber }: StreamPlace): Promise<void> {
    try {
      reader.send("retry: 2000\n\n");
      reader.send(totalsFrame(await this.#totals()));
      await this.#replayAlerts(reader, alertNumber);
      if (seq !== null) await this.#replay(reader, seq);
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
      reader.send(RESET_FRAME);
      return;
    }
    reader.replay(missed);
  }

  async #replayAlerts(reader: Reader, alertNumber: number): Promise<void> {
    const { lastNumber } = this.#alerts;
    const missed = await this.#alerts.after(alertNumber);
    if (missed === null) reader.skipAlerts(lastNumber);
    else for (const entry of missed) if (this.#mayKnow(entry.users)) reader.replayAlert(entry);
  }

  #tellOfAlert(entry: NumberedEntry): void {
    if (!this.#mayKnow(entry.users)) return;
    for (const reader of this.#readers) reader.sendAlert(entry);
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
    const frame = message.flooded ? RESET_FRAME : usageFrame(message.events);
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

  /** Keeps connections open, finds those that are gone or have no right any more, and notices midnight. */
  #beat(): void {
    for (const reader of this.#readers) {
      reader.send(": still here\n\n");
      void reader.endUnlessWelcome();
    }
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
  readonly #mayStay: Viewer["mayStay"];
  readonly #disconnect: () => boolean;
  readonly #onGone: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #waiting: (() => void)[] | null = [];
  #replayedSeq = 0;
  /** What it has been told of, and where it begins. */
  #seq: number | null;
  #alertNumber: number;

  constructor(
    { seq, alertNumber }: StreamPlace,
    mayStay: Viewer["mayStay"],
    disconnect: () => boolean,
    onGone: () => void,
  ) {
    this.#seq = seq;
    this.#alertNumber = alertNumber;
    this.#mayStay = mayStay;
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
    if (this.#mustWait(() => this.sendMessage(message, frame))) return;
    const fresh = message.events.filter((event) => event.seq > this.#replayedSeq);
    if (message.flooded || fresh.length === message.events.length) this.#sendUsage(message.lastSeq, frame);
    else if (fresh.length > 0) this.#sendUsage(fresh.at(-1)!.seq, usageFrame(fresh));
  }

  /** What has just become of an alert; left out if it was replayed already. */
  sendAlert(entry: NumberedEntry): void {
    if (this.#mustWait(() => this.sendAlert(entry))) return;
    if (entry.number > this.#alertNumber) this.replayAlert(entry);
  }

  replay(missed: StoredEvent[]): void {
    this.#replayedSeq = missed.at(-1)?.seq ?? 0;
    if (missed.length > 0) this.#sendUsage(this.#replayedSeq, usageFrame(missed));
  }

  replayAlert(entry: NumberedEntry): void {
    this.#alertNumber = entry.number;
    const answer = historyAnswer(entry);
    this.send(`${this.#idLine()}event: alert\ndata: ${JSON.stringify(answer)}\n\n`);
    if (answer.limit !== null) this.send(`event: budget\ndata: ${JSON.stringify(answer.limit)}\n\n`);
  }

  /** It missed more of alerts than it is told. */
  skipAlerts(lastNumber: number): void {
    this.#alertNumber = lastNumber;
    this.send(this.#idLine() + RESET_FRAME);
  }

  startLive(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const send of waiting) send();
  }

  #sendUsage(lastSeq: number, frame: string): void {
    this.#seq = lastSeq;
    this.send(this.#idLine() + frame);
  }

  #mustWait(send: () => void): boolean {
    if (this.#waiting === null) return false;
    if (this.#waiting.push(send) > MAX_WAITING_MESSAGES) this.cut();
    return true;
  }

  #idLine(): string {
    const alerts = this.#alertNumber === 0 ? "" : `-${this.#alertNumber}`;
    return `id: ${this.#seq ?? (alerts === "" ? 0 : "")}${alerts}\n`;
  }

  /** Who comes back is asked again who they are. */
  async endUnlessWelcome(): Promise<void> {
    if (!(await this.#mayStay())) this.end();
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
  return `event: usage\ndata: ${JSON.stringify({ events: answers })}\n\n`;
}

const RESET_FRAME = "event: reset\ndata: {}\n\n";

function totalsFrame(today: MetricValues): string {
  return `event: totals\ndata: ${JSON.stringify({ today })}\n\n`;
}
