import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";
import { readCsv } from "../csv/read-csv.ts";
import { awsExport } from "./aws/parse.ts";
import { azureExport } from "./azure/parse.ts";
import { BadLine, exportRecord, type ExportReader } from "./export-record.ts";
import { googleExport } from "./google/parse.ts";
import { readText } from "./read-text.ts";
import { DayTable, type ReportedRow } from "./reported-row.ts";
import { dayName } from "./utc-day.ts";

const READERS: Record<string, ExportReader> = { aws: awsExport, azure: azureExport, google: googleExport };
/** Named at most; the others are counted. */
const MAX_NAMED = 20;
const MAX_LINE_CHARACTERS = 16 * 1_048_576;
const PARQUET = /\.parquet$/i;
const KNOWN = /\.((csv|json|jsonl|ndjson)(\.gz)?|parquet)$/i;

/** What exported files say, by day. */
export interface ReadExport {
  days: { day: string; rows: ReportedRow[] }[];
  /** Lines of other services, which are left out. */
  otherLines: number;
  lines: number;
  /** Lines that cannot be read: the first of them by file and line. */
  broken: { count: number; named: string[] };
}

/**
 * Reads the cost exports of a cloud: files, or folders of them, all together, because a day may be spread over several. Lines
 * stream; what is held is one row for each day, item and account. InvalidInput `sync_not_from_files`, `export_not_readable`.
 */
export async function readExport(
  provider: string,
  paths: string[],
  onBytes?: (bytes: number) => void,
): Promise<ReadExport> {
  const reader = READERS[provider];
  if (reader === undefined) {
    throw new InvalidInput(
      "sync_not_from_files",
      `${provider} is asked over its API; files are read of ${Object.keys(READERS).join(", ")}`,
      { field: "path" },
    );
  }
  const table = new DayTable();
  const read = { otherLines: 0, lines: 0, broken: { count: 0, named: [] as string[] } };
  for (const path of await exportFiles(paths)) {
    for await (const { line, values } of recordsOf(path, onBytes)) {
      read.lines += 1;
      try {
        if (values === null) throw new BadLine("it is no JSON object");
        const { dayMs, services, rows } = reader.read(exportRecord(values));
        if (!services.some((service) => service !== undefined && reader.services.test(service))) read.otherLines += 1;
        else for (const row of rows) table.add(dayMs, row);
      } catch (error) {
        if (!(error instanceof BadLine)) throw error;
        read.broken.count += 1;
        if (read.broken.named.length < MAX_NAMED) read.broken.named.push(`${path}:${line}: ${error.message}`);
      }
    }
  }
  if (read.lines > 0 && read.broken.count === read.lines) {
    throw new InvalidInput(
      "export_not_readable",
      `No line of ${paths.join(", ")} can be read as an export of ${provider}; the first: ${read.broken.named[0]}`,
      { field: "path" },
    );
  }
  return { ...read, days: table.days().map((dayMs) => ({ day: dayName(dayMs), rows: table.rowsOf(dayMs) })) };
}

/** Bytes of all files, for progress. */
export async function exportBytes(paths: string[]): Promise<number> {
  const sizes = await Promise.all((await exportFiles(paths)).map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function exportFiles(paths: string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      if (!(await stat(path)).isDirectory()) return [path];
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && KNOWN.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return [...new Set(files.flat())].toSorted();
}

async function* recordsOf(
  path: string,
  onBytes?: (bytes: number) => void,
): AsyncIterable<{ line: number; values: Record<string, unknown> | null }> {
  if (PARQUET.test(path)) return yield* parquetRows(path, onBytes);
  const text = readText(path, onBytes);
  if (!/\.(json|jsonl|ndjson)(\.gz)?$/i.test(path)) yield* csvRows(text);
  else yield* readJsonLines(text);
}

/** InvalidInput `export_not_readable` for a file that is no Parquet, or is packed with something that is not known here. */
async function* parquetRows(path: string, onBytes?: (bytes: number) => void): ReturnType<typeof recordsOf> {
  const { readParquet } = await loadParquet();
  const rows = readParquet(path, onBytes)[Symbol.asyncIterator]();
  for (;;) {
    const step = await rows.next().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new InvalidInput("export_not_readable", `${path} cannot be read as Parquet: ${why}`, { field: "path" });
    });
    if (step.done === true) return;
    yield step.value;
  }
}

/** The reader is a file of its own beside the built program, as is the writer (`ledger/parquet.ts`). */
async function loadParquet(): Promise<typeof import("./read-parquet.ts")> {
  const file = import.meta.url.endsWith(".ts") ? "./read-parquet.ts" : "./read-parquet.js";
  return (await import(new URL(file, import.meta.url).href)) as typeof import("./read-parquet.ts");
}

/** Records by the names of the heading; what stands below no name is left out. */
async function* csvRows(text: AsyncIterable<string>): AsyncIterable<{ line: number; values: Record<string, string> }> {
  let names: string[] | null = null;
  for await (const { cells, line } of readCsv(text)) {
    if (names === null) names = cells.map((name) => name.trim());
    else yield { line, values: Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""])) };
  }
}

/** One object on each line; a list of them, as some tools write it, has one on each line too. */
async function* readJsonLines(
  text: AsyncIterable<string>,
): AsyncIterable<{ line: number; values: Record<string, unknown> | null }> {
  let rest = "";
  let line = 0;
  for await (const part of text) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new InvalidInput("export_not_readable", "A line does not end", { field: "path" });
    for (const written of lines) {
      line += 1;
      if (isContent(written)) yield { line, values: valuesOf(written) };
    }
  }
  if (isContent(rest)) yield { line: line + 1, values: valuesOf(rest) };
}

function isContent(written: string): boolean {
  return !/^[\s[\],]*$/.test(written);
}

function valuesOf(written: string): Record<string, unknown> | null {
  const bare = written.trim().replace(/^\[|,$|\]$/g, "");
  try {
    const value: unknown = JSON.parse(bare);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
