import { InvalidInput } from "@outlay/core";
import type { Attributes, AttributeValue } from "@outlay/providers";

/*
 * What one export request may hold, so that a small body cannot become a large heap. Real exporters send some
 * hundreds to thousands of items with some dozens of attributes.
 */

/** Lists and maps inside attributes go no deeper: what is below is left out. */
export const MAX_VALUE_DEPTH = 8;
/** Values above this size are contents; no attribute that is read needs as much. */
export const MAX_VALUE_BYTES = 16_384;
/** Attributes of one span, record, point or resource. */
export const MAX_ATTRIBUTES = 512;
/** Events of one span. */
export const MAX_SPAN_EVENTS = 32;
/** Spans, records or points of one request. */
export const MAX_ITEMS = 50_000;

/** Throws InvalidInput `batch_too_large`. */
export function requireFew(items: number): void {
  if (items <= MAX_ITEMS) return;
  throw new InvalidInput("batch_too_large", `The request holds more than ${MAX_ITEMS} items; send several requests`, {
    status: 413,
  });
}

/** What a log record is about, by the place where its writer says so. */
export function logName(eventName: string, attributes: Attributes, body: AttributeValue): string {
  if (eventName !== "") return eventName;
  const named = attributes["event.name"];
  if (typeof named === "string" && named !== "") return named;
  return typeof body === "string" ? body.slice(0, 100) : "";
}
