/** Ends every event in a batch, in memory and on disk: what is sent is a list of JSON. */
export const LINE_END = ",\n";

const encoder = new TextEncoder();
const HEAD = encoder.encode('{"events":[\n');
const TAIL = encoder.encode("]}");
const NEW_LINE = 10;

/** Events that travel together: one request, and one file of the spool. */
export class Batch {
  /** Number of events; unknown (0) for a file that was not read yet. */
  events = 0;
  bytes = 0;
  /** In memory; null when only the file has them. */
  chunks: Uint8Array[] | null = [];
  /** Its path in the spool. */
  file: string | null = null;
  /** Chunks, events and bytes that are in the file. */
  written = { chunks: 0, events: 0, bytes: 0 };
  readonly #eventsOfChunk: number[] = [];
  state: "open" | "waiting" | "sending" | "done" = "open";
  /** The last attempt to send that failed, by its number. */
  failedAttempt = 0;
  /** Attempts that failed, and when the next one is due, by `performance.now()`. */
  failures = 0;
  dueMs = 0;
  /** What it was divided into. */
  parts: Batch[] = [];
  /** Taken over from a process that is no more. */
  adopted = false;

  /** Events that a dead process had left. */
  static ofFile(file: string, bytes: number): Batch {
    const batch = new Batch();
    Object.assign(batch, { file, bytes, chunks: null, state: "waiting", adopted: true });
    return batch;
  }

  add(chunk: Uint8Array, events: number): void {
    this.chunks!.push(chunk);
    this.#eventsOfChunk.push(events);
    this.bytes += chunk.length;
    this.events += events;
  }

  get onDisk(): boolean {
    return this.file !== null && (this.adopted || this.written.bytes === this.bytes);
  }

  /** What of it is not acknowledged yet. */
  unfinished(): Batch[] {
    return this.state === "done" ? this.parts.flatMap((part) => part.unfinished()) : [this];
  }

  /** Events that are safe in the file. */
  get eventsOnDisk(): number {
    return this.file === null ? 0 : this.adopted ? this.events : this.written.events;
  }

  /** What the file does not have yet. */
  unwritten(): { bytes: Uint8Array; chunks: number; events: number } {
    const from = this.written.chunks;
    const parts = this.chunks!.slice(from);
    const events = this.#eventsOfChunk.slice(from).reduce((sum, count) => sum + count, 0);
    return { bytes: concat(parts), chunks: parts.length, events };
  }

  wrote(part: { bytes: Uint8Array; chunks: number; events: number }): void {
    this.written.chunks += part.chunks;
    this.written.bytes += part.bytes.length;
    this.written.events += part.events;
  }

  /** The file cannot be relied on any more. */
  forgetFile(): void {
    this.file = null;
    this.written = { chunks: 0, events: 0, bytes: 0 };
  }

  /** The file is as good as memory from now on. Gives the bytes that this frees. */
  dropChunks(): number {
    this.chunks = null;
    return this.bytes;
  }
}

/** The body of the request for such lines. */
export function bodyOf(lines: Uint8Array): Uint8Array {
  return concat([HEAD, lines.subarray(0, lines.length - LINE_END.length), TAIL]);
}

/** Complete lines only: a process that was killed may leave half of one at the end. */
export function completeLines(content: Uint8Array): Uint8Array {
  let end = content.length;
  while (end > 0 && content[end - 1] !== NEW_LINE) end -= 1;
  return content.subarray(0, end);
}

export function countLines(lines: Uint8Array): number {
  let count = 0;
  for (let at = lines.indexOf(NEW_LINE); at !== -1; at = lines.indexOf(NEW_LINE, at + 1)) count += 1;
  return count;
}

export function concat(parts: Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
