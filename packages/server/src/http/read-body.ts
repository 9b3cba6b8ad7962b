import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { InvalidInput } from "@outlay/core";
import type { Context } from "hono";
import { BodySlots } from "./body-slots.ts";
import { jsonErrorPosition } from "./json-error-position.ts";

/** Largest request body, as sent and after decompression. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** What is read and thrown away of a body that is too large, so that its sender can hear the answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
/** Bodies up to this size are read at once; larger ones take turns. */
const SMALL_BODY_BYTES = 64 * 1024;
/** Large bodies in memory at the same time; others wait unread, held back by TCP. */
const LARGE_BODIES = 8;
/** Deepest nesting of a body's JSON: what reads it afterwards may recurse. */
const MAX_JSON_DEPTH = 200;

const slots = new BodySlots(LARGE_BODIES);

/**
 * The request's JSON. Reads at most 10 MB whatever the headers say. Throws InvalidInput for another media
 * type (415), too many bytes (413), a broken compression, broken UTF-8 or JSON (400, with the position).
 */
export async function readJsonBody(c: Context): Promise<unknown> {
  requireJson(c.req.header("content-type"));
  const compressed = isCompressed(c.req.header("content-encoding"));
  const bytes = await readBytes(chunksOf(c), c, MAX_BODY_BYTES);
  const text = decodeUtf8(compressed ? await decompress(bytes, "gzip", MAX_BODY_BYTES) : bytes);
  const value = parseJson(text);
  if (isDeeperThan(value, MAX_JSON_DEPTH)) {
    throw new InvalidInput("json_too_deep", `The body nests objects and arrays deeper than ${MAX_JSON_DEPTH} levels`);
  }
  return value;
}

/**
 * The request's bytes, decompressed: at most `maxBytes` as sent and after that. Throws InvalidInput for an encoding
 * that is not known (415), too many bytes (413), a broken compression (400).
 */
export async function readBytesBody(c: Context, maxBytes: number): Promise<Buffer> {
  const encoding = (c.req.header("content-encoding") ?? "identity").trim().toLowerCase();
  const isPlain = encoding === "" || encoding === "identity";
  if (!isPlain && !isEncoding(encoding)) {
    throw new InvalidInput(
      "unsupported_encoding",
      `The body may be sent plain or with ${Object.keys(DECOMPRESSORS).join(", ")}, not with ${encoding.slice(0, 100)}`,
      { field: "content-encoding", status: 415 },
    );
  }
  const bytes = await readBytes(chunksOf(c), c, maxBytes);
  return isPlain ? bytes : decompress(bytes, encoding as Encoding, maxBytes);
}

/**
 * A body that is JSON, however deeply it nests: for who reads only known places. Throws InvalidInput for broken UTF-8
 * and JSON (400, with the position).
 */
export function parseJsonBody(bytes: Buffer): unknown {
  return parseJson(decodeUtf8(bytes));
}

/** Gives back the turn that a large body took. To be called when the request is answered. */
export function releaseBody(c: Context): void {
  c.get("releaseBody")?.();
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;
/** What `fetch` and `curl -d` send when nobody said a type. Foreign pages can send them too: guards.ts refuses those. */
const UNSAID_TYPES = new Set(["text/plain", "application/x-www-form-urlencoded"]);

function requireJson(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  if (!JSON_TYPE.test(type.trim()) && !UNSAID_TYPES.has(type.trim())) {
    throw new InvalidInput(
      "unsupported_media_type",
      `The body must be application/json, not ${contentType.slice(0, 100)}; send the header content-type: application/json`,
      {
        field: "content-type",
        status: 415,
      },
    );
  }
  const charset = parameters.map((parameter) => /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1]).find(Boolean);
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") {
    throw new InvalidInput("unsupported_media_type", `The body must be UTF-8, not ${charset}`, {
      field: "content-type",
      status: 415,
    });
  }
}

function isCompressed(encoding: string | undefined): boolean {
  if (encoding === undefined || encoding === "" || encoding === "identity") return false;
  if (encoding.toLowerCase() === "gzip") return true;
  throw new InvalidInput("unsupported_encoding", `The body may be sent plain or with gzip, not with ${encoding}`, {
    field: "content-encoding",
    status: 415,
  });
}

/** From the socket where there is one, else from the request of an in-process caller. */
function chunksOf(c: Context): AsyncIterable<Uint8Array> {
  const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
  return incoming ?? ((c.req.raw.body ?? []) as AsyncIterable<Uint8Array>);
}

async function readBytes(source: AsyncIterable<Uint8Array>, c: Context, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      length += chunk.length;
      if (length > maxBytes) chunks.length = 0;
      else chunks.push(chunk);
      if (length > maxBytes + MAX_DISCARDED_BYTES) break;
      if (length > SMALL_BODY_BYTES && c.get("releaseBody") === undefined) c.set("releaseBody", await slots.take());
    }
  } catch {
    throw new InvalidInput("incomplete_body", `The body ended after ${length} bytes, before it was complete`);
  }
  if (length > maxBytes) throw tooLarge(maxBytes);
  return chunks.length === 1 ? Buffer.from(chunks[0]!) : Buffer.concat(chunks, length);
}

/** How a body may be compressed. */
const DECOMPRESSORS = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  // a frame may ask for more than a hundred megabytes of window; senders of small bodies never do
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
};
type Encoding = keyof typeof DECOMPRESSORS;

function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(DECOMPRESSORS, name);
}

async function decompress(bytes: Buffer, encoding: Encoding, maxBytes: number): Promise<Buffer> {
  const stream = DECOMPRESSORS[encoding]();
  stream.end(bytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    const code = encoding === "gzip" ? "invalid_gzip" : "invalid_compression";
    throw new InvalidInput(code, `The body says that it is ${encoding}, but it cannot be decompressed`);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(maxBytes: number): InvalidInput {
  return new InvalidInput(
    "body_too_large",
    `The body is larger than ${maxBytes} bytes; send the events in several requests`,
    { status: 413 },
  );
}

function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) {
    const position = invalidUtf8Position(bytes);
    throw new InvalidInput("invalid_utf8", `The body is not UTF-8: byte ${position} cannot be decoded`);
  }
  const text = bytes.toString("utf8");
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Index of the first byte of the first sequence that is not UTF-8. */
function invalidUtf8Position(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8Prefix(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  // Between the two lies at most the start of the sequence that breaks.
  while (valid > 0 && !isUtf8(bytes.subarray(0, valid))) valid -= 1;
  return valid;
}

/** Whether the bytes are UTF-8, but for a last character that may be cut. */
function isUtf8Prefix(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const position = jsonErrorPosition(text);
    const line = text.slice(0, position).split("\n").length;
    const what = position >= text.length ? "it ends too early" : "there is something else";
    throw new InvalidInput("invalid_json", `The body is not JSON: at position ${position} (line ${line}) ${what}`);
  }
}

/** Recurses at most `levels` deep. Events are shallow: the usual body costs one look at each value. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, levels - 1));
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === "object" && item !== null && isDeeperThan(item, levels - 1)) return true;
  }
  return false;
}
