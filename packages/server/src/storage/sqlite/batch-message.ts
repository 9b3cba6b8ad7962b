import type { RecordedEvent, StoredUsage } from "../storage.ts";
import { DIMENSION_COLUMNS, type EventColumn, flagsOf, USAGE_COLUMNS } from "./event-row.ts";

/**
 * A batch of events on its way to the writer thread: numbers and references into a list of the batch's distinct
 * texts. Cloning the event objects would cost the serving thread three times as much.
 */
export interface BatchMessage {
  count: number;
  /** NUMBER_COLUMNS for each event; NaN: not said. */
  numbers: Float64Array;
  /** REFERENCE_COLUMNS for each event, as indexes into `texts`; NOT_SAID, or IN_BYTES. */
  references: Int32Array;
  /**
   * BYTES_OF_EVENT for each event: its id when that is a UUID, its trace and its span when they are hex as OpenTelemetry
   * has them. Others are referred to as texts.
   */
  bytes: Uint8Array;
  texts: string[];
}

export const NUMBER_COLUMNS: EventColumn[] = [
  "at",
  "flags",
  ...USAGE_COLUMNS.map(({ column }) => column),
  "cost",
  "computed",
  "reported",
  "savings",
  "avoided",
  "duration_us",
  "ttft_us",
  "attempt",
];
export const REFERENCE_COLUMNS: EventColumn[] = [
  "id",
  "model",
  ...DIMENSION_COLUMNS.map(({ column }) => column),
  "tag_set",
  "price",
  "trace",
  "span",
  "extra",
];

/** In place of an index into `texts`. */
export const NOT_SAID = -1;
export const IN_BYTES = -2;

/** Where id, trace and span begin in the bytes of an event, and how many those are. */
export const TRACE_OFFSET = 16;
export const SPAN_OFFSET = 32;
export const BYTES_OF_EVENT = 40;

/** What of an event has no column of its own: kept as JSON. */
export interface Extra {
  usage?: Partial<StoredUsage>;
  metadata?: Record<string, unknown>;
  errorMessage?: string;
  score?: number;
}

export function encodeBatch(events: RecordedEvent[]): BatchMessage {
  const numbers = new Float64Array(events.length * NUMBER_COLUMNS.length);
  const references = new Int32Array(events.length * REFERENCE_COLUMNS.length);
  const bytes = new Uint8Array(events.length * BYTES_OF_EVENT);
  const texts: string[] = [];
  const known = new Map<string, number>();
  const refer = (text: string | null | undefined): number => {
    if (text === undefined || text === null) return NOT_SAID;
    let index = known.get(text);
    if (index === undefined) known.set(text, (index = add(text)));
    return index;
  };
  /** For texts that differ from event to event: looking for them would cost more than it spares. */
  const add = (text: string): number => texts.push(text.isWellFormed() ? text : text.toWellFormed()) - 1;
  const referHex = (text: string | undefined, offset: number, length: 8 | 16): number =>
    text === undefined ? NOT_SAID : putHex(text, bytes, offset, length) ? IN_BYTES : refer(text);
  const models = new Map<string, Map<string, number>>();
  const referModel = (provider: string, model: string): number => {
    let ofProvider = models.get(provider);
    if (ofProvider === undefined) models.set(provider, (ofProvider = new Map<string, number>()));
    let index = ofProvider.get(model);
    if (index === undefined) ofProvider.set(model, (index = refer(modelText(provider, model))));
    return index;
  };
  const tagsLikeLast = likeLast<string>((tags) => refer(tagsText(tags)));
  const metadataLikeLast = likeLast<unknown>((metadata) => add(JSON.stringify({ metadata } satisfies Extra)));
  let n = 0;
  let r = 0;
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as RecordedEvent;
    const flags = flagsOf(event);
    numbers[n++] = event.occurredAtMs;
    numbers[n++] = flags;
    for (const { field } of USAGE_COLUMNS) numbers[n++] = (event.usage[field] as number | undefined) ?? Number.NaN;
    numbers[n++] = event.costNanoUsd ?? Number.NaN;
    numbers[n++] = event.computedNanoUsd === event.costNanoUsd ? Number.NaN : (event.computedNanoUsd ?? Number.NaN);
    numbers[n++] = event.reportedNanoUsd ?? Number.NaN;
    numbers[n++] = event.cacheSavingsNanoUsd;
    numbers[n++] = event.avoidedNanoUsd;
    numbers[n++] = microseconds(event.durationMs);
    numbers[n++] = microseconds(event.timeToFirstTokenMs);
    numbers[n++] = event.attempt ?? Number.NaN;

    const at = i * BYTES_OF_EVENT;
    references[r++] = putUuid(event.id, bytes, at) ? IN_BYTES : add(event.id);
    references[r++] = referModel(event.provider, event.model);
    for (const { field } of DIMENSION_COLUMNS) references[r++] = refer(event[field] as string | undefined);
    references[r++] = event.tags ? tagsLikeLast(event.tags) : NOT_SAID;
    references[r++] = refer(event.priceId);
    references[r++] = referHex(event.trace, at + TRACE_OFFSET, 16);
    references[r++] = referHex(event.span, at + SPAN_OFFSET, 8);
    const extra = extraOf(event);
    if (extra === null) references[r++] = NOT_SAID;
    else if (extra === METADATA_ALONE) references[r++] = metadataLikeLast(event.metadata!);
    else references[r++] = add(JSON.stringify(extra));
  }
  return { count: events.length, numbers, references, bytes, texts };
}

