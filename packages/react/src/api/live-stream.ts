import type { LiveTotals, OutlayEvent } from "./answers.ts";
import { EventStreamParser } from "./event-stream-parser.ts";
import type { StreamMessage } from "./event-stream-parser.ts";
import { OutlayProblem } from "./outlay-problem.ts";

/** `idle`: nobody listens. `away`: the server does not answer, and is asked again. */
export type LiveStatus = "idle" | "connecting" | "live" | "away";

export interface LiveListener {
  /** Calls that arrived, oldest first; gathered for a moment, so that a burst is heard of once. */
  events?: (events: OutlayEvent[]) => void;
  totals?: (today: LiveTotals) => void;
  /** An alert fired, changed or is over: what alerts, budgets and limits say may be another than before. */
  alert?: () => void;
  status?: (status: LiveStatus) => void;
  /** More was missed than the server keeps: what is shown has to be asked for again. */
  reset?: () => void;
}

/**
 * The server's stream of calls, one connection for all who listen. After a break it goes on where it was. Read with
 * `fetch`, so that a key can be sent, which EventSource cannot.
 */
export class LiveStream {
  readonly #request: (path: string, init: RequestInit) => Promise<Response>;
  readonly #listeners = new Set<LiveListener>();
  #status: LiveStatus = "idle";
  #today: LiveTotals | null = null;
  #lastEventId = "";
  #connection: AbortController | null = null;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #gathered: OutlayEvent[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;

  constructor(request: (path: string, init: RequestInit) => Promise<Response>) {
    this.#request = request;
  }

  get status(): LiveStatus {
    return this.#status;
  }

  get today(): LiveTotals | null {
    return this.#today;
  }

  /** Opens the connection with the first listener. Returns the way to stop; the last one closes it. */
  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    clearTimeout(this.#linger);
    if (this.#connection === null) {
      this.#connection = new AbortController();
      void this.#run(this.#connection.signal);
    }
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
        // Components are often taken away and put back at once.
        this.#linger = setTimeout(() => this.#close(), LINGER_MS);
      }
    };
  }

  #close(): void {
    this.#connection?.abort();
    this.#connection = null;
    clearTimeout(this.#flush);
    this.#flush = undefined;
    this.#gathered = [];
    // Who listens next has asked for what there is before.
    this.#lastEventId = "";
    this.#today = null;
    this.#setStatus("idle");
  }

  /** Connects again and again until it is closed. */
  async #run(closed: AbortSignal): Promise<void> {
    let failures = 0;
    while (!closed.aborted) {
      if (this.#status !== "away") this.#setStatus("connecting");
      const began = performance.now();
      const retryMs = await this.#read(closed).catch(() => null);
      if (closed.aborted) return;
      this.#setStatus("away");
      // One that held for a while was a good connection: what broke it is new.
      failures = performance.now() - began > STEADY_MS ? 0 : failures + 1;
      const backoffMs = Math.min(MAX_WAIT_MS, (retryMs ?? FIRST_WAIT_MS) * 2 ** Math.max(0, failures - 1));
      await waitUntil(backoffMs * (0.75 + Math.random() / 2), closed);
    }
  }

  /** Reads one connection to its end; the wait that the server asked for, if it did. Rejects when it breaks. */
  async #read(closed: AbortSignal): Promise<number | null> {
    const silence = new AbortController();
    const signal = AbortSignal.any([closed, silence.signal]);
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const query = this.#lastEventId === "" ? "" : `?lastEventId=${encodeURIComponent(this.#lastEventId)}`;
      const response = await this.#request(`/api/v1/stream${query}`, {
        signal,
        headers: { accept: "text/event-stream" },
        cache: "no-store",
      });
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        throw new OutlayProblem(response.status, "stream_refused", `The stream was refused with ${response.status}.`);
      }
      this.#setStatus("live");
      const parser = new EventStreamParser();
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return parser.retryMs;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        for (const message of parser.push(decoder.decode(value, { stream: true }))) this.#hear(message);
        if (parser.lastEventId !== "") this.#lastEventId = parser.lastEventId;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #hear({ event, data }: StreamMessage): void {
    if (event === "usage") {
      this.#gathered.push(...(JSON.parse(data) as { events: OutlayEvent[] }).events);
      this.#flush ??= setTimeout(() => this.#tell(), GATHER_MS);
    } else if (event === "totals") {
      const { today } = JSON.parse(data) as { today: LiveTotals };
      this.#today = today;
      for (const listener of this.#listeners) listener.totals?.(today);
    } else if (event === "alert") {
      for (const listener of this.#listeners) listener.alert?.();
    } else if (event === "reset") {
      for (const listener of this.#listeners) listener.reset?.();
    }
  }

  #tell(): void {
    this.#flush = undefined;
    const events = this.#gathered;
    this.#gathered = [];
    for (const listener of this.#listeners) listener.events?.(events);
  }

  #setStatus(status: LiveStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of this.#listeners) listener.status?.(status);
  }
}

/** Waits, but no longer than until the browser says that it is online again. */
function waitUntil(ms: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      closed.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.("online", done);
    closed.addEventListener("abort", done);
  });
}

/** Arrivals within this time are told together. */
const GATHER_MS = 100;
/** How long the connection outlives its last listener. */
const LINGER_MS = 500;
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;
const STEADY_MS = 10_000;
/** The server is heard of every 15 seconds. */
const SILENCE_MS = 45_000;
