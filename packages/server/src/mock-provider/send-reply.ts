import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, createBrotliCompress, createGzip, createZstdCompress } from "node:zlib";
import type { Behaviour } from "./behaviour.ts";
import type { Piece, Reply } from "./reply.ts";
import type { LoggedRequest } from "./request-log.ts";
import { FILLER, MORE } from "./serve-answer.ts";

/**
 * Sends an answer as its behaviour says: slowly, cut, compressed, broken. Resolves when it is sent or nobody listens any
 * more. `accepted` is the client's `accept-encoding`.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  behaviour: Behaviour,
  entry: LoggedRequest,
  accepted: string,
): Promise<void> {
  const encoding = ENCODINGS.find((it) => behaviour[it.word] === true && accepted.includes(it.name));
  response.writeHead(200, {
    "content-type": reply.contentType,
    ...extraHeaders(behaviour),
    ...reply.headers,
    ...(encoding === undefined ? {} : { "content-encoding": encoding.name }),
    ...(reply.contentType.startsWith("text/event-stream") ? { "cache-control": "no-cache" } : {}),
  });
  entry.status = 200;
  const { body } = reply;
  const isStream = typeof body !== "string" && !(body instanceof Uint8Array);
  entry.streaming = isStream;
  const sink = encoding === undefined ? response : openEncoder(encoding.open(), response);
  const way: Way = { sink, response, behaviour };
  for (const piece of isStream ? changed(body, reply, behaviour) : partsOfWhole(body, behaviour)) {
    if (entry.pieces > 0 && behaviour["chunk-delay"] !== undefined) await sleep(behaviour["chunk-delay"]);
    if (response.destroyed || response.writableEnded) break;
    if (piece === RESET) return reset(response, entry);
    if (piece === CLOSE) return closeUnended(sink, response, entry);
    if (piece === HANG) return hang(response, entry);
    await writePiece(way, piece);
    entry.pieces += 1;
  }
  entry.end = response.destroyed ? "aborted" : "sent";
  sink.end();
  if (!response.destroyed) await once(response, "close").catch(() => undefined);
  if (!response.writableFinished) entry.end = "aborted";
}

/** What compresses, each part to be read as soon as it has arrived. */
const ENCODINGS = [
  { word: "gzip", name: "gzip", open: () => createGzip({ flush: constants.Z_SYNC_FLUSH }) },
  { word: "br", name: "br", open: () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH }) },
  { word: "zstd", name: "zstd", open: () => createZstdCompress({ flush: constants.ZSTD_e_flush }) },
] as const;

const DEFAULT_HEADER_BYTES = 64;

function extraHeaders(behaviour: Behaviour): Record<string, string> {
  const value = "x".repeat(behaviour["header-size"] ?? DEFAULT_HEADER_BYTES);
  const names = Array.from({ length: behaviour.headers ?? 0 }, (_, i) => `x-mock-header-${i}`);
  return Object.fromEntries(names.map((name) => [name, value]));
}

const RESET = Symbol("reset");
const CLOSE = Symbol("close");
const HANG = Symbol("hang");
type Step = Piece | typeof RESET | typeof CLOSE | typeof HANG;

/** The pieces of a stream with what the behaviour does to them. */
function* changed(pieces: Iterable<Piece>, reply: Reply, behaviour: Behaviour): Generator<Step> {
  let sent = 0;
  let last: Piece = "";
  for (const piece of pieces) {
    if (sent === behaviour["reset-after"]) return yield RESET;
    if (sent === behaviour["close-after"]) return yield CLOSE;
    if (sent === behaviour["hang-after"]) return yield HANG;
    if (sent === behaviour["stop-after"]) return;
    if (sent === behaviour["error-after"]) return yield reply.errorPiece ?? "";
    if (sent === behaviour["malformed-after"]) yield damaged(piece);
    if (behaviour.endless === true && sent === 3) while (true) yield last;
    last = piece;
    yield piece;
    sent += 1;
  }
  if (behaviour["reset-after"] !== undefined) yield RESET;
}

