import { usdNumber } from "@outlay/core";
import type { Cell } from "./csv.ts";

/**
 * What the values of a column are: `instant` milliseconds since 1970 in UTC; `money` nano-dollars; `decimal` an exact decimal as
 * text; `json` a JSON document as text.
 */
export type ColumnType = "text" | "json" | "instant" | "money" | "decimal" | "whole" | "number" | "flag";

/** A column of a file, whichever format it is written in. Unknown and absent are null. */
export interface TypedColumn<Row> {
  name: string;
  type: ColumnType;
  valueOf: (row: Row) => string | number | bigint | boolean | null | undefined;
}

/** The value as CSV has it: dollars, ISO instants. */
export function csvCellOf<Row>({ type, valueOf }: TypedColumn<Row>, row: Row): Cell {
  const value = valueOf(row);
  if (value === null || value === undefined) return null;
  if (type === "money") return usdNumber(value as number | bigint);
  if (type === "instant") return new Date(value as number).toISOString();
  if (type === "decimal") return { exact: value as string };
  return typeof value === "bigint" ? Number(value) : value;
}
