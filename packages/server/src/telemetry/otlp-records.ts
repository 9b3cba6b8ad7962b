import type { Attributes } from "@outlay/providers";

/** What one export request holds; `rejected` are items that cannot be read although the message around them can. */
export interface Decoded<Item> {
  items: Item[];
  rejected: number;
}

/** One log record of OpenTelemetry, as far as it is read. */
export interface TelemetryLog {
  /** `eventName`, else the attribute `event.name`, else the body when it is text. */
  name: string;
  /** When it happened, else when it was observed; milliseconds since 1970, 0 when neither is known. */
  timeMs: number;
  /** Lower-case hex; "" when the record belongs to no trace. */
  traceId: string;
  spanId: string;
  attributes: Attributes;
  resource: Attributes;
  scope: Scope;
}

/** One point of a metric that is a sum or a histogram. */
export interface MetricPoint {
  name: string;
  /** `delta`: what was added since the point before; `cumulative`: since `startMs`. */
  temporality: "delta" | "cumulative";
  /** Milliseconds since 1970, to the microsecond; 0 when not said. */
  startMs: number;
  timeMs: number;
  /** The sum. */
  value: number;
  /** How many were measured; null for a sum, which does not say. */
  count: number | null;
  attributes: Attributes;
  resource: Attributes;
  scope: Scope;
}

/** Which library measured. */
export interface Scope {
  name: string;
  version: string | null;
}
