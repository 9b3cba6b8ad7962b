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
  /** REFERENCE_COLUMNS for each event, as indexes into `texts`; -1: not said. */
  references: Int32Array;
  /** The ids that are UUIDs, 16 bytes for each event; the others are referred to as texts. */
  uuids: Uint8Array;
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
  const uuids = new Uint8Array(events.length * 16);
  const texts: string[] = [];
  const known = new Map<string, number>();
  const refer = (text: string | null | undefined): number => {
    if (text === undefined || text === null) return -1;
    let index = known.get(text);
    if (index === undefined) {
      index = texts.push(text.isWellFormed() ? text : text.toWellFormed()) - 1;
      known.set(text, index);
    }
    return index;
  };
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

    references[r++] = putUuid(event.id, uuids, i * 16) ? -1 : refer(event.id);
    references[r++] = refer(modelText(event.provider, event.model));
    for (const { field } of DIMENSION_COLUMNS) references[r++] = refer(event[field] as string | undefined);
    references[r++] = event.tags ? refer(tagsText(event.tags)) : -1;
    references[r++] = refer(event.priceId);
    references[r++] = refer(event.trace);
    references[r++] = refer(event.span);
    references[r++] = refer(extraText(event));
  }
  return { count: events.length, numbers, references, uuids, texts };
}

export function batchTransfers(message: BatchMessage): ArrayBuffer[] {
  return [message.numbers.buffer, message.references.buffer, message.uuids.buffer] as ArrayBuffer[];
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

function extraText(event: RecordedEvent): string | null {
  let extra: Extra | null = null;
  for (const name in event.usage) {
    const value = event.usage[name as keyof StoredUsage];
    if (value === undefined || USAGE_WITH_COLUMN.has(name)) continue;
    extra ??= {};
    extra.usage = { ...extra.usage, [name]: value };
  }
  if (event.metadata) (extra ??= {}).metadata = event.metadata;
  if (event.errorMessage !== undefined) (extra ??= {}).errorMessage = event.errorMessage;
  if (event.score !== undefined) (extra ??= {}).score = event.score;
  return extra && JSON.stringify(extra);
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

/** Trace and span ids are hex in OpenTelemetry's form; anything else stays text. */
export function traceBytes(text: string, length: 8 | 16): Uint8Array | string {
  return text.length === length * 2 && LOWER_HEX.test(text) ? new Uint8Array(Buffer.from(text, "hex")) : text;
}

export function traceText(value: Uint8Array | string): string {
  return typeof value === "string" ? value : Buffer.from(value).toString("hex");
}

const LOWER_HEX = /^[0-9a-f]+$/;
const DASH = 45;
const HEX = new Int8Array(128).fill(-1);
for (let i = 0; i < 16; i++) HEX["0123456789abcdef".charCodeAt(i)] = i;
