import type { WireEvent } from "@outlay/core";
import type { Destination } from "../importers/import-logs.ts";

/** The first rows of a file, as the events that they would become. */
export type Preview = WireEvent[];

const PREVIEW_EVENTS = 5;

/** The destination, which also notes the first events that reach it. */
export function previewed(destination: Destination, preview: Preview): Destination {
  return {
    ...destination,
    record(events) {
      const free = PREVIEW_EVENTS - preview.length;
      if (free > 0) preview.push(...events.slice(0, free).map(withoutMachine));
      return destination.record(events);
    },
  };
}

/** Which every event gets; it says nothing of the row. */
function withoutMachine({ tags, ...event }: WireEvent): WireEvent {
  const { machine: _machine, ...own } = tags ?? {};
  return Object.keys(own).length === 0 ? event : { ...event, tags: own };
}
