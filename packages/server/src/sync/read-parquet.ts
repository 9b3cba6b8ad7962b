import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { FileMetaData, SchemaElement } from "hyparquet";

/** Rows that are held at a time, with all their columns. */
const ROWS_AT_ONCE = 20_000;
/** A double has no more that mean anything; a decimal that came as one is written with as many as it has. */
const MAX_DECIMALS = 15;

/**
 * The rows of a Parquet file as those of a CSV file: numbers as they print, instants in ISO form, nothing for null; `line` is the row,
 * from 1. Columns of lists and maps are left out. Packed with anything that clouds offer. Rejects for a file that is no Parquet.
 */
export async function* readParquet(
  path: string,
  onBytes?: (bytes: number) => void,
): AsyncIterable<{ line: number; values: Record<string, string> }> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const plain = plainColumns(metadata);
  const columns = plain.map(({ name }) => name);
  const decimals = new Map(
    plain.flatMap(({ name, scale, converted_type: type }) => (type === "DECIMAL" ? [[name, scale ?? 0]] : [])),
  );
  const rowCount = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < rowCount; rowStart += ROWS_AT_ONCE) {
    const rowEnd = Math.min(rowCount, rowStart + ROWS_AT_ONCE);
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns,
      rowStart,
      rowEnd,
      compressors,
      useOffsetIndex: true,
    });
    for (const [index, row] of rows.entries()) yield { line: rowStart + index + 1, values: valuesOf(row, decimals) };
    onBytes?.(Math.round((file.byteLength * (rowEnd - rowStart)) / rowCount));
  }
}

/** Those that hold one value a row. */
function plainColumns({ schema }: FileMetaData): SchemaElement[] {
  const plain: SchemaElement[] = [];
  // the first is the table itself; what has children is followed by them
  for (let at = 1; at < schema.length; at = afterColumn(schema, at)) {
    const element = schema[at]!;
    if (element.num_children === undefined && element.repetition_type !== "REPEATED") plain.push(element);
  }
  return plain;
}

function afterColumn(schema: SchemaElement[], at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]!.num_children ?? 0); child++) next = afterColumn(schema, next);
  return next;
}

function valuesOf(row: Record<string, unknown>, decimals: Map<string, number>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(row)) {
    const text = textOf(value, decimals.get(name));
    if (text !== null) values[name] = text;
  }
  return values;
}

function textOf(value: unknown, scale: number | undefined): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number")
    return scale === undefined ? String(value) : value.toFixed(Math.min(scale, MAX_DECIMALS));
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null;
}

/** Besides those that the library unpacks itself: none and Snappy. */
const compressors = {
  GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)),
  BROTLI: (input: Uint8Array) => new Uint8Array(brotliDecompressSync(input)),
  ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)),
};
