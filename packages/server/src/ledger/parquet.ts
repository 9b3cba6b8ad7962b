import type { ParquetSheet } from "./write-parquet.ts";
import type { TypedColumn } from "./typed-column.ts";

export const PARQUET_TYPE = "application/vnd.apache.parquet";

/**
 * Rows as a Parquet file, a group of rows at a time: memory does not grow with their number. Money is DECIMAL(18, 9) in dollars,
 * instants are timestamps of UTC in milliseconds.
 */
export async function* parquetFile<Row>(
  columns: TypedColumn<Row>[],
  pages: AsyncIterable<Row[]> | Iterable<Row[]>,
  about: Record<string, string> = {},
): AsyncIterable<Uint8Array> {
  const { openParquetSheet } = await loadWriter();
  const sheet: ParquetSheet = openParquetSheet(
    columns.map(({ name, type }) => ({ name, type })),
    about,
  );
  for await (const page of pages) {
    for (const row of page) sheet.add(columns.map(({ valueOf }) => valueOf(row) ?? null));
    const bytes = sheet.take();
    if (bytes.length > 0) yield bytes;
  }
  yield sheet.finish();
}

/**
 * The writer is a file of its own beside the built program: few servers ever write Parquet. As an address that is made here,
 * because the build would otherwise put it into the program.
 */
async function loadWriter(): Promise<typeof import("./write-parquet.ts")> {
  const file = import.meta.url.endsWith(".ts") ? "./write-parquet.ts" : "./write-parquet.js";
  return (await import(new URL(file, import.meta.url).href)) as typeof import("./write-parquet.ts");
}
