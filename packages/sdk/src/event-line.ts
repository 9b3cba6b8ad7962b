import type { CallContext } from "./context.ts";
import type { NotedCall } from "./event-buffer.ts";
import { plainJson } from "./plain-json.ts";
import { providerOfModel } from "./provider-of-model.ts";

/** Largest metadata that the server keeps, in bytes of JSON. */
const MAX_METADATA_BYTES = 16_384;
/** Longest error message that the server keeps, in characters. */
const MAX_MESSAGE_LENGTH = 4_096;
/** An event is about 500 bytes; what is larger than this is a mistake that must not stop the others. */
const MAX_LINE_LENGTH = 200_000;

/** An event as JSON of one line. `altered`: metadata or a value could not be kept as it was. `json` is null when nothing can be made of it. */
export interface EventLine {
  json: string | null;
  altered: boolean;
}

/**
 * Writes a call down as the server wants it: with its id, its time, a provider, and what its context and that of `always` say. Never throws,
 * whatever the event holds: circles, BigInt, getters that throw, and metadata that is too large cost only themselves.
 */
export function eventLine(call: NotedCall, always: CallContext | undefined): EventLine {
  let json: string | undefined;
  let altered = false;
  try {
    json = JSON.stringify(completed(call, always));
  } catch {
    altered = true;
    json = withPlainValues(call, always);
  }
  if (json === undefined) return { json: null, altered };
  // Three bytes of UTF-8 at most for each UTF-16 unit.
  if (json.length * 3 > MAX_METADATA_BYTES) {
    const smaller = withSmallerMetadata(json);
    altered ||= smaller !== json;
    json = smaller;
  }
  return json.length > MAX_LINE_LENGTH ? { json: null, altered } : { json, altered };
}

type Fields = Record<string, unknown>;

/** The event is our own copy: what is missing is put into it. */
function completed({ id, atMs, event, context }: NotedCall, always: CallContext | undefined): Fields {
  const fields = event as unknown as Fields;
  fields["id"] = id;
  fields["occurredAt"] ??= atMs;
  fields["provider"] ??= providerOfModel(fields["model"]);
  fields["source"] ??= "sdk";
  const message = fields["errorMessage"];
  if (typeof message === "string") fields["errorMessage"] = cleanMessage(message);
  if (context !== undefined) addContext(fields, context);
  if (always !== undefined) addContext(fields, always);
  return fields;
}

/** What the event itself says wins; tags are put together. */
function addContext(fields: Fields, context: CallContext): void {
  for (const name in context) {
    if (name !== "tags") fields[name] ??= (context as Fields)[name];
    else if (context.tags) fields["tags"] = { ...context.tags, ...(fields["tags"] as Fields | null | undefined) };
  }
}

function cleanMessage(message: string): string {
  const short = message.length > MAX_MESSAGE_LENGTH ? message.slice(0, MAX_MESSAGE_LENGTH) : message;
  return CONTROLS.test(short) ? short.replaceAll(CONTROLS_EVERYWHERE, " ") : short;
}

// Halves of surrogate pairs are there as well: a cut may leave one.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff]/;
const CONTROLS_EVERYWHERE = /(?![\t\n\r])[\p{Cc}\p{Cs}]/gu;

function withPlainValues(call: NotedCall, always: CallContext | undefined): string | undefined {
  try {
    return JSON.stringify(
      plainJson(completed({ ...call, event: plainJson(call.event) as NotedCall["event"] }, always)),
    );
  } catch {
    return undefined;
  }
}

/** Leaves the largest entries of metadata away until the rest can be kept; their names stay. */
function withSmallerMetadata(json: string): string {
  const event = JSON.parse(json) as { metadata?: unknown };
  const { metadata } = event;
  if (typeof metadata !== "object" || metadata === null || byteLength(JSON.stringify(metadata)) <= MAX_METADATA_BYTES) {
    return json;
  }
  const entries = Object.entries(metadata)
    .map(([name, value]) => ({
      name: name.slice(0, 100),
      value: value as unknown,
      bytes: byteLength(JSON.stringify(value)),
    }))
    .toSorted((a, b) => a.bytes - b.bytes);
  const kept: Fields = {};
  const left: string[] = [];
  // Room for the names of what was left away.
  let room = MAX_METADATA_BYTES - 4_096;
  for (const { name, value, bytes } of entries) {
    room -= bytes + 3 * name.length + 4;
    if (room >= 0) kept[name] = value;
    else if (left.length < 10) left.push(name);
  }
  return JSON.stringify({ ...event, metadata: { ...kept, leftOut: left } });
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
