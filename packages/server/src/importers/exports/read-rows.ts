import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { LogFile } from "../importer.ts";
import { loadJsonDocument } from "../load-json-document.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { fieldsOf, listOf, type Fields } from "../read-values.ts";

/** A row of a file that somebody exported: its cells by the names of the columns. */
export interface ExportRow {
  /** null: the file is one JSON document. */
  line: number | null;
  cells: Fields;
}

/** What stands at a place of a file: a row, or why there is none. */
export type RowOrProblem = ExportRow | { line: number | null; problem: string };

/** A whole file as pages of rows. */
export interface RowFile {
  /** Of CSV: the names of the columns. null: JSON, whose objects may each have others. */
  columns: string[] | null;
  pages: AsyncGenerator<RowOrProblem[], void, undefined>;
}

/** Rows at a time. */
const PAGE_ROWS = 500;
/** A quote that is never closed would swallow the rest of a file. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const HEAD_BYTES = 64 * 1024;

/**
 * Opens a file by what is in it, whatever its name: CSV with a line of names first (comma, semicolon or tab), JSON lines,
 * or one JSON document (a list, or an object in which a list of `lists` stands). Problems of single rows are told in their
 * place. Rejects when it cannot be read.
 */
export async function openRows(file: LogFile, lists: readonly string[]): Promise<RowFile | { problem: string }> {
  const head = await headOf(file.path);
  const isWide = head[0] === 0xff && head[1] === 0xfe;
  if (!isWide && !isUtf8(atCharacter(head))) return { problem: "not UTF-8; expected a file saved as UTF-8" };
  const text = head.toString(isWide ? "utf16le" : "utf8").replace(/^\uFEFF/, "");
  const first = text.trimStart()[0];
  if (first === undefined) return { problem: "the file is empty" };
  if (first === "[" || (first === "{" && !isJsonLines(text)))
    return { columns: null, pages: documentRows(file, lists) };
  if (first === "{") return { columns: null, pages: jsonLineRows(file) };
  return openCsv(file, text, isWide);
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Without the character that the head ends within. */
function atCharacter(head: Buffer): Buffer {
  let end = head.length;
  while (end > 0 && end > head.length - 4 && (head[end - 1]! & 0xc0) === 0x80) end -= 1;
  return end === head.length && (head[end - 1] ?? 0) < 0x80 ? head : head.subarray(0, Math.max(0, end - 1));
}

/** Whether an object ends with its first line. */
function isJsonLines(text: string): boolean {
  const [line = ""] = text.trimStart().split("\n");
  try {
    JSON.parse(line);
    return true;
  } catch {
    // one line that is longer than the head
    return !text.includes("\n");
  }
}

async function* jsonLineRows(file: LogFile): RowFile["pages"] {
  const rows: ExportRow[] = [];
  const read = (value: unknown) => {
    rows.push({ line: null, cells: fieldsOf(value) });
    return { leftOut: "row" };
  };
  for await (const { lines } of loadJsonLines(file, { offsetBytes: 0, line: 1 }, { marks: ["{"], read })) {
    yield lines.map(({ line, reading }): RowOrProblem => {
      if ("leftOut" in reading) return { ...rows.shift()!, line };
      return { line, problem: "problem" in reading ? reading.problem : "the line is cut off" };
    });
  }
}

async function* documentRows(file: LogFile, lists: readonly string[]): RowFile["pages"] {
  let rows: RowOrProblem[] = [];
  const read = (document: unknown) => {
    const list = Array.isArray(document) ? document : lists.map((name) => fieldsOf(document)[name]).find(Array.isArray);
    if (list === undefined) return { readings: [{ problem: `no list of rows; expected one in ${lists.join(", ")}` }] };
    rows = listOf(list).map((value) => ({ line: null, cells: fieldsOf(value) }));
    return { readings: [] };
  };
  for await (const { lines } of loadJsonDocument(file, { offsetBytes: 0, line: 1 }, read)) {
    for (const { reading } of lines) if ("problem" in reading) yield [{ line: null, problem: reading.problem }];
  }
  for (let start = 0; start < rows.length; start += PAGE_ROWS) yield rows.slice(start, start + PAGE_ROWS);
}

async function openCsv(file: LogFile, head: string, isWide: boolean): Promise<RowFile | { problem: string }> {
  const { parse } = await import("csv-parse");
  const problems: RowOrProblem[] = [];
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(head),
    encoding: isWide ? "utf16le" : "utf8",
    info: true,
    max_record_size: MAX_RECORD_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) =>
      void problems.push({
        line: error === undefined ? null : Number(error["lines"] ?? 0),
        problem: `not CSV: ${reasonOf(error?.code)}`,
      }),
  });
  const source = createReadStream(file.path);
  source.on("error", (error) => parser.destroy(error)).pipe(parser);
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<{ record: string[]; info: { lines: number } }>;
  const first = await records.next();
  if (first.done === true)
    return problems[0] === undefined ? { problem: "the file is empty" } : withoutLine(problems[0]);
  const columns = first.value.record.map((name) => name.trim());
  return { columns, pages: csvPages(columns, records, problems) };
}

async function* csvPages(
  columns: string[],
  records: AsyncIterator<{ record: string[]; info: { lines: number } }>,
  problems: RowOrProblem[],
): RowFile["pages"] {
  let page: RowOrProblem[] = [];
  for (;;) {
    const next = await records.next();
    if (problems.length > 0) page.push(...problems.splice(0));
    if (next.done === true) break;
    const { record, info } = next.value;
    page.push(rowOf(columns, record, info.lines));
    if (page.length < PAGE_ROWS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function rowOf(columns: string[], record: string[], line: number): RowOrProblem {
  const extra = record.slice(columns.length).filter((cell) => cell.trim() !== "");
  if (extra.length > 0) {
    return { line, problem: `${record.length} cells; the first line names ${columns.length} columns` };
  }
  return { line, cells: Object.fromEntries(columns.map((name, index) => [name, record[index]])) };
}

function withoutLine(place: RowOrProblem): { problem: string } {
  return { problem: "problem" in place ? place.problem : "the file is empty" };
}

/** Of the first line: whichever of the usual ones stands in it most, outside of quotes. */
function delimiterOf(head: string): string {
  const line = (head.split(/\r?\n/, 1)[0] ?? "").replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((mark): [string, number] => [mark, line.split(mark).length]);
  return counts.toSorted((a, b) => b[1] - a[1])[0]![0];
}

/** The parser's own words quote the cell. */
function reasonOf(code: string | undefined): string {
  if (code === "CSV_QUOTE_NOT_CLOSED") return "a quote is never closed";
  if (code === "CSV_MAX_RECORD_SIZE") return "a row is longer than 16 MB; is a quote never closed?";
  return "a quote stands where none may be";
}
