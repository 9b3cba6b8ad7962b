import { isUtf8 } from "node:buffer";
import type { Attributes, AttributeValue, TelemetrySpan } from "@outlay/providers";
import {
  hexId,
  nanosAsMs,
  readAttribute,
  readResource,
  readScope,
  readSpan,
  readSpanEvents,
  readStatus,
  text,
} from "./decode-json.ts";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  JsonCursor,
  NotFollowed,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  ZERO,
} from "./json-cursor.ts";
import { nameAt } from "./name-table.ts";
import { MAX_ATTRIBUTES, MAX_ITEMS, MAX_VALUE_BYTES } from "./otlp-bounds.ts";
import type { Decoded, Scope } from "./otlp-records.ts";
import { textAt } from "./text-table.ts";

type Mutable = Record<string, AttributeValue>;

/**
 * What `read` makes of each span of an ExportTraceServiceRequest: what `spansFromJson` says of the parsed text, in a
 * third of the time, since what nobody reads is not made. Null when only parsing can tell: the text is no JSON or no such
 * request, or it is written as no exporter writes it.
 */
export function spansFromJsonBytes<Read>(bytes: Buffer, read: (span: TelemetrySpan) => Read): Decoded<Read> | null {
  if (!isUtf8(bytes)) return null;
  try {
    return new SpansReader(bytes, read).decode();
  } catch (error) {
    if (error instanceof NotFollowed) return null;
    throw error;
  }
}

/** Finds names of fields by their bytes. */
class FieldNames<Name extends string> {
  readonly #names: { name: Name; bytes: Uint8Array }[];

  constructor(names: Name[]) {
    this.#names = names.map((name) => ({ name, bytes: Buffer.from(name) }));
  }

  /** The name that the cursor has read; null when it is none of these, or has escapes: then it may be. */
  at(cursor: JsonCursor): Name | null {
    if (cursor.isEscaped) cursor.refuse();
    const { bytes, start } = cursor;
    const length = cursor.end - start;
    for (const known of this.#names) {
      if (known.bytes.length !== length) continue;
      let i = 0;
      while (i < length && bytes[start + i] === known.bytes[i]) i += 1;
      if (i === length) return known.name;
    }
    return null;
  }
}

const FRAME = new FieldNames(["resourceSpans"]);
const OF_RESOURCE = new FieldNames(["resource", "scopeSpans"]);
const OF_SCOPE = new FieldNames(["scope", "spans"]);
const OF_SPAN = new FieldNames([
  "traceId",
  "spanId",
  "parentSpanId",
  "name",
  "startTimeUnixNano",
  "endTimeUnixNano",
  "attributes",
  "events",
  "status",
]);

/** How exporters write what comes with every span, without white space. */
const KEY = Buffer.from('{"key":"');
const VALUE = Buffer.from('"value":{"');
const STRING_VALUE = Buffer.from('stringValue":"');
const INT_VALUE = Buffer.from('intValue":');
const LIST_VALUE = Buffer.from('arrayValue":{"values":[{"stringValue":"');
const END = Buffer.from("}}");
const LIST_END = Buffer.from("}]}}}");
const NO_EVENTS = Buffer.from("[]");
const UNSET = Buffer.from('{"code":0}');

const NONE: TelemetrySpan["events"] = [];
const NO_STATUS: TelemetrySpan["status"] = { isError: false, message: null };

class SpansReader<Read> {
  readonly #cursor: JsonCursor;
  readonly #read: (span: TelemetrySpan) => Read;
  readonly #decoded: Decoded<Read> = { items: [], rejected: 0 };

  constructor(bytes: Buffer, read: (span: TelemetrySpan) => Read) {
    this.#cursor = new JsonCursor(bytes);
    this.#read = read;
  }

  decode(): Decoded<Read> {
    this.#fields(FRAME, () => this.#items(() => this.#readResourceSpans()));
    this.#cursor.finish();
    return this.#decoded;
  }

