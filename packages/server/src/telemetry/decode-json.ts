import { InvalidInput } from "@outlay/core";
import type { Attributes, AttributeValue, TelemetrySpan } from "@outlay/providers";
import {
  MAX_ATTRIBUTES,
  MAX_SPAN_EVENTS,
  MAX_VALUE_BYTES,
  MAX_VALUE_DEPTH,
  logName,
  requireFew,
} from "./otlp-bounds.ts";
import type { Decoded, MetricPoint, Scope, TelemetryLog } from "./otlp-records.ts";
import { isWanted } from "./wanted-attributes.ts";

/*
 * The export requests of OTLP as JSON. Fields that are not known are ignored, as the protocol asks; 64-bit numbers
 * come as texts or as numbers, ids as hex. Throws InvalidInput `invalid_otlp` for what is no such request.
 */

/** JSON of somebody else, of which any field may be absent or of another type. */
type Fields = Record<string, unknown>;
type Mutable = Record<string, AttributeValue>;

/** An ExportTraceServiceRequest: what `read` makes of each span. */
export function spansFromJson<Read = TelemetrySpan>(
  body: unknown,
  read: (span: TelemetrySpan) => Read = (span) => span as Read,
): Decoded<Read> {
  return decodeItems<Read>(body, ["resourceSpans", "scopeSpans", "spans"], (span, resource, scope, items) => {
    items.push(read(readSpan(span, resource, scope)));
  });
}

/** An ExportLogsServiceRequest. */
export function logsFromJson(body: unknown): Decoded<TelemetryLog> {
  return decodeItems(body, ["resourceLogs", "scopeLogs", "logRecords"], readLog);
}

/** An ExportMetricsServiceRequest: the points of sums and histograms. */
export function metricsFromJson(body: unknown): Decoded<MetricPoint> {
  return decodeItems(body, ["resourceMetrics", "scopeMetrics", "metrics"], readMetric);
}

type ItemReader<Item> = (item: Fields, resource: Attributes, scope: Scope, items: Item[]) => void;

function decodeItems<Item>(
  body: unknown,
  [outer, inner, leaf]: [string, string, string],
  readItem: ItemReader<Item>,
): Decoded<Item> {
  const decoded: Decoded<Item> = { items: [], rejected: 0 };
  for (const group of listOf(object(body, "The body"), outer)) {
    const shared = readResource(object(group, outer)["resource"]);
    for (const part of listOf(object(group, outer), inner)) {
      const fields = object(part, inner);
      const scope = readScope(fields["scope"]);
      for (const item of listOf(fields, leaf)) {
        if (isObject(item)) readItem(item, shared, scope, decoded.items);
        else decoded.rejected += 1;
        requireFew(decoded.items.length + decoded.rejected);
      }
    }
  }
  return decoded;
}

function listOf(fields: Fields, name: string): unknown[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new InvalidInput("invalid_otlp", `${name} is ${typeof value}; expected a list`, {
    field: name,
  });
}

function object(value: unknown, name: string): Fields {
  if (isObject(value)) return value;
  throw new InvalidInput("invalid_otlp", `${name} is not an object; expected an OTLP export request`);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NONE: Fields = Object.freeze({});

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : NONE;
}

export function readResource(value: unknown): Attributes {
  return readAttributes(fieldsOf(value)["attributes"], true);
}

export function readScope(value: unknown): Scope {
  const scope = fieldsOf(value);
  return {
    name: text(scope["name"]),
    version: typeof scope["version"] === "string" ? scope["version"] : null,
  };
}

export function readSpan(span: Fields, resource: Attributes, scope: Scope): TelemetrySpan {
  return {
    traceId: hexId(span["traceId"]),
    spanId: hexId(span["spanId"]),
    parentSpanId: hexId(span["parentSpanId"]) || null,
    name: text(span["name"]),
    startMs: nanosAsMs(span["startTimeUnixNano"]),
    endMs: nanosAsMs(span["endTimeUnixNano"]),
    attributes: readAttributes(span["attributes"], false),
    events: readSpanEvents(span["events"]),
    status: readStatus(span["status"]),
    resource,
    scope,
  };
}

export function readStatus(value: unknown): TelemetrySpan["status"] {
  const status = fieldsOf(value);
  return {
    isError: status["code"] === 2 || status["code"] === "STATUS_CODE_ERROR",
    message: text(status["message"]) || null,
  };
}

export function readSpanEvents(events: unknown): TelemetrySpan["events"] {
  if (!Array.isArray(events)) return [];
  return events.slice(0, MAX_SPAN_EVENTS).map((value: unknown) => {
    const event = fieldsOf(value);
    return { name: text(event["name"]), attributes: readAttributes(event["attributes"], false) };
  });
}

