import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";

/** Larger bodies are passed on as they come; what they say is read from their beginning. */
const MAX_WHOLE_BYTES = 32 * 1_048_576;
/** For all calls together, so that many large bodies at once cannot fill the memory. */
const MAX_ALL_BYTES = 256 * 1_048_576;
/** Kept of a body that is passed on as it comes. */
const MAX_BEGINNING_BYTES = 262_144;

/** A request's body, as far as it is in memory. */
export interface RequestBody {
  /** All of it, or its beginning. */
  bytes: Buffer;
  /** All of it, from its first byte, when it was too large to be kept; null: `bytes` is whole. */
  stream: Readable | null;
  /** Memory of the body is no longer needed. */
  release(): void;
}

/** Bytes of bodies that are in memory, of all calls. */
let bytesInMemory = 0;

/** Reads a body up to a bound. `done` is called once, unless the client goes away before: then nothing more happens. */
export function readRequestBody(incoming: IncomingMessage, done: (body: RequestBody) => void): void {
  // What came in one piece with its head is all there once the parser is through with that piece. To listen for more of it would cost
  // as much as forwarding it.
  process.nextTick(() => {
    const first = incoming.read() as Buffer | null;
    if (first === null || first.length !== expectedLength(incoming)) return collect(incoming, first, done);
    bytesInMemory += first.length;
    done({ bytes: first, stream: null, release: once(() => (bytesInMemory -= first.length)) });
  });
}

function collect(incoming: IncomingMessage, first: Buffer | null, done: (body: RequestBody) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const expectedBytes = expectedLength(incoming);
  const stop = () => {
    incoming.off("data", onData);
    incoming.off("end", onEnd);
  };
  const giveBack = once(() => (bytesInMemory -= size));
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    bytesInMemory += chunk.length;
    // The last byte is here; the event that says so comes a turn later.
    if (size === expectedBytes) return onEnd();
    if (size <= MAX_WHOLE_BYTES && bytesInMemory <= MAX_ALL_BYTES) return;
    stop();
    incoming.off("close", giveBack);
    done({ bytes: beginning(chunks), stream: streamedBody(incoming, chunks), release: giveBack });
  };
  const onEnd = () => {
    stop();
    incoming.off("close", giveBack);
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
    done({ bytes, stream: null, release: giveBack });
  };
  incoming.on("data", onData);
  incoming.on("end", onEnd);
  incoming.on("close", giveBack);
  if (first !== null) onData(first);
}

/** NaN: the request does not say. */
function expectedLength({ headers }: IncomingMessage): number {
  return Number(headers["content-length"] ?? Number.NaN);
}

/**
 * The whole body as it comes: what was read before, then the rest at the pace of the provider. A stream of its own, since the
 * client of the provider destroys what it cannot send, and the client's connection must outlive that.
 */
export function streamedBody(incoming: IncomingMessage, before: Buffer[] = []): Readable {
  const stream = new PassThrough();
  stream.on("error", () => {});
  for (const chunk of before) stream.write(chunk);
  incoming.pipe(stream);
  // pipe does not tell the provider that the client broke off
  incoming.on("close", () => {
    if (!incoming.complete) stream.destroy(new Error("the client broke off"));
  });
  return stream;
}

function beginning(chunks: Buffer[]): Buffer {
  const kept: Buffer[] = [];
  let size = 0;
  for (const chunk of chunks) {
    kept.push(chunk);
    size += chunk.length;
    if (size >= MAX_BEGINNING_BYTES) break;
  }
  return Buffer.concat(kept).subarray(0, MAX_BEGINNING_BYTES);
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
