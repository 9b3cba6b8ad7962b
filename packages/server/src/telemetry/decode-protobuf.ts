import type { Attributes, AttributeValue, TelemetrySpan } from "@outlay/providers";
import { nameAt } from "./name-table.ts";
import type { Decoded, MetricPoint, Scope, TelemetryLog } from "./otlp-records.ts";
import {
  MAX_ATTRIBUTES,
  MAX_SPAN_EVENTS,
  MAX_VALUE_BYTES,
  MAX_VALUE_DEPTH,
  logName,
  requireFew,
} from "./otlp-bounds.ts";
import { ProtobufCursor, LENGTH } from "./protobuf-cursor.ts";

/*
 * The export requests of OTLP as protobuf, read by hand: field numbers of opentelemetry-proto 1.x, of which none
 * has ever changed. Throws InvalidInput `invalid_protobuf` for what is no such message.
 */

type Mutable = Record<string, AttributeValue>;

/** An ExportTraceServiceRequest: what `read` makes of each span. */
export function spansFromProtobuf<Read = TelemetrySpan>(
  bytes: Buffer,
  read: (span: TelemetrySpan) => Read = (span) => span as Read,
): Decoded<Read> {
  return decodeItems<Read>(bytes, (cursor, resource, scope, items) => {
    items.push(read(readSpan(cursor, resource, scope)));
  });
}

/** An ExportLogsServiceRequest. */
export function logsFromProtobuf(bytes: Buffer): Decoded<TelemetryLog> {
  return decodeItems(bytes, readLog);
}

/** An ExportMetricsServiceRequest: the points of sums and histograms. */
export function metricsFromProtobuf(bytes: Buffer): Decoded<MetricPoint> {
  return decodeItems(bytes, readMetric);
}

type ItemReader<Item> = (cursor: ProtobufCursor, resource: Attributes, scope: Scope, items: Item[]) => void;

/** All three requests have the same frame: resources, in them scopes, in them items. */
function decodeItems<Item>(bytes: Buffer, readItem: ItemReader<Item>): Decoded<Item> {
  const cursor = new ProtobufCursor(bytes);
  const items: Item[] = [];
  while (cursor.next()) {
    if (cursor.field !== 1) cursor.skip();
    else readResourceItems(cursor, readItem, items);
  }
  return { items, rejected: 0 };
}

function readResourceItems<Item>(cursor: ProtobufCursor, readItem: ItemReader<Item>, items: Item[]): void {
  const outer = cursor.enter();
  const start = cursor.position;
  // a writer may put the resource behind the items that it belongs to
  let resource: Attributes = {};
  while (cursor.next()) {
    if (cursor.field === 1) resource = readResource(cursor);
    else cursor.skip();
  }
  cursor.position = start;
  while (cursor.next()) {
    if (cursor.field === 2) readScopeItems(cursor, resource, readItem, items);
    else cursor.skip();
  }
  cursor.leave(outer);
}

/** Resources are few and small: all that they say is kept, to find whose the calls are. */
function readResource(cursor: ProtobufCursor): Attributes {
  const outer = cursor.enter();
  const attributes: Mutable = {};
  let count = 0;
  while (cursor.next()) {
    if (cursor.field === 1 && count++ < MAX_ATTRIBUTES) readAttribute(cursor, attributes, true);
    else cursor.skip();
  }
  cursor.leave(outer);
  return attributes;
}

function readScopeItems<Item>(
  cursor: ProtobufCursor,
  resource: Attributes,
  readItem: ItemReader<Item>,
  items: Item[],
): void {
  const outer = cursor.enter();
  const start = cursor.position;
  let scope: Scope = { name: "", version: null };
  while (cursor.next()) {
    if (cursor.field === 1) scope = readScope(cursor);
    else cursor.skip();
  }
  cursor.position = start;
  while (cursor.next()) {
    if (cursor.field === 2) readItem(cursor, resource, scope, items);
    else cursor.skip();
    requireFew(items.length);
  }
  cursor.leave(outer);
}

function readScope(cursor: ProtobufCursor): Scope {
  const outer = cursor.enter();
  const scope: Scope = { name: "", version: null };
  while (cursor.next()) {
    if (cursor.field === 1) scope.name = cursor.text();
    else if (cursor.field === 2) scope.version = cursor.text();
    else cursor.skip();
  }
  cursor.leave(outer);
  return scope;
}

