import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { pipeline } from "node:stream";

/** One record of a CSV file. */
export interface CsvRecord {
  /** Of the line in the file at which it begins; the heading is line 1. */
  line: number;
  /** By the names of the heading. */
  values: Record<string, string>;
}

const MAX_RECORD_CHARACTERS = 1_048_576;

/** A file as text, piece by piece; packed ones (`.gz`) are unpacked. Rejects as the file does. */
export async function* readText(path: string, onBytes?: (bytes: number) => void): AsyncIterable<string> {
  const file = createReadStream(path);
  file.on("data", (part) => onBytes?.(part.length));
  const source = path.endsWith(".gz") ? pipeline(file, createGunzip(), () => {}) : file;
  const decoder = new TextDecoder("utf-8", { fatal: false });
  for await (const part of source as AsyncIterable<Buffer>) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}

/**
 * Records of RFC 4180: quoted fields with commas, quotes and line breaks in them. A record may have fewer or more fields than
 * the heading; those without a name are left out. RangeError for a record that never ends.
 */
export async function* readCsv(text: AsyncIterable<string>): AsyncIterable<CsvRecord> {
  let names: string[] | null = null;
  for await (const { line, fields } of splitRecords(text)) {
    if (fields.length === 1 && fields[0] === "") continue;
    if (names === null) {
      names = fields.map((name) => name.replace(/^\uFEFF/, "").trim());
      continue;
    }
    const values: Record<string, string> = Object.create(null) as Record<string, string>;
    names.forEach((name, index) => (values[name] = fields[index] ?? ""));
    yield { line, values };
  }
}

async function* splitRecords(text: AsyncIterable<string>): AsyncIterable<{ line: number; fields: string[] }> {
  let fields: string[] = [];
  let field = "";
  let isQuoted = false;
  let wasQuote = false;
  let wasReturn = false;
  let [line, first] = [1, 1];
  let size = 0;
  for await (const part of text) {
    for (const character of part) {
      if (character === "\n") line += 1;
      const isBreak = wasReturn && character === "\n";
      wasReturn = false;
      if (isBreak) {
        first = line;
        continue;
      }
      size += 1;
      if (size > MAX_RECORD_CHARACTERS) throw new RangeError(`the record of line ${first} does not end`);
      if (isQuoted) {
        if (wasQuote) {
          wasQuote = false;
          if (character === '"') {
            field += '"';
            continue;
          }
          isQuoted = false;
        } else if (character === '"') {
          wasQuote = true;
          continue;
        } else {
          field += character;
          continue;
        }
      }
      if (character === '"' && field === "") isQuoted = true;
      else if (character === ",") {
        fields.push(field);
        field = "";
      } else if (character === "\n" || character === "\r") {
        wasReturn = character === "\r";
        yield { line: first, fields: [...fields, field] };
        [fields, field, size, first] = [[], "", 0, line];
      } else field += character;
    }
  }
  if (field !== "" || fields.length > 0) yield { line: first, fields: [...fields, field] };
}
