import type { StoredEvent, StoredUsage } from "../storage.ts";
import { type Extra, parseModelText, traceText, uuidText } from "./batch-message.ts";
import { DIMENSION_CODES, PRICE_CODE } from "./cubes.ts";
import type { SqlRow } from "./driver.ts";
import { COL, COMPUTED_IS_COST, DIMENSION_COLUMNS, readFlags, USAGE_COLUMNS } from "./event-row.ts";
import type { Names } from "./names.ts";

/** A row of the table `events`, all columns, as the event that was recorded. */
export function toStoredEvent(row: SqlRow, names: Names): StoredEvent {
  const number = (index: number): number | undefined => (row[index] as number | null) ?? undefined;
  const id = row[COL.id] as Uint8Array | string;
  const flags = row[COL.flags] as number;
  const extra: Extra = row[COL.extra] === null ? {} : (JSON.parse(row[COL.extra] as string) as Extra);
  const usage: StoredUsage = { ...extra.usage };
  for (const { column, field } of USAGE_COLUMNS) {
    const count = number(COL[column]);
    if (count !== undefined) (usage as Record<string, number>)[field] = count;
  }
  const cost = row[COL.cost] as number | null;
  const price = number(COL.price);
  const durationUs = number(COL.duration_us);
  const firstTokenUs = number(COL.ttft_us);
  const tagSet = number(COL.tag_set);
  const event: StoredEvent = {
    seq: row[COL.seq] as number,
    id: typeof id === "string" ? id : uuidText(id),
    occurredAtMs: row[COL.at] as number,
    ...parseModelText(names.textOf(DIMENSION_CODES.model, row[COL.model] as number)),
    operation: "",
    source: "",
    usage,
    ...readFlags(flags),
    costNanoUsd: cost,
    computedNanoUsd: flags & COMPUTED_IS_COST ? cost : (row[COL.computed] as number | null),
    reportedNanoUsd: row[COL.reported] as number | null,
    cacheSavingsNanoUsd: row[COL.savings] as number,
    avoidedNanoUsd: row[COL.avoided] as number,
    priceId: price === undefined ? null : names.textOf(PRICE_CODE, price),
    attempt: number(COL.attempt),
    durationMs: durationUs === undefined ? undefined : durationUs / 1_000,
    timeToFirstTokenMs: firstTokenUs === undefined ? undefined : firstTokenUs / 1_000,
    tags: tagSet === undefined ? undefined : names.tagsOf(tagSet),
    trace: optionalTrace(row[COL.trace] as Uint8Array | string | null),
    span: optionalTrace(row[COL.span] as Uint8Array | string | null),
    metadata: extra.metadata,
    errorMessage: extra.errorMessage,
    score: extra.score,
  };
  for (const { column, code, field } of DIMENSION_COLUMNS) {
    const value = number(COL[column]);
    if (value !== undefined) (event as unknown as Record<string, string>)[field] = names.textOf(code, value);
  }
  return withoutUndefined(event);
}

function optionalTrace(value: Uint8Array | string | null): string | undefined {
  return value === null ? undefined : traceText(value);
}

function withoutUndefined<T extends object>(value: T): T {
  for (const name of Object.keys(value) as (keyof T)[]) if (value[name] === undefined) delete value[name];
  return value;
}
