import type { IncomingHttpHeaders } from "node:http";
import { MAX_TAGS, MAX_TEXT_LENGTH, metadataFits, TAG_KEY, type WireEvent } from "@outlay/core";
import type { RequestFacts } from "@outlay/providers";
import { cleanText } from "./clean-text.ts";
import type { OutlayKey } from "./credentials.ts";

const FIELDS = [
  "user",
  "team",
  "project",
  "customer",
  "agent",
  "activity",
  "session",
  "trace",
  "span",
  "environment",
] as const;

type Field = (typeof FIELDS)[number];

/** Whose call it is. */
export interface Attribution {
  fields: Partial<Record<Field, string>>;
  tags: Record<string, string>;
  metadata: Record<string, unknown>;
  /** Headers that could not be used, and why; never their values. */
  ignored: string[];
}

/**
 * Whose call it is, from the first place that says so: the Outlay key if it is binding, `x-outlay-…` headers, the Outlay key,
 * the body, the headers of other gateways, `traceparent`. What cannot be used is left out and noted. The user of a key is always
 * binding: who holds the key of one person could otherwise spend within the limits of another.
 */
export function readAttribution(headers: IncomingHttpHeaders, key: OutlayKey | null, facts: RequestFacts): Attribution {
  const found: Attribution = { fields: {}, tags: {}, metadata: {}, ignored: [] };
  if (key?.isBinding === true) takeKey(found, key);
  else if (key?.attribution.user !== undefined) setField(found, "user", key.attribution.user, null);
  takeOutlayHeaders(found, headers);
  if (key !== null) takeKey(found, key);
  takeBody(found, facts);
  takeHelicone(found, headers);
  takePortkey(found, headers);
  takeTraceparent(found, headers);
  return found;
}

/** The part of an event that says whose it is. */
export function attributionOf(found: Attribution): Partial<WireEvent> {
  return Object.keys(found.tags).length === 0 ? found.fields : { ...found.fields, tags: found.tags };
}

const OUTLAY_HEADERS = FIELDS.map((field) => [field, `x-outlay-${field}`] as const);

function takeOutlayHeaders(found: Attribution, headers: IncomingHttpHeaders): void {
  for (const [field, name] of OUTLAY_HEADERS) {
    const value = headers[name];
    if (value !== undefined) setField(found, field, decodedHeader(value), name);
  }
  const tags = headers["x-outlay-tags"];
  if (tags !== undefined) takeTags(found, tagPairs(decodedHeader(tags)), "x-outlay-tags");
  const metadata = headers["x-outlay-metadata"];
  if (metadata !== undefined) takeMetadata(found, decodedHeader(metadata));
}

function takeKey(found: Attribution, key: OutlayKey): void {
  const { tags, ...fields } = key.attribution;
  for (const field of FIELDS) {
    const value = (fields as Partial<Record<Field, string>>)[field];
    if (value !== undefined) setField(found, field, value, null);
  }
  if (tags !== undefined) takeTags(found, Object.entries(tags), null);
}

function takeBody(found: Attribution, facts: RequestFacts): void {
  if (facts.user !== null) setField(found, "user", facts.user, null);
  if (facts.session !== null) setField(found, "session", facts.session, null);
  takeTags(found, Object.entries(facts.tags), null);
}

function takeHelicone(found: Attribution, headers: IncomingHttpHeaders): void {
  const user = headers["helicone-user-id"];
  if (user !== undefined) setField(found, "user", decodedHeader(user), "helicone-user-id");
  const session = headers["helicone-session-id"];
  if (session !== undefined) setField(found, "session", decodedHeader(session), "helicone-session-id");
  for (const name in headers) {
    if (!name.startsWith("helicone-property-")) continue;
    const key = name.slice("helicone-property-".length);
    takeTags(found, [[key, decodedHeader(headers[name]!)]], name);
  }
}

