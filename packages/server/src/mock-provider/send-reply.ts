import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createGzip, gzipSync, constants } from "node:zlib";
import type { Behaviour } from "./behaviour.ts";
import type { Reply } from "./reply.ts";
import type { LoggedRequest } from "./request-log.ts";

/** Sends an answer as its behaviour says: slowly, cut, compressed, broken. Resolves when it is sent or nobody listens any more. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  behaviour: Behaviour,
  entry: LoggedRequest,
  acceptsGzip: boolean,
): Promise<void> {
  const isGzip = behaviour.gzip === true && acceptsGzip;
  response.writeHead(200, {
    "content-type": reply.contentType,
    ...extraHeaders(behaviour.headers ?? 0),
    ...reply.headers,
    ...(isGzip ? { "content-encoding": "gzip" } : {}),
    ...(reply.contentType.startsWith("text/event-stream") ? { "cache-control": "no-cache" } : {}),
  });
  entry.status = 200;
  const { body } = reply;
  const isStream = typeof body !== "string" && !(body instanceof Uint8Array);
  entry.streaming = isStream;
  const pieces = isStream ? changed(body, reply, behaviour) : [isGzip ? gzipSync(body) : body];
  const sink = isGzip && isStream ? openGzip(response) : response;
  for (const piece of pieces) {
    if (entry.pieces > 0 && behaviour["chunk-delay"] !== undefined) await sleep(behaviour["chunk-delay"]);
    if (response.destroyed || response.writableEnded) break;
    if (piece === RESET) return reset(response, entry);
    if (piece === HANG) return hang(response, entry);
    await write(sink, response, piece, behaviour["chunk-size"]);
    entry.pieces += 1;
  }
  entry.end = response.destroyed ? "aborted" : "sent";
  sink.end();
  if (!response.destroyed) await once(response, "close").catch(() => undefined);
  if (!response.writableFinished) entry.end = "aborted";
}

function extraHeaders(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, i) => `x-mock-header-${i}`);
  return Object.fromEntries(names.map((name) => [name, "x".repeat(64)]));
}

const RESET = Symbol("reset");
const HANG = Symbol("hang");

/** The pieces with what the behaviour does to them. */
function* changed(
  pieces: Iterable<string>,
  reply: Reply,
  behaviour: Behaviour,
): Generator<string | typeof RESET | typeof HANG> {
  let sent = 0;
  let last = "";
  for (const piece of pieces) {
    if (sent === behaviour["reset-after"]) return yield RESET;
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

/** The first half of a piece, closed as if it were whole. */
function damaged(piece: string): string {
  return `${piece.slice(0, Math.ceil(piece.length / 2)).trimEnd()}\n\n`;
}

function openGzip(response: ServerResponse): NodeJS.WritableStream {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  gzip.on("error", () => {});
  gzip.pipe(response);
  return gzip;
}

async function write(
  sink: NodeJS.WritableStream,
  response: ServerResponse,
  piece: string | Uint8Array,
  sizeBytes: number | undefined,
): Promise<void> {
  const bytes = Buffer.from(piece);
  const step = sizeBytes === undefined || sizeBytes < 1 ? bytes.length : sizeBytes;
  for (let from = 0; from < bytes.length; from += step) {
    if (response.destroyed) return;
    const isFull = !sink.write(bytes.subarray(from, from + step));
    // Each write is to reach the client by itself; without a turn of the loop they would travel together.
    if (step < bytes.length) await new Promise(setImmediate);
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
  });
}

function reset(response: ServerResponse, entry: LoggedRequest): void {
  entry.end = "reset";
  response.socket?.resetAndDestroy();
}

async function hang(response: ServerResponse, entry: LoggedRequest): Promise<void> {
  response.flushHeaders();
  await once(response, "close").catch(() => undefined);
  entry.end = "aborted";
}
