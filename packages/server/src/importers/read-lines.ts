import { open } from "node:fs/promises";
import type { Position } from "./importer.ts";

/** One line, without its end. */
export interface Line {
  number: number;
  /** Valid until the next step of the generator; null: longer than `MAX_LINE_BYTES`. */
  bytes: Buffer | null;
  /** Where the next line begins. */
  endByte: number;
  /** False: the file ends before the line does. */
  isEnded: boolean;
}

const CHUNK_BYTES = 512 * 1024;
/** Longer ones hold pasted files; no call is told in so many words. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
const NEWLINE = 10;

/** The lines of a file from a position on, read in chunks: memory does not grow with the file. */
export async function* readLines(path: string, from: Position): AsyncGenerator<Line[], void, undefined> {
  const file = await open(path);
  const chunk = freeChunks.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    const begun = new BegunLine();
    let atByte = from.offsetBytes;
    let number = from.line;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, atByte);
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      const lines: Line[] = [];
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        const whole = begun.finish(bytes.subarray(start, end));
        lines.push({ number, bytes: whole, endByte: atByte + end + 1, isEnded: true });
        number += 1;
        start = end + 1;
      }
      if (lines.length > 0) yield lines;
      begun.add(bytes.subarray(start));
      atByte += bytesRead;
    }
    if (begun.isEmpty) return;
    yield [{ number, bytes: begun.finish(Buffer.alloc(0)), endByte: atByte, isEnded: false }];
  } finally {
    freeChunks.push(chunk);
    await file.close();
  }
}

/** Tools write thousands of small files: each with a chunk of its own would leave half a gigabyte to collect. */
const freeChunks: Buffer[] = [];

/** What has been read of a line that goes over several chunks. */
class BegunLine {
  #pieces: Buffer[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    // the chunk is read into again
    if (this.#bytes <= MAX_LINE_BYTES) this.#pieces.push(Buffer.from(piece));
    else this.#pieces = [];
  }

  finish(last: Buffer): Buffer | null {
    if (this.#bytes === 0) return last;
    const isTooLong = this.#bytes + last.length > MAX_LINE_BYTES;
    const whole = isTooLong ? null : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#bytes = 0;
    return whole;
  }
}
