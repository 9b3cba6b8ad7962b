import { isUtf8 } from "node:buffer";
import type { JsonValue, LineReading, LoadedPart, LogFile, Position } from "./importer.ts";
import { isUtf16, parseJsonBytes, withoutMark } from "./parse-json-bytes.ts";
import { MAX_LINE_BYTES, readLines, type Line } from "./read-lines.ts";

/** How the lines of one tool are read. */
interface LineFormat {
  /** One of these stands in every line that says something of calls; lines without are not decoded. */
  marks: readonly string[];
  read(line: unknown, file: LogFile): LineReading;
  /** What has been read so far and has to be known to read on; it becomes the position's state. */
  state?(): JsonValue;
}

/**
 * Reads a file of JSON lines. A last line without its end is read when it is whole already, and read again the next
 * time: the position stays before it.
 */
export async function* loadJsonLines(
  file: LogFile,
  from: Position,
  format: LineFormat,
): AsyncGenerator<LoadedPart, void, undefined> {
  const reader = { format, marks: format.marks.map((mark) => Buffer.from(mark)) };
  let position = from;
  for await (const lines of readLines(file.path, from)) {
    const part: LoadedPart["lines"] = [];
    for (const line of lines) {
      if (line.number === 1 && line.bytes !== null && isUtf16(line.bytes)) {
        yield { lines: [{ line: 1, reading: { problem: "the file is UTF-16; expected UTF-8" } }], position };
        return;
      }
      const reading = readLine(line, file, reader);
      if (reading !== null) part.push({ line: line.number, reading });
      // a last line without its end comes alone; what it says is learnt again with the next import
      if (line.isEnded) position = { offsetBytes: line.endByte, line: line.number + 1 };
    }
    if (format.state !== undefined && lines.at(-1)!.isEnded) position = { ...position, state: format.state() };
    yield { lines: part, position };
  }
}

/** Null: it tells of no call. */
function readLine(
  line: Line,
  file: LogFile,
  { format, marks }: { format: LineFormat; marks: Buffer[] },
): LineReading | null {
  if (line.bytes === null) return { problem: `longer than ${MAX_LINE_BYTES / 1024 / 1024} MB` };
  const bytes = line.number === 1 ? withoutMark(line.bytes) : line.bytes;
  if (!marks.some((mark) => bytes.includes(mark))) return isWhole(bytes) ? null : broken(line);
  if (!isUtf8(bytes)) return line.isEnded ? { problem: "not UTF-8" } : broken(line);
  const value = parseJsonBytes(bytes);
  if (value === undefined) return broken(line);
  const reading = format.read(value, file);
  return "events" in reading && reading.events.length === 0 ? null : reading;
}

function broken({ isEnded }: Line): LineReading {
  return isEnded ? { problem: "not JSON: cut off or damaged" } : { isUnfinished: true };
}

const [SPACE, OPEN, CLOSE] = [0x20, 0x7b, 0x7d];

/** Blank, or an object from its first to its last character; without a look at what is between them. */
function isWhole(bytes: Buffer): boolean {
  let end = bytes.length;
  while (end > 0 && isSpace(bytes[end - 1]!)) end -= 1;
  let start = 0;
  while (start < end && isSpace(bytes[start]!)) start += 1;
  return start === end || (bytes[start] === OPEN && bytes[end - 1] === CLOSE);
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 9 && byte <= 13);
}
