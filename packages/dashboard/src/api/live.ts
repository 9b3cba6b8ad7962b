import type { Call } from "./answers.ts";
import { serverUrl } from "./server-url.ts";

/** Today so far, in the server's zone. */
export interface Today {
  cost: number | null;
  calls: number;
}

export type LiveStatus = "connecting" | "open" | "lost";

export interface LiveListener {
  /** Calls as they arrive, oldest first. */
  calls?: (calls: Call[]) => void;
  /** The stream has been opened: what arrives from now on is told. */
  open?: () => void;
  /** More was missed than the server keeps: ask everything again. */
  reset?: () => void;
}

/**
 * The server's stream of events. The browser reconnects and resumes by itself (`Last-Event-ID`); when the
 * server is gone for good it closes, and we try again every few seconds.
 */
class LiveStream {
  #source: EventSource | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<LiveListener>();
  readonly #watchers = new Set<() => void>();
  #state: { status: LiveStatus; today: Today | null } = { status: "connecting", today: null };
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  open(): void {
    this.close();
    const source = new EventSource(this.#url);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#set({ status: "open" });
      for (const listener of this.#listeners) listener.open?.();
    });
    source.addEventListener("error", () => {
      this.#set({ status: "lost" });
      if (source.readyState === EventSource.CLOSED) this.#retry = setTimeout(() => this.open(), RETRY_MS);
    });
    source.addEventListener("usage", (message: MessageEvent<string>) => {
      const { events } = JSON.parse(message.data) as { events: Call[] };
      for (const listener of this.#listeners) listener.calls?.(events);
    });
    source.addEventListener("totals", (message: MessageEvent<string>) => {
      this.#set({ today: (JSON.parse(message.data) as { today: Today }).today });
    });
    source.addEventListener("reset", () => {
      for (const listener of this.#listeners) listener.reset?.();
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  /** Returns the way to stop listening. */
  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** For React's `useSyncExternalStore`. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly state = (): { status: LiveStatus; today: Today | null } => this.#state;

  #set(change: Partial<{ status: LiveStatus; today: Today | null }>): void {
    this.#state = { ...this.#state, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}

/** The page's one connection. */
export const live = new LiveStream(serverUrl("/api/v1/stream"));

const RETRY_MS = 5_000;
