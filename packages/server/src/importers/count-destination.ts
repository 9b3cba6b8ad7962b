import type { WireEvent } from "@outlay/core";
import type { Destination } from "./import-logs.ts";

/** Records nothing and counts each call once: some hundred bytes of memory for each. */
export function countDestination(): Destination {
  const seen = new Set<string>();
  return {
    async record(events: WireEvent[]) {
      const before = seen.size;
      for (const { id } of events) seen.add(id!);
      const recorded = seen.size - before;
      return { recorded, grown: 0, known: events.length - recorded, refused: [], costUsd: 0 };
    },
    readProgress: async () => [],
    keepProgress: async () => {},
  };
}
