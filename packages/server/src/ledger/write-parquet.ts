import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ColumnType } from "./typed-column.ts";

type Value = string | number | bigint | boolean | null;
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

/** A Parquet file that grows row by row. */
export interface ParquetSheet {
  /** One value for each column. */
  add(row: Value[]): void;
  /** The bytes of groups that are full; none most of the time. */
  take(): Uint8Array;
  /** What is left, and the end of the file. */
  finish(): Uint8Array;
}

/** Rows of one group: what is in memory, and what readers can skip together. */
const GROUP_ROWS = 10_000;

/** Decimals of exact text: quantities and unit prices have at most so many. */
const DECIMAL_SCALE = 18;

/** `about` goes into the metadata of the file. */
export function openParquetSheet(
  columns: { name: string; type: ColumnType }[],
  about: Record<string, string>,
): ParquetSheet {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: "root", num_children: columns.length }, ...columns.map(elementOf)],
    kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
    createdBy: "outlay",
  });
  let data: Value[][] = columns.map(() => []);
  const writeGroup = () => {
    const columnData = columns.map(({ name, type }, index) => ({
      name,
      data: data[index]!.map((value) => physical(type, value)),
      // only what is skipped by needs bounds; text may be long
      statistics: type !== "json",
    }));
    void writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    data = columns.map(() => []);
  };
  const take = () => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };
  return {
    add(row) {
      for (const [index, value] of row.entries()) data[index]!.push(value);
      if (data[0]!.length >= GROUP_ROWS) writeGroup();
    },
    take,
    finish() {
      if (data[0]!.length > 0) writeGroup();
      void writer.finish();
      return take();
    },
  };
}

const OPTIONAL = { repetition_type: "OPTIONAL" } as const;

function elementOf({ name, type }: { name: string; type: ColumnType }): SchemaElement {
  switch (type) {
    case "text":
      return { name, ...OPTIONAL, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "json":
      // as text: what is JSON already must not be written as a JSON string of itself
      return { name, ...OPTIONAL, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "instant":
      return {
        name,
        ...OPTIONAL,
        type: "INT64",
        converted_type: "TIMESTAMP_MILLIS",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
      };
    case "money":
      return { name, ...OPTIONAL, type: "INT64", converted_type: "DECIMAL", precision: 18, scale: 9 };
    case "decimal":
      return {
        name,
        ...OPTIONAL,
        type: "FIXED_LEN_BYTE_ARRAY",
        type_length: 16,
        converted_type: "DECIMAL",
        precision: 38,
        scale: DECIMAL_SCALE,
      };
    case "whole":
      return { name, ...OPTIONAL, type: "INT64" };
    case "number":
      return { name, ...OPTIONAL, type: "DOUBLE" };
    case "flag":
      return { name, ...OPTIONAL, type: "BOOLEAN" };
  }
}

const MOST_MONEY = 10n ** 18n;

function physical(type: ColumnType, value: Value): Value | undefined {
  if (value === null) return undefined;
  if (type === "decimal") return scaled(value as string);
  if (type === "money") {
    const nanoUsd = BigInt(value as number | bigint);
    if (nanoUsd >= MOST_MONEY || nanoUsd <= -MOST_MONEY)
      throw new Error(`${nanoUsd} nano-dollars are too many for a column`);
    return nanoUsd;
  }
  return type === "whole" || type === "instant" ? BigInt(value as number | bigint) : value;
}

/** An exact decimal as a whole number of its last place. */
function scaled(text: string): bigint {
  const [whole = "0", part = ""] = text.replace("-", "").split(".");
  if (part.length > DECIMAL_SCALE) throw new Error(`${text} has more than ${DECIMAL_SCALE} decimals`);
  const digits = BigInt(whole + part.padEnd(DECIMAL_SCALE, "0"));
  return text.startsWith("-") ? -digits : digits;
}
