import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import type { JsonValue, LineReading, LoadedPart, LogFile, Position } from "./importer.ts";
import { isUtf16, parseJsonBytes } from "./parse-json-bytes.ts";

/** What a document says. */
export interface DocumentReading {
  readings: LineReading[];
  /** What has to be known when the document has changed; without it, what was known before is kept. */
  state?: JsonValue;
}

/** A larger one holds pasted files rather than calls, and would not fit beside what else a small machine runs. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/**
 * Reads a file that is one JSON value, which its tool writes anew with each change. One that is cut off (the tool is
 * about to write it, or died) is named, and read when it has changed.
 */
export async function* loadJsonDocument(
  file: LogFile,
  from: Position,
  read: (document: unknown, file: LogFile, state: JsonValue | undefined) => DocumentReading,
  maxBytes = MAX_DOCUMENT_BYTES,
): AsyncGenerator<LoadedPart, void, undefined> {
  const bytes = await readWhole(file.path, maxBytes);
  const { readings, state } =
    typeof bytes === "string" ? { readings: [{ problem: bytes }] } : readBytes(bytes, file, from.state, read);
  const remembered = state ?? from.state;
  yield {
    lines: readings.map((reading) => ({ line: null, reading })),
    position: {
      offsetBytes: typeof bytes === "string" ? file.sizeBytes : bytes.length,
      line: 1,
      ...(remembered === undefined ? {} : { state: remembered }),
    },
  };
}

function readBytes(
  bytes: Buffer,
  file: LogFile,
  state: JsonValue | undefined,
  read: Parameters<typeof loadJsonDocument>[2],
): { readings: LineReading[]; state?: JsonValue } {
  if (isUtf16(bytes)) return { readings: [{ problem: "the file is UTF-16; expected UTF-8" }] };
  if (!isUtf8(bytes)) return { readings: [{ problem: "not UTF-8" }] };
  const document = parseJsonBytes(bytes);
  if (document === undefined) return { readings: [{ problem: "not JSON: cut off or damaged" }] };
  return read(document, file, state);
}

/** The file's content, or why it is not read. */
async function readWhole(path: string, maxBytes: number): Promise<Buffer | string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) return `longer than ${maxBytes / 1024 / 1024} MB`;
    return await file.readFile();
  } finally {
    await file.close();
  }
}
