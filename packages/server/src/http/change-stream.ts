import { InvalidInput } from "@outlay/core";
import type { LiveFeed } from "../ledger/live-feed.ts";
import { eventStream } from "./live.ts";

/** Changes within this time are told together. */
const GATHER_MS = 1_000;
const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 100;

/** Streams of one object that is sent again whenever something has been recorded. */
export class ChangeStreams {
  readonly #open = new Set<() => void>();

  /**
   * The first message is the object as it is now; `feed` says when to look again, `mayStay` whether the reader may still see it.
   * Throws InvalidInput `too_many_streams` (429).
   */
  open(feed: LiveFeed, mayStay: () => Promise<boolean>, current: () => Promise<unknown>): Response {
    if (this.#open.size >= MAX_STREAMS) {
      throw new InvalidInput("too_many_streams", `${MAX_STREAMS} streams are open already; close some`, {
        status: 429,
      });
    }
    let end: ((readerGone?: boolean) => void) | null = null;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        end = this.#run(controller, feed, mayStay, current);
      },
      cancel: () => end?.(true),
    });
    return eventStream(stream);
  }

  close(): void {
    for (const end of this.#open) end();
  }

  /** Feeds one stream until the function that it returns is called. */
  #run(
    controller: ReadableStreamDefaultController<Uint8Array>,
    feed: LiveFeed,
    mayStay: () => Promise<boolean>,
    current: () => Promise<unknown>,
  ): (readerGone?: boolean) => void {
    const encoder = new TextEncoder();
    let last = "";
    let gathering: NodeJS.Timeout | null = null;
    let ended = false;
    const write = (text: string) => {
      // a reader that is behind skips states: only the newest one matters
      if (!ended && (controller.desiredSize ?? 0) > -16) controller.enqueue(encoder.encode(text));
    };
    const tell = async () => {
      gathering = null;
      const text = JSON.stringify(await current());
      if (text !== last) write(`data: ${text}\n\n`);
      last = text;
    };
    const end = (readerGone = false) => {
      if (ended) return;
      ended = true;
      unsubscribe();
      clearInterval(heartbeat);
      if (gathering !== null) clearTimeout(gathering);
      this.#open.delete(close);
      if (!readerGone) controller.close();
    };
    const close = () => end();
    const tellOrEnd = () => void tell().catch(() => end());
    const unsubscribe = feed.subscribe(() => {
      gathering ??= setTimeout(tellOrEnd, GATHER_MS).unref();
    });
    const beat = async () => {
      write(": still here\n\n");
      if (!(await mayStay())) end();
    };
    const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS).unref();
    this.#open.add(close);
    tellOrEnd();
    return end;
  }
}