function readLog(log: Fields, resource: Attributes, scope: Scope, items: TelemetryLog[]): void {
  const attributes = readAttributes(log["attributes"], false);
  items.push({
    name: logName(text(log["eventName"]), attributes, readValue(log["body"], 0)),
    timeMs: nanosAsMs(log["timeUnixNano"]) || nanosAsMs(log["observedTimeUnixNano"]),
    traceId: hexId(log["traceId"]),
    spanId: hexId(log["spanId"]),
    attributes,
    resource,
    scope,
  });
}

function readMetric(metric: Fields, resource: Attributes, scope: Scope, items: MetricPoint[]): void {
  for (const kind of ["sum", "histogram"] as const) {
    const data = fieldsOf(metric[kind]);
    const isDelta =
      data["aggregationTemporality"] === 1 || data["aggregationTemporality"] === "AGGREGATION_TEMPORALITY_DELTA";
    const temporality = isDelta ? "delta" : "cumulative";
    for (const value of listOf(data, "dataPoints")) {
      const point = fieldsOf(value);
      items.push({
        name: text(metric["name"]),
        temporality,
        startMs: nanosAsMs(point["startTimeUnixNano"]),
        timeMs: nanosAsMs(point["timeUnixNano"]),
        value: number(kind === "histogram" ? point["sum"] : (point["asInt"] ?? point["asDouble"])) ?? 0,
        count: kind === "histogram" ? number(point["count"]) : null,
        attributes: readAttributes(point["attributes"], true),
        resource,
        scope,
      });
      requireFew(items.length);
    }
  }
}

function readAttributes(list: unknown, all: boolean): Attributes {
  const attributes: Mutable = {};
  if (!Array.isArray(list)) return attributes;
  const count = Math.min(list.length, MAX_ATTRIBUTES);
  for (let i = 0; i < count; i += 1) readAttribute(list[i], attributes, all);
  return attributes;
}

/** A KeyValue. `all`: also one that nobody reads. */
export function readAttribute(attribute: unknown, into: Mutable, all: boolean): void {
  const entry = fieldsOf(attribute);
  const name = entry["key"];
  if (typeof name !== "string" || name === "__proto__" || !(all || isKnownWanted(name))) return;
  const value = readValue(entry["value"], 0);
  if (value !== null) into[name] = value;
}

const wantedNames = new Map<string, boolean>();
/** Names that are remembered; a sender that invents more only makes decoding slower. */
const MAX_REMEMBERED = 4_096;

function isKnownWanted(name: string): boolean {
  const known = wantedNames.get(name);
  if (known !== undefined) return known;
  const wanted = isWanted(name);
  if (wantedNames.size >= MAX_REMEMBERED) wantedNames.clear();
  if (name.length <= 96) wantedNames.set(name, wanted);
  return wanted;
}

/** An AnyValue; null when it is empty, too long or nested too deeply. */
function readValue(value: unknown, depth: number): AttributeValue {
  if (!isObject(value)) return null;
  const { stringValue, intValue, doubleValue, boolValue } = value;
  if (typeof stringValue === "string") return stringValue.length > MAX_VALUE_BYTES ? null : stringValue;
  if (intValue !== undefined) return number(intValue);
  if (doubleValue !== undefined) return number(doubleValue);
  if (typeof boolValue === "boolean") return boolValue;
  if (depth >= MAX_VALUE_DEPTH) return null;
  if (value["arrayValue"] !== undefined) return readList(fieldsOf(value["arrayValue"])["values"], depth + 1);
  if (value["kvlistValue"] !== undefined) return readMap(fieldsOf(value["kvlistValue"])["values"], depth + 1);
  return null;
}

function readList(values: unknown, depth: number): AttributeValue {
  if (!Array.isArray(values) || values.length > MAX_ATTRIBUTES) return null;
  return values.map((value) => readValue(value, depth));
}

function readMap(values: unknown, depth: number): AttributeValue {
  if (!Array.isArray(values) || values.length > MAX_ATTRIBUTES) return null;
  const map: Mutable = {};
  for (const value of values) {
    const entry = fieldsOf(value);
    const name = text(entry["key"]);
    if (name !== "__proto__") map[name] = readValue(entry["value"], depth);
  }
  return map;
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number, or one written as text; null for anything else. */
function number(value: unknown): number | null {
  const read = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : null;
}

/** Nanoseconds since 1970, as text or number, as milliseconds to the microsecond; 0 for anything else. */
export function nanosAsMs(value: unknown): number {
  const nanos = number(value) ?? 0;
  return nanos <= 0 ? 0 : Math.round(nanos / 1_000) / 1_000;
}

/** Lower-case hex; "" when it is absent, all zeros, or no hex of at most 16 bytes. */
export function hexId(value: unknown): string {
  if (typeof value !== "string" || !/^[0-9a-fA-F]{1,32}$/.test(value) || /^0+$/.test(value)) return "";
  return value.toLowerCase();
}