/** An answer that is no stream: in one piece, or in two halves where something is to happen between them. */
function* partsOfWhole(body: Piece, behaviour: Behaviour): Generator<Step> {
  const { "reset-after": resetAt, "close-after": closeAt, "hang-after": hangAt, "stop-after": stopAt } = behaviour;
  const places = [resetAt, closeAt, hangAt, stopAt].filter((it) => it !== undefined);
  if (places.length === 0 && behaviour.endless !== true) return yield body;
  const middle = Math.floor(body.length / 2);
  if (!places.includes(0)) yield body.slice(0, middle);
  if (behaviour.endless === true) while (true) yield FILLER;
  if (resetAt !== undefined) return yield RESET;
  if (closeAt !== undefined) return yield CLOSE;
  if (hangAt !== undefined) yield HANG;
}

/** The first half of a piece, closed as if it were whole; of a binary message the length stays, its content is lost. */
function damaged(piece: Piece): Piece {
  const half = Math.ceil(piece.length / 2);
  if (typeof piece === "string") return piece.slice(0, half).trimEnd() + (piece.endsWith("\n\n") ? "\n\n" : "\n");
  const copy = Uint8Array.from(piece);
  copy.fill(0xff, half, -4);
  return copy;
}

function openEncoder(encoder: Transform, response: ServerResponse): Transform {
  encoder.on("error", () => {});
  encoder.pipe(response);
  return encoder;
}

/** Where the bytes go, and how. */
interface Way {
  sink: NodeJS.WritableStream;
  response: ServerResponse;
  behaviour: Behaviour;
}

async function writePiece(way: Way, piece: Piece): Promise<void> {
  const isPlain = way.behaviour.size === undefined || typeof piece !== "string" || !piece.includes(MORE);
  if (isPlain) return write(way, Buffer.from(piece));
  const [start = "", ...rest] = piece.split(MORE);
  await write(way, Buffer.from(start));
  for (const text of rest) {
    for (let left = way.behaviour.size ?? 0; left > 0; left -= FILLER.length)
      await write(way, Buffer.from(FILLER.slice(0, left)));
    await write(way, Buffer.from(text));
  }
}

/** How often a second something is sent when the rate is limited. */
const WRITES_PER_SECOND = 20;

async function write({ sink, response, behaviour }: Way, bytes: Buffer): Promise<void> {
  const { rate, "chunk-size": chunkSize } = behaviour;
  const perWrite = rate === undefined ? bytes.length : Math.max(1, Math.floor(rate / WRITES_PER_SECOND));
  const step = Math.max(1, Math.min(perWrite, chunkSize || bytes.length));
  for (let from = 0; from < bytes.length; from += step) {
    if (response.destroyed) return;
    const isFull = !sink.write(bytes.subarray(from, from + step));
    if (rate !== undefined) await sleep(Math.ceil((1_000 * Math.min(step, bytes.length - from)) / Math.max(1, rate)));
    // Each write is to reach the client by itself; without a turn of the loop they would travel together.
    else if (step < bytes.length) await new Promise(setImmediate);
    if (isFull) await drained(sink, response);
  }
}

/** Room again, or nobody there any more. */
function drained(sink: NodeJS.WritableStream, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      sink.off("drain", go);
      response.off("close", go);
      resolve();
    };
    sink.on("drain", go);
    response.on("close", go);
    if (response.destroyed) go();
  });
}

/** So long what was sent has time to arrive: a reset takes along what nobody has read yet. */
const BEFORE_RESET_MS = 20;

async function reset(response: ServerResponse, entry: LoggedRequest): Promise<void> {
  if (entry.pieces > 0) await sleep(BEFORE_RESET_MS);
  entry.end = "reset";
  response.socket?.resetAndDestroy();
}

/** The end of the body is missing, but nothing before it. */
async function closeUnended(
  sink: NodeJS.WritableStream,
  response: ServerResponse,
  entry: LoggedRequest,
): Promise<void> {
  response.flushHeaders();
  if (sink instanceof Transform) await new Promise<void>((resolve) => flush(sink, resolve));
  entry.end = "closed";
  response.socket?.end();
}

/** Encoders have it, other transforms do not. */
function flush(encoder: Transform, done: () => void): void {
  if ("flush" in encoder && typeof encoder.flush === "function") encoder.flush(done);
  else done();
}

async function hang(response: ServerResponse, entry: LoggedRequest): Promise<void> {
  response.flushHeaders();
  await once(response, "close").catch(() => undefined);
  entry.end = "aborted";
}