export function batchTransfers(message: BatchMessage): ArrayBuffer[] {
  return [message.numbers.buffer, message.references.buffer, message.bytes.buffer] as ArrayBuffer[];
}

/**
 * The reference for an object of plain values, found once for those in a row that are alike: calls of one application
 * have the same tags and often the same metadata, and writing them as text costs more than comparing them.
 */
function likeLast<Value>(refer: (value: Record<string, Value>) => number): (value: Record<string, Value>) => number {
  let last: Record<string, Value> = {};
  let keys: string[] | null = null;
  let reference = NOT_SAID;
  return (value) => {
    if (keys !== null && isLike(value, last, keys)) return reference;
    last = value;
    keys = Object.keys(value);
    reference = refer(value);
    return reference;
  };
}

/** The same keys in the same order, with identical values. */
function isLike<Value>(value: Record<string, Value>, last: Record<string, Value>, keys: string[]): boolean {
  let count = 0;
  for (const key in value) {
    if (keys[count] !== key || value[key] !== last[key] || typeof value[key] === "object") return false;
    count += 1;
  }
  return count === keys.length;
}

/** Provider and model as one text; the length keeps them apart whatever they contain. */
function modelText(provider: string, model: string): string {
  return `${provider.toWellFormed().length}:${provider}${model}`;
}

export function parseModelText(text: string): { provider: string; model: string } {
  const colon = text.indexOf(":");
  const end = colon + 1 + Number(text.slice(0, colon));
  return { provider: text.slice(colon + 1, end), model: text.slice(end) };
}

/** Canonical: the same tags give the same text. null when there are none. */
function tagsText(tags: Record<string, string>): string | null {
  const entries = Object.entries(tags).map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]);
  return entries.length === 0 ? null : JSON.stringify(entries.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

const USAGE_WITH_COLUMN = new Set<string>(USAGE_COLUMNS.map(({ field }) => field));

/** In place of an `Extra` that has nothing but the event's metadata. */
const METADATA_ALONE: unique symbol = Symbol("metadata alone");

function extraOf(event: RecordedEvent): Extra | typeof METADATA_ALONE | null {
  let extra: Extra | null = null;
  for (const name in event.usage) {
    const value = event.usage[name as keyof StoredUsage];
    if (value === undefined || USAGE_WITH_COLUMN.has(name)) continue;
    extra ??= {};
    extra.usage = { ...extra.usage, [name]: value };
  }
  const { metadata, errorMessage, score } = event;
  if (extra === null && errorMessage === undefined && score === undefined) return metadata ? METADATA_ALONE : null;
  extra ??= {};
  if (metadata) extra.metadata = metadata;
  if (errorMessage !== undefined) extra.errorMessage = errorMessage;
  if (score !== undefined) extra.score = score;
  return extra;
}

function microseconds(durationMs: number | undefined): number {
  return durationMs === undefined ? Number.NaN : Math.round(durationMs * 1_000);
}

/** Puts a UUID in its usual lower-case form as 16 bytes; false when the text is anything else. */
export function putUuid(text: string, into: Uint8Array, offset: number): boolean {
  if (text.length !== 36) return false;
  let at = offset;
  for (let i = 0; i < 36;) {
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (text.charCodeAt(i) !== DASH) return false;
      i++;
      continue;
    }
    const high = HEX[text.charCodeAt(i)] ?? -1;
    const low = HEX[text.charCodeAt(i + 1)] ?? -1;
    if (high < 0 || low < 0) return false;
    into[at++] = (high << 4) | low;
    i += 2;
  }
  return true;
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Puts a trace or span id in OpenTelemetry's form as bytes; false when the text is anything else, which stays text. */
export function putHex(text: string, into: Uint8Array, offset: number, length: 8 | 16): boolean {
  if (text.length !== length * 2) return false;
  for (let i = 0; i < length; i++) {
    const high = HEX[text.charCodeAt(2 * i)] ?? -1;
    const low = HEX[text.charCodeAt(2 * i + 1)] ?? -1;
    if (high < 0 || low < 0) return false;
    into[offset + i] = (high << 4) | low;
  }
  return true;
}

export function traceText(value: Uint8Array | string): string {
  return typeof value === "string" ? value : Buffer.from(value).toString("hex");
}

const DASH = 45;
const HEX = new Int8Array(128).fill(-1);
for (let i = 0; i < 16; i++) HEX["0123456789abcdef".charCodeAt(i)] = i;
