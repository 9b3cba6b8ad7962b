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
      if (free > 0) preview.push(...events.slice(0, free).map(asShown));
      return destination.record(events);
    },
  };
}

/** Without the machine, which says nothing of the row; the time as people read it. */
function asShown({ tags, occurredAt, ...event }: WireEvent): WireEvent {
  const { machine: _machine, ...own } = tags ?? {};
  const at = typeof occurredAt === "number" ? new Date(occurredAt).toISOString() : occurredAt;
  return { occurredAt: at, ...event, ...(Object.keys(own).length === 0 ? {} : { tags: own }) };
}
