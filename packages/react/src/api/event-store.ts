import type { OutlayEvent } from "./answers.ts";
import type { LiveStream } from "./live-stream.ts";
import { OutlayProblem } from "./outlay-problem.ts";

/** What is known of a call that was asked for by its id. */
export type EventState =
  | { kind: "loading" }
  | { kind: "known"; event: OutlayEvent }
  | { kind: "failed"; problem: OutlayProblem };

interface Entry {
  state: EventState;
  watchers: Set<() => void>;
}

/**
 * Calls by their id, each fetched once for all who show it. One that is not recorded yet is asked for again for
 * some seconds: a gateway gives the id away before it records the call.
 */
export class EventStore {
  readonly #fetchEvent: (id: string) => Promise<OutlayEvent>;
  readonly #live: LiveStream;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(fetchEvent: (id: string) => Promise<OutlayEvent>, live: LiveStream) {
    this.#fetchEvent = fetchEvent;
    this.#live = live;
  }

  state(id: string): EventState {
    return this.#entries.get(id)?.state ?? LOADING;
  }

  /** Fetches the call unless it is known. Returns the way to stop watching. */
  watch(id: string, watcher: () => void): () => void {
    const entry = this.#entries.get(id) ?? { state: LOADING, watchers: new Set() };
    const isNew = !this.#entries.has(id);
    this.#entries.set(id, entry);
    entry.watchers.add(watcher);
    if (isNew) this.#enqueue(id, 0);
    this.#forgetOldest();
    return () => entry.watchers.delete(watcher);
  }

  /** Asks again for one that failed. */
  retry(id: string): void {
    if (this.#entries.get(id)?.state.kind !== "failed") return;
    this.#set(id, LOADING);
    this.#enqueue(id, 0);
  }

  #enqueue(id: string, attempt: number): void {
    this.#queue.push(() => this.#load(id, attempt));
    this.#next();
  }

  #next(): void {
    if (this.#running >= MAX_AT_ONCE) return;
    const load = this.#queue.shift();
    if (load === undefined) return;
    this.#running += 1;
    void load().finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  async #load(id: string, attempt: number): Promise<void> {
    try {
      this.#set(id, { kind: "known", event: await this.#fetchEvent(id) });
    } catch (error) {
      const problem = asProblem(error);
      const waitMs = problem.code === "event_not_found" ? NOT_YET_WAITS_MS[attempt] : undefined;
      if (waitMs === undefined) this.#set(id, { kind: "failed", problem });
      else this.#againLater(id, attempt, waitMs);
    }
  }

  /** Asks again after a while, or as soon as the stream tells of the call when it is open anyway. */
  #againLater(id: string, attempt: number, waitMs: number): void {
    const again = () => {
      clearTimeout(timer);
      stop();
      this.#enqueue(id, attempt + 1);
    };
    const timer = setTimeout(again, waitMs);
    const stop =
      this.#live.status === "live"
        ? this.#live.listen({ events: (events) => events.some((event) => event.id === id) && again() })
        : () => {};
  }

  #set(id: string, state: EventState): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.state = state;
    for (const watcher of entry.watchers) watcher();
  }

  #forgetOldest(): void {
    for (const [id, { watchers, state }] of this.#entries) {
      if (this.#entries.size <= MAX_KEPT) return;
      if (watchers.size === 0 && state.kind !== "loading") this.#entries.delete(id);
    }
  }
}

function asProblem(error: unknown): OutlayProblem {
  if (error instanceof OutlayProblem) return error;
  return new OutlayProblem(0, "unreadable", "What the server answered cannot be read.", { cause: error });
}

const LOADING: EventState = { kind: "loading" };
const MAX_AT_ONCE = 4;
const MAX_KEPT = 500;
/** Ten seconds in all. */
const NOT_YET_WAITS_MS = [100, 200, 400, 800, 1_500, 3_000, 4_000];