  #readResourceSpans(): void {
    let resource: Attributes = {};
    this.#fields(OF_RESOURCE, (name) => {
      if (name === "resource") resource = readResource(this.#cursor.value());
      else this.#items(() => this.#readScopeSpans(resource));
    });
  }

  #readScopeSpans(resource: Attributes): void {
    let scope: Scope = { name: "", version: null };
    this.#fields(OF_SCOPE, (name) => {
      if (name === "scope") scope = readScope(this.#cursor.value());
      else this.#items(() => this.#readItem(resource, scope));
    });
  }

  /** An object of a frame. What its fields say counts in their order: each may be there once, a list of items last. */
  #fields<Name extends string>(names: FieldNames<Name>, onField: (name: Name) => void): void {
    const cursor = this.#cursor;
    const seen = new Set<Name>();
    cursor.expect(OPEN_OBJECT);
    if (cursor.take(CLOSE_OBJECT)) return;
    do {
      cursor.name();
      const name = names.at(cursor);
      if (name === null) {
        cursor.skip();
        continue;
      }
      if (seen.has(name) || (seen.size === 1 && (name === "resource" || name === "scope"))) cursor.refuse();
      seen.add(name);
      onField(name);
    } while (cursor.hasNext(CLOSE_OBJECT));
  }

  #items(onItem: () => void): void {
    const cursor = this.#cursor;
    cursor.expect(OPEN_LIST);
    if (cursor.take(CLOSE_LIST)) return;
    do onItem();
    while (cursor.hasNext(CLOSE_LIST));
  }

  #readItem(resource: Attributes, scope: Scope): void {
    const cursor = this.#cursor;
    const decoded = this.#decoded;
    if (cursor.peek() !== OPEN_OBJECT) {
      cursor.skip();
      decoded.rejected += 1;
    } else {
      const from = cursor.position;
      let span = this.#readSpan(resource, scope);
      if (span === null) {
        cursor.position = from;
        span = readSpan(cursor.value() as Record<string, unknown>, resource, scope);
      }
      decoded.items.push(this.#read(span));
    }
    if (decoded.items.length + decoded.rejected > MAX_ITEMS) cursor.refuse();
  }

  /** Null: a field is there twice. */
  #readSpan(resource: Attributes, scope: Scope): TelemetrySpan | null {
    const cursor = this.#cursor;
    const span: TelemetrySpan = {
      traceId: "",
      spanId: "",
      parentSpanId: null,
      name: "",
      startMs: 0,
      endMs: 0,
      attributes: {},
      events: NONE,
      status: NO_STATUS,
      resource,
      scope,
    };
    let seen = 0;
    cursor.position += 1;
    if (cursor.take(CLOSE_OBJECT)) return span;
    do {
      cursor.name();
      const name = OF_SPAN.at(cursor);
      if (name === null) {
        cursor.skip();
        continue;
      }
      const bit = BITS[name];
      if ((seen & bit) !== 0) return null;
      seen |= bit;
      switch (name) {
        case "traceId":
          span.traceId = this.#id();
          break;
        case "spanId":
          span.spanId = this.#id();
          break;
        case "parentSpanId":
          span.parentSpanId = this.#id() || null;
          break;
        case "name":
          span.name = this.#text();
          break;
        case "startTimeUnixNano":
          span.startMs = this.#nanosAsMs();
          break;
        case "endTimeUnixNano":
          span.endMs = this.#nanosAsMs();
          break;
        case "attributes":
          span.attributes = this.#attributes();
          break;
        case "events":
          cursor.peek();
          if (!cursor.takeAll(NO_EVENTS)) span.events = readSpanEvents(cursor.value());
          break;
        case "status":
          cursor.peek();
          if (!cursor.takeAll(UNSET)) span.status = readStatus(cursor.value());
          break;
      }
    } while (cursor.hasNext(CLOSE_OBJECT));
    return span;
  }

  #text(): string {
    const cursor = this.#cursor;
    if (!cursor.take(QUOTE)) return text(cursor.value());
    cursor.restOfString();
    return this.#lastText();
  }

  /** The string that was read last; the same one for the same short text. */
  #lastText(): string {
    const cursor = this.#cursor;
    return cursor.isEscaped ? cursor.text() : textAt(cursor, cursor.start, cursor.end);
  }

  #id(): string {
    const cursor = this.#cursor;
    if (!cursor.take(QUOTE)) return hexId(cursor.value());
    cursor.restOfString();
    return hexId(cursor.text());
  }

  #nanosAsMs(): number {
    const cursor = this.#cursor;
    if (!cursor.take(QUOTE)) return nanosAsMs(cursor.value());
    cursor.restOfString();
    const nanos = nanosAt(cursor);
    return nanosAsMs(nanos === null ? cursor.text() : nanos);
  }

  #attributes(): Attributes {
    const cursor = this.#cursor;
    const attributes: Mutable = {};
    if (cursor.peek() !== OPEN_LIST) {
      cursor.skip();
      return attributes;
    }
    cursor.position += 1;
    if (cursor.take(CLOSE_LIST)) return attributes;
    let count = 0;
    do {
      if (count++ >= MAX_ATTRIBUTES) cursor.skip();
      else {
        cursor.peek();
        const from = cursor.position;
        if (!this.#usualAttribute(attributes)) {
          cursor.position = from;
          readAttribute(cursor.value(), attributes, false);
        }
      }
    } while (cursor.hasNext(CLOSE_LIST));
    return attributes;
  }

  /** Reads `{"key":"name","value":{"stringValue":"text"}}` and its like; false when it is written in another way. */
  #usualAttribute(into: Mutable): boolean {
    const cursor = this.#cursor;
    if (!cursor.takeAll(KEY)) return false;
    cursor.restOfString();
    if (cursor.isEscaped) return false;
    const { text: name, wanted } = nameAt(cursor, cursor.start, cursor.end);
    if (!cursor.hasNext(CLOSE_OBJECT) || !cursor.takeAll(VALUE)) return false;
    if (cursor.takeAll(STRING_VALUE)) {
      cursor.restOfString();
      const isShort = cursor.end - cursor.start <= MAX_VALUE_BYTES;
      if (!cursor.takeAll(END) || (wanted && !isShort)) return false;
      if (wanted && name !== "__proto__") into[name] = this.#lastText();
      return true;
    }
    if (!wanted || name === "__proto__") return false;
    if (cursor.takeAll(INT_VALUE)) {
      const number = this.#wholeNumber();
      if (number === null || !cursor.takeAll(END)) return false;
      into[name] = number;
      return true;
    }
    if (!cursor.takeAll(LIST_VALUE)) return false;
    cursor.restOfString();
    if (!cursor.takeAll(LIST_END) || cursor.end - cursor.start > MAX_VALUE_BYTES) return false;
    into[name] = [this.#lastText()];
    return true;
  }

  /** Up to fifteen digits, with quotes or without; null for any other value. */
  #wholeNumber(): number | null {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const isQuoted = bytes[cursor.position] === QUOTE;
    const from = isQuoted ? cursor.position + 1 : cursor.position;
    let at = from;
    let number = 0;
    while (at < bytes.length && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9)
      number = number * 10 + bytes[at++]! - ZERO;
    const digits = at - from;
    if (digits === 0 || digits > 15 || (digits > 1 && bytes[from] === ZERO)) return null;
    if (isQuoted && bytes[at++] !== QUOTE) return null;
    cursor.position = at;
    return number;
  }
}

/** The names of a span's fields as bits. */
const BITS = {
  traceId: 1,
  spanId: 2,
  parentSpanId: 4,
  name: 8,
  startTimeUnixNano: 16,
  endTimeUnixNano: 32,
  attributes: 64,
  events: 128,
  status: 256,
};

/** Nineteen digits, as an instant of our time has, as the nearest double; null for any other text. */
function nanosAt({ bytes, start, end }: JsonCursor): number | null {
  if (end - start !== 19 || bytes[start]! > ZERO + 3) return null;
  let high = 0;
  let low = 0;
  for (let i = 0; i < 19; i += 1) {
    const digit = bytes[start + i]! - ZERO;
    if (digit < 0 || digit > 9) return null;
    if (i < 10) high = high * 10 + digit;
    else low = low * 10 + digit;
  }
  // exact up to the sum, which is rounded once: `high` is below 4e9, and 1e9 is 2 ** 9 times a number below 2 ** 21
  return high * 1e9 + low;
}
