import type { EventUsage, WireEvent } from "@outlay/core";
import { providerOfCall } from "../../provider-of-model.ts";
import { BadValue, fieldsOf, type Fields } from "../../read-values.ts";
import { cellAmount, cellCount, cellInstant, cellNumber, cellText, type CellFormat } from "../cells.ts";
import { Columns, type RowReading } from "../export-file.ts";
import { FIELDS, type Mapping } from "./mapping.ts";

type Value = string | number | boolean | null;

/** Reads rows as the mapping says. BadValue when the file lacks a column of it. */
export function mappedRow(
  { map, set, id }: Mapping,
  names: string[] | null,
  format: CellFormat,
): (row: Fields) => RowReading {
  const columns = new Columns(names);
  // JSON: a path such as usage.prompt_tokens; CSV: the name as the file spells it
  const places = Object.entries(map).map(([field, name]): [string, string] => [
    field,
    names === null ? name : columns.need(name),
  ]);
  const idPlaces = id?.map((name) => (names === null ? name : columns.need(name))) ?? null;
  const cellAt = (row: Fields, place: string): unknown => (names === null ? atPath(row, place) : row[place]);
  return (row) => {
    const values = new Map<string, Value>();
    for (const [field, text] of Object.entries(set)) values.set(field, valueOf(text, field, field, format));
    for (const [field, place] of places) {
      const value = valueOf(cellAt(row, place), field, place, format);
      // a constant stands in for what a row does not say
      if (value !== null || !values.has(field)) values.set(field, value);
    }
    const named = idPlaces?.map((place) => cellText(cellAt(row, place))) ?? null;
    if (named !== null && named.every((part) => part === null)) {
      throw new BadValue(`${idPlaces!.join(" and ")} say nothing; expected what names the row`);
    }
    return { id: named === null ? { of: row } : named.join("|"), event: eventOf(values) };
  };
}

/** The field itself, else what its dots lead to. */
function atPath(row: Fields, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  return path.split(".").reduce<unknown>((inner, name) => fieldsOf(inner)[name], row);
}

function valueOf(cell: unknown, field: string, place: string, format: CellFormat): Value {
  switch (FIELDS[field] ?? "text") {
    case "instant":
      return cellInstant(cell, place, format);
    case "count":
      return cellCount(cell, place, format);
    case "amount":
      return field === "score" ? cellNumber(cell, place, format) : cellAmount(cell, place, format);
    case "money":
      return cellAmount(cell, place, format);
    case "boolean":
      return truthOf(cellText(cell), place);
    default:
      return cellText(cell);
  }
}

function truthOf(text: string | null, place: string): boolean | null {
  if (text === null) return null;
  if (/^(true|yes|y|1|ok|success|succeeded|200)$/i.test(text)) return true;
  if (/^(false|no|n|0|error|failure|failed)$/i.test(text)) return false;
  throw new BadValue(`${place} says neither true nor false`);
}

function eventOf(values: Map<string, Value>): Omit<WireEvent, "id"> {
  const occurredAt = values.get("occurredAt");
  const model = values.get("model");
  if (typeof occurredAt !== "number") throw new BadValue("the time of the row is missing");
  if (typeof model !== "string") throw new BadValue("the model of the row is missing");
  const provider = values.get("provider");
  const known = [...values].filter((entry): entry is [string, NonNullable<Value>] => entry[1] !== null);
  const withPrefix = (prefix: string) =>
    known.flatMap(([field, value]): [string, Value][] =>
      field.startsWith(prefix) ? [[field.slice(prefix.length), value]] : [],
    );
  const plain = known.filter(([field]) => PLAIN.has(field));
  const tags = withPrefix("tag:").map(([key, value]): [string, string] => [key, String(value)]);
  const costUsd = costOf(values);
  const toolCostUsd = values.get("toolCostUsd");
  return {
    ...Object.fromEntries(plain),
    occurredAt,
    model,
    provider: providerOfCall(typeof provider === "string" ? provider : null, model),
    usage: usageOf(values),
    ...(costUsd === null ? {} : { reportedCostUsd: costUsd }),
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }),
    metadata: {
      ...Object.fromEntries(withPrefix("metadata:")),
      ...(typeof toolCostUsd === "number" ? { toolCostUsd } : {}),
    },
  };
}

const USAGE = new Set(
  Object.keys(FIELDS).filter(
    (field) =>
      FIELDS[field] === "count" || ["audioSeconds", "imageSize", "imageQuality", "searchContext"].includes(field),
  ),
);
const PLAIN = new Set(
  Object.keys(FIELDS).filter(
    (field) => !USAGE.has(field) && FIELDS[field] !== "money" && !["occurredAt", "model", "provider"].includes(field),
  ),
);

/** What was charged; `costUsd` is another word for it. */
function costOf(values: Map<string, Value>): number | null {
  const usd = values.get("reportedCostUsd") ?? values.get("costUsd");
  if (typeof usd === "number") return usd;
  const cents = values.get("costCents");
  return typeof cents === "number" ? cents / 100 : null;
}

function usageOf(values: Map<string, Value>): EventUsage {
  const usage = Object.fromEntries(
    [...values].filter(([field, value]) => USAGE.has(field) && field !== "uncachedInputTokens" && value !== null),
  ) as EventUsage;
  const uncached = values.get("uncachedInputTokens");
  if (typeof uncached !== "number" || usage.inputTokens !== undefined) return usage;
  return { ...usage, inputTokens: uncached + (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0) };
}