function readSpan(cursor: ProtobufCursor, resource: Attributes, scope: Scope): TelemetrySpan {
  const outer = cursor.enter();
  let traceId = "";
  let spanId = "";
  let parentSpanId: string | null = null;
  let name = "";
  let startMs = 0;
  let endMs = 0;
  const attributes: Mutable = {};
  let events = NO_EVENTS;
  let status = NO_STATUS;
  let count = 0;
  while (cursor.next()) {
    switch (cursor.field) {
      case 1:
        traceId = cursor.hex();
        break;
      case 2:
        spanId = cursor.hex();
        break;
      case 4:
        parentSpanId = cursor.hex() || null;
        break;
      case 5:
        name = cursor.text();
        break;
      case 7:
        startMs = cursor.nanosAsMs();
        break;
      case 8:
        endMs = cursor.nanosAsMs();
        break;
      case 9:
        if (count++ < MAX_ATTRIBUTES) readAttribute(cursor, attributes, false);
        else cursor.skip();
        break;
      case 11:
        if (events === NO_EVENTS) events = [];
        if (events.length < MAX_SPAN_EVENTS) events.push(readSpanEvent(cursor));
        else cursor.skip();
        break;
      case 15:
        status = readStatus(cursor);
        break;
      default:
        cursor.skip();
    }
  }
  cursor.leave(outer);
  return { traceId, spanId, parentSpanId, name, startMs, endMs, attributes, events, status, resource, scope };
}

type SpanEvent = TelemetrySpan["events"][number];
const NO_EVENTS: SpanEvent[] = [];
const NO_STATUS: TelemetrySpan["status"] = { isError: false, message: null };

function readSpanEvent(cursor: ProtobufCursor): SpanEvent {
  const outer = cursor.enter();
  let name = "";
  const attributes: Mutable = {};
  let count = 0;
  while (cursor.next()) {
    if (cursor.field === 2) name = cursor.text();
    else if (cursor.field === 3 && count++ < MAX_ATTRIBUTES) readAttribute(cursor, attributes, false);
    else cursor.skip();
  }
  cursor.leave(outer);
  return { name, attributes };
}

function readStatus(cursor: ProtobufCursor): TelemetrySpan["status"] {
  const outer = cursor.enter();
  let message: string | null = null;
  let code = 0;
  while (cursor.next()) {
    if (cursor.field === 2) message = cursor.text() || null;
    else if (cursor.field === 3) code = cursor.int64();
    else cursor.skip();
  }
  cursor.leave(outer);
  return { isError: code === 2, message };
}

function readLog(cursor: ProtobufCursor, resource: Attributes, scope: Scope, items: TelemetryLog[]): void {
  const outer = cursor.enter();
  let timeMs = 0;
  let observedMs = 0;
  let traceId = "";
  let spanId = "";
  let eventName = "";
  let body: AttributeValue = null;
  const attributes: Mutable = {};
  let count = 0;
  while (cursor.next()) {
    switch (cursor.field) {
      case 1:
        timeMs = cursor.nanosAsMs();
        break;
      case 5:
        body = readAnyValue(cursor, 0);
        break;
      case 6:
        if (count++ < MAX_ATTRIBUTES) readAttribute(cursor, attributes, false);
        else cursor.skip();
        break;
      case 9:
        traceId = cursor.hex();
        break;
      case 10:
        spanId = cursor.hex();
        break;
      case 11:
        observedMs = cursor.nanosAsMs();
        break;
      case 12:
        eventName = cursor.text();
        break;
      default:
        cursor.skip();
    }
  }
  cursor.leave(outer);
  const name = logName(eventName, attributes, body);
  items.push({ name, timeMs: timeMs || observedMs, traceId, spanId, attributes, resource, scope });
}

function readMetric(cursor: ProtobufCursor, resource: Attributes, scope: Scope, items: MetricPoint[]): void {
  const outer = cursor.enter();
  const first = items.length;
  let name = "";
  while (cursor.next()) {
    if (cursor.field === 1) name = cursor.text();
    else if (cursor.field === 7 || cursor.field === 9) readPoints(cursor, cursor.field === 9, resource, scope, items);
    else cursor.skip();
  }
  cursor.leave(outer);
  for (let i = first; i < items.length; i += 1) items[i]!.name = name;
}

