import type { LiveStatus as StreamStatus } from "@outlay/react";
import type { Call } from "./answers.ts";
import { outlay } from "./outlay.ts";

/** Today so far, in the server's zone. */
export interface Today {
  cost: number | null;
  calls: number;
}

export type LiveStatus = "connecting" | "open" | "lost";

export interface LiveListener {
  /** Calls as they arrive, oldest first. */
  calls?: (calls: Call[]) => void;
  /** An alert fired, changed or is over. */
  alert?: () => void;
  /** The stream has been opened: what arrives from now on is told. */
  open?: () => void;
  /** More was missed than the server keeps: ask everything again. */
  reset?: () => void;
}

/** The server's stream of events, as long as the page is there. Resumes by itself after a break. */
class Live {
  #stop: (() => void) | null = null;
  readonly #listeners = new Set<LiveListener>();
  readonly #watchers = new Set<() => void>();
  #state: { status: LiveStatus; today: Today | null } = { status: "connecting", today: null };

  open(): void {
    this.close();
    this.#stop = outlay.live.listen({
      events: (events) => {
        for (const listener of this.#listeners) listener.calls?.(events as Call[]);
      },
      totals: (today) => this.#set({ today }),
      alert: () => {
        for (const listener of this.#listeners) listener.alert?.();
      },
      status: (status) => {
        this.#set({ status: STATUSES[status] });
        if (status === "live") for (const listener of this.#listeners) listener.open?.();
      },
      reset: () => {
        for (const listener of this.#listeners) listener.reset?.();
      },
    });
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
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
export const live = new Live();

const STATUSES: Record<StreamStatus, LiveStatus> = {
  idle: "connecting",
  connecting: "connecting",
  live: "open",
  away: "lost",
};