/** A JSON object. Names with an underscore are Portkey's own. */
function takePortkey(found: Attribution, headers: IncomingHttpHeaders): void {
  const trace = headers["x-portkey-trace-id"];
  if (trace !== undefined) setField(found, "trace", decodedHeader(trace), "x-portkey-trace-id");
  const metadata = headers["x-portkey-metadata"];
  if (metadata === undefined) return;
  const pairs = jsonPairs(decodedHeader(metadata));
  if (pairs === null) return note(found, "x-portkey-metadata", "no JSON object");
  const known: Record<string, Field> = { _user: "user", _environment: "environment" };
  for (const [name, value] of pairs) {
    if (Object.hasOwn(known, name)) setField(found, known[name]!, String(value), "x-portkey-metadata");
    else if (!name.startsWith("_")) takeTags(found, [[name, value]], "x-portkey-metadata");
  }
}

/** W3C: version, trace, span, flags. */
function takeTraceparent(found: Attribution, headers: IncomingHttpHeaders): void {
  const value = headers["traceparent"];
  if (typeof value !== "string") return;
  const parts = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(value.trim());
  if (parts === null) return note(found, "traceparent", "not as W3C says");
  // A span belongs to its trace: it is of no use beside another one.
  if (found.fields.trace === undefined) found.fields.span ??= parts[2]!;
  found.fields.trace ??= parts[1]!;
}

function setField(found: Attribution, field: Field, value: string, header: string | null): void {
  const text = value.trim();
  if (text === "") return;
  if (text.length > MAX_TEXT_LENGTH) {
    if (header !== null) note(found, header, `longer than ${MAX_TEXT_LENGTH} characters`);
    return;
  }
  found.fields[field] ??= cleanText(text, MAX_TEXT_LENGTH);
}

function takeTags(found: Attribution, pairs: [string, unknown][] | null, header: string | null): void {
  if (pairs === null) return note(found, header!, "neither key=value,… nor a JSON object");
  for (const [key, value] of pairs) {
    if (value === null || value === undefined || typeof value === "object") {
      if (header !== null) note(found, header, "a value is no text");
      continue;
    }
    const text = cleanText(String(value), MAX_TEXT_LENGTH + 1);
    if (!TAG_KEY.test(key) || text.length > MAX_TEXT_LENGTH || text === "") {
      if (header !== null) note(found, header, "a tag cannot be used");
      continue;
    }
    if (Object.hasOwn(found.tags, key)) continue;
    if (Object.keys(found.tags).length >= MAX_TAGS) return note(found, header ?? "tags", `more than ${MAX_TAGS}`);
    found.tags[key] = text;
  }
}

function takeMetadata(found: Attribution, text: string): void {
  const pairs = jsonPairs(text);
  if (pairs === null) return note(found, "x-outlay-metadata", "no JSON object");
  const metadata = Object.fromEntries(pairs);
  if (metadataFits(metadata)) found.metadata = metadata;
  else note(found, "x-outlay-metadata", "too large");
}

function note(found: Attribution, header: string, reason: string): void {
  const line = `${header}: ${reason}`;
  if (!found.ignored.includes(line) && found.ignored.length < 20) found.ignored.push(line);
}

/** `k=v,k2=v2`, or a JSON object. null: neither. */
function tagPairs(text: string): [string, unknown][] | null {
  if (text.trim().startsWith("{")) return jsonPairs(text);
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.some((part) => part.indexOf("=") < 1)) return null;
  return parts.map((part) => [part.slice(0, part.indexOf("=")).trim(), part.slice(part.indexOf("=") + 1).trim()]);
}

function jsonPairs(text: string): [string, unknown][] | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
  } catch {
    return null;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Node reads headers as Latin-1; most clients write UTF-8. */
function decodedHeader(value: string | string[]): string {
  const text = typeof value === "string" ? value : value.join(", ");
  if (!/[\u0080-\u00ff]/.test(text)) return text;
  try {
    return utf8.decode(Buffer.from(text, "latin1"));
  } catch {
    return text;
  }
}