function readPoints(
  cursor: ProtobufCursor,
  isHistogram: boolean,
  resource: Attributes,
  scope: Scope,
  items: MetricPoint[],
): void {
  const outer = cursor.enter();
  const first = items.length;
  let temporality = 0;
  while (cursor.next()) {
    if (cursor.field === 1) items.push(readPoint(cursor, isHistogram, resource, scope));
    else if (cursor.field === 2) temporality = cursor.int64();
    else cursor.skip();
    requireFew(items.length);
  }
  cursor.leave(outer);
  for (let i = first; i < items.length; i += 1) items[i]!.temporality = temporality === 1 ? "delta" : "cumulative";
}

function readPoint(cursor: ProtobufCursor, isHistogram: boolean, resource: Attributes, scope: Scope): MetricPoint {
  const outer = cursor.enter();
  const attributes: Mutable = {};
  const point: MetricPoint = {
    name: "",
    temporality: "cumulative",
    startMs: 0,
    timeMs: 0,
    value: 0,
    count: null,
    attributes,
    resource,
    scope,
  };
  let count = 0;
  while (cursor.next()) {
    if (cursor.field === 2) point.startMs = cursor.nanosAsMs();
    else if (cursor.field === 3) point.timeMs = cursor.nanosAsMs();
    else if (cursor.field === 4) {
      if (isHistogram) point.count = cursor.fixedInt64();
      else point.value = cursor.double();
    } else if (cursor.field === 5 && isHistogram) point.value = cursor.double();
    else if (cursor.field === 6 && !isHistogram) point.value = cursor.fixedInt64();
    else if (cursor.field === (isHistogram ? 9 : 7) && count++ < MAX_ATTRIBUTES)
      readAttribute(cursor, attributes, true);
    else cursor.skip();
  }
  cursor.leave(outer);
  return point;
}

/** A KeyValue. `all`: also one that nobody reads. */
function readAttribute(cursor: ProtobufCursor, into: Mutable, all: boolean): void {
  const outer = cursor.enter();
  let name: string | null = null;
  let wanted = all;
  let value: AttributeValue = null;
  while (cursor.next()) {
    if (cursor.field === 1 && cursor.wire === LENGTH) {
      const inner = cursor.enter();
      const known = nameAt(cursor, cursor.position, cursor.end);
      cursor.leave(inner);
      name = known.text;
      wanted ||= known.wanted;
      if (!wanted) break;
    } else if (cursor.field === 2) value = readAnyValue(cursor, 0);
    else cursor.skip();
  }
  cursor.leave(outer);
  if (wanted && name !== null && value !== null && name !== "__proto__") into[name] = value;
}

/** An AnyValue; null when it is empty, too long or nested too deeply. */
function readAnyValue(cursor: ProtobufCursor, depth: number): AttributeValue {
  const outer = cursor.enter();
  let value: AttributeValue = null;
  if (cursor.end - cursor.position > MAX_VALUE_BYTES) cursor.position = cursor.end;
  while (cursor.next()) {
    switch (cursor.field) {
      case 1:
        value = cursor.text();
        break;
      case 2:
        value = cursor.boolean();
        break;
      case 3:
        value = cursor.int64();
        break;
      case 4:
        value = cursor.double();
        break;
      case 5:
        value = depth < MAX_VALUE_DEPTH ? readList(cursor, depth + 1) : skipped(cursor);
        break;
      case 6:
        value = depth < MAX_VALUE_DEPTH ? readMap(cursor, depth + 1) : skipped(cursor);
        break;
      default:
        cursor.skip();
    }
  }
  cursor.leave(outer);
  return value;
}

function skipped(cursor: ProtobufCursor): null {
  cursor.skip();
  return null;
}

function readList(cursor: ProtobufCursor, depth: number): AttributeValue {
  const outer = cursor.enter();
  const values: AttributeValue[] = [];
  while (cursor.next()) {
    if (cursor.field === 1) values.push(readAnyValue(cursor, depth));
    else cursor.skip();
  }
  cursor.leave(outer);
  return values;
}

function readMap(cursor: ProtobufCursor, depth: number): AttributeValue {
  const outer = cursor.enter();
  const values: Mutable = {};
  while (cursor.next()) {
    if (cursor.field === 1) readEntry(cursor, values, depth);
    else cursor.skip();
  }
  cursor.leave(outer);
  return values;
}

function readEntry(cursor: ProtobufCursor, into: Mutable, depth: number): void {
  const outer = cursor.enter();
  let name = "";
  let value: AttributeValue = null;
  while (cursor.next()) {
    if (cursor.field === 1) name = cursor.text();
    else if (cursor.field === 2) value = readAnyValue(cursor, depth);
    else cursor.skip();
  }
  cursor.leave(outer);
  if (name !== "__proto__") into[name] = value;
}
