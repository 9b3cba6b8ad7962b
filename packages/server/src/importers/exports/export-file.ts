import type { WireEvent } from "@outlay/core";
import { eventId } from "../event-id.ts";
import { filesBelow } from "../find-logs.ts";
import type { FileOptions, Importer, LineReading, LoadedPart, LogFile } from "../importer.ts";
import { BadValue } from "../read-values.ts";
import { PLAIN_CELLS, type CellFormat } from "./cells.ts";
import { openRows, type ExportRow } from "./read-rows.ts";
import { RowIds } from "./row-ids.ts";

/** What a row says. `id`: its own, or what it is known by, which is the same in other files that have the row too. */
export type RowReading = { event: Omit<WireEvent, "id">; id: string | { of: unknown } } | { leftOut: string } | null;

/** How the rows of one kind of export are read. */
export interface ExportFormat {
  name: string;
  title: string;
  /** In which field of a JSON document the rows stand, where it is no list itself. */
  lists?: readonly string[];
  /** `columns`: of CSV; null: JSON. BadValue when they are none of this kind: it names them, and what was expected. */
  open(columns: string[] | null, cells: CellFormat): (row: ExportRow["cells"]) => RowReading | RowReading[];
}

/** An importer of files that somebody names: nothing is looked for. Memory does not grow with a CSV file or JSON lines. */
export function exportFile(format: ExportFormat, options: FileOptions = {}): Importer {
  const { name, title } = format;
  const cells = { ...PLAIN_CELLS, ...options.cells };
  return {
    name,
    title,
    needsPath: true,
    findFolders: async () => [],
    listFiles: (path) => filesBelow(path, (file) => /\.(csv|tsv|txt|json|jsonl|ndjson)$/i.test(file), ""),
    load: (file) => load(file, format, cells),
    configure: (chosen) => exportFile(format, chosen),
  };
}

async function* load(
  file: LogFile,
  format: ExportFormat,
  cells: CellFormat,
): AsyncGenerator<LoadedPart, void, undefined> {
  const end = { offsetBytes: file.sizeBytes, line: 1 };
  const problem = (reason: string, line: number | null = null): LoadedPart => ({
    lines: [{ line, reading: { problem: reason } }],
    position: end,
  });
  const opened = await openRows(file, format.lists ?? []);
  if ("problem" in opened) return yield problem(opened.problem);
  const read = readerOf(format, opened.columns, cells);
  if (typeof read === "string") return yield problem(read, opened.columns === null ? null : 1);
  const ids = new RowIds();
  for await (const page of opened.pages) {
    const lines = page.flatMap((row): LoadedPart["lines"] => {
      if ("problem" in row) return [{ line: row.line, reading: { problem: row.problem } }];
      return readRow(row, read, { ids, name: format.name }).map((reading) => ({ line: row.line, reading }));
    });
    yield { lines, position: { offsetBytes: 0, line: 1 } };
  }
  yield { lines: [], position: end };
}

type ReadRow = ReturnType<ExportFormat["open"]>;

/** Or why the file is none of this kind. */
function readerOf(format: ExportFormat, columns: string[] | null, cells: CellFormat): ReadRow | string {
  try {
    return format.open(columns, cells);
  } catch (error) {
    if (error instanceof BadValue) return error.message;
    throw error;
  }
}

function readRow({ cells }: ExportRow, read: ReadRow, { ids, name }: { ids: RowIds; name: string }): LineReading[] {
  try {
    const told = read(cells);
    return (Array.isArray(told) ? told : [told]).flatMap((one): LineReading[] => {
      if (one === null) return [];
      if ("leftOut" in one) return [one];
      const id = typeof one.id === "string" ? one.id : ids.next(one.id.of);
      return [{ events: [{ ...one.event, id: eventId(name, id), source: name }] }];
    });
  } catch (error) {
    if (error instanceof BadValue) return [{ problem: error.message }];
    throw error;
  }
}

/** Columns by any of their spellings; small letters and blanks do not matter. */
export class Columns {
  readonly #byName: Map<string, string> | null;
  readonly #columns: string[];

  /** `columns` null: JSON, in which a field may be absent. */
  constructor(columns: string[] | null) {
    this.#columns = columns ?? [];
    this.#byName = columns === null ? null : new Map(columns.map((column) => [plain(column), column]));
  }

  /** The name that the file has for one of these; null when it has none. */
  find(...names: string[]): string | null {
    if (this.#byName === null) return names[0] ?? null;
    for (const name of names) {
      const found = this.#byName.get(plain(name));
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The first of these cells that says something; undefined when none does. */
  cell(row: ExportRow["cells"], ...names: string[]): unknown {
    for (const name of names) {
      const column = this.find(name);
      const value = column === null ? undefined : row[column];
      if (value !== undefined && value !== null && value !== "") return value;
    }
    return undefined;
  }

  /** The name that the file has for one of these; BadValue when it has none. */
  need(...names: string[]): string {
    const found = this.find(...names);
    if (found !== null) return found;
    const seen = this.#columns.slice(0, 40).map((column) => column.slice(0, 60).replaceAll(/[\p{Cc}\p{Cs}]/gu, ""));
    throw new BadValue(`there is no column ${names.join(" or ")}; found: ${seen.join(", ")}`);
  }
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, "");
}

/** Reads a cell of the row at hand by any of its spellings. */
export type ReadCell = (...names: string[]) => unknown;
