import type { StoredEvent } from "../storage/storage.ts";

/** Tells listeners in this process about events that have just become durable. */
export interface LiveFeed {
  /** Does anybody listen? Otherwise nothing need be published. */
  readonly isHeard: boolean;
  publish(events: StoredEvent[]): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (events: StoredEvent[]) => void): () => void;
}

/** A listener that throws is dropped: a broken reader must not make a recorded batch look like a failed one. */
export function createLiveFeed(): LiveFeed {
  const listeners = new Set<(events: StoredEvent[]) => void>();
  return {
    get isHeard() {
      return listeners.size > 0;
    },
    publish(events) {
      for (const listener of listeners) {
        try {
          listener(events);
        } catch {
          listeners.delete(listener);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
