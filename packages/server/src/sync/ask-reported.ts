import { formatUsd, InvalidInput, parseUsd, resolvePeriod, shown, usdNumber } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import type { ReportedRow } from "./reported-row.ts";
import { readReported, reportedRange, type ReportedDay } from "./reported-store.ts";
import { DAY_MS, dayName, dayStart } from "./utc-day.ts";

/** What reported figures can be split by. */
export const REPORTED_GROUPS = [
  "provider",
  "source",
  "series",
  "day",
  "month",
  "model",
  "project",
  "key",
  "user",
  "item",
  "tier",
  "money",
] as const;
export type ReportedGroup = (typeof REPORTED_GROUPS)[number];

/** What reported figures can be narrowed to, by exact values. */
export const REPORTED_FILTERS = ["provider", "source", "series", "model", "project", "key", "user"] as const;
export type ReportedFilter = (typeof REPORTED_FILTERS)[number];

const COUNTS = [
  "inputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "outputTokens",
  "reasoningTokens",
  "images",
  "audioSeconds",
  "characters",
  "pages",
  "searches",
] as const;
type Count = (typeof COUNTS)[number];

export interface ReportedQuestion {
  period?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  by: ReportedGroup[];
  filters: Partial<Record<ReportedFilter, string>>;
  limit: number;
}

/** Sums of reported figures; null: nobody reported any. Money is in dollars, what is in other currencies stands apart. */
export type ReportedSums = Record<Count, number> & {
  requests: number | null;
  costUsd: number | null;
  listCostUsd: number | null;
  foreign: { currency: string; amount: string }[];
};

export interface ReportedAnswer {
  period: { start: string; end: string; timeZone: "UTC" };
  by: ReportedGroup[];
  rows: (Partial<Record<ReportedGroup, string | null>> & ReportedSums & { other?: true })[];
  totals: ReportedSums;
  groups: number;
}

/**
 * What providers have reported, split and narrowed: whole UTC days, as providers count them. Series that tell of the same
 * usage as another one are only in it when `series` asks for them. InvalidInput of resolvePeriod.
 */
export async function askReported(
  storage: Storage,
  question: ReportedQuestion,
  nowMs: number,
): Promise<ReportedAnswer> {
  const range = await reportedPeriod(storage, question, nowMs);
  const groups = new Map<string, { key: (string | null)[]; sums: Sums }>();
  const totals = new Sums();
  for await (const day of readReported(storage, range)) {
    if (day.series.overlaps === true && question.filters.series !== day.series.name) continue;
    for (const row of day.rows) {
      if (!matches(question.filters, day, row)) continue;
      const key = question.by.map((group) => valueOf(group, day, row));
      const id = JSON.stringify(key);
      let group = groups.get(id);
      if (group === undefined) groups.set(id, (group = { key, sums: new Sums() }));
      group.sums.add(day, row);
      totals.add(day, row);
    }
  }
  const sorted = [...groups.values()].toSorted((one, other) => compare(question.by, one, other));
  const rest = new Sums();
  for (const { sums } of sorted.slice(question.limit)) rest.addSums(sums);
  return {
    period: { start: new Date(range.startMs).toISOString(), end: new Date(range.endMs).toISOString(), timeZone: "UTC" },
    by: question.by,
    rows: [
      ...sorted.slice(0, question.limit).map(({ key, sums }) => ({ ...named(question.by, key), ...sums.answer() })),
      ...(sorted.length > question.limit
        ? [
            {
              ...named(
                question.by,
                question.by.map(() => null),
              ),
              ...rest.answer(),
              other: true as const,
            },
          ]
        : []),
    ],
    totals: totals.answer(),
    groups: sorted.length,
  };
}

/** The whole UTC days of a period. A period that begins or ends within one is refused: nobody knows what a provider counted then. */
export async function reportedPeriod(
  storage: Storage,
  { period, from, to }: Pick<ReportedQuestion, "period" | "from" | "to">,
  nowMs: number,
): Promise<{ startMs: number; endMs: number }> {
  const known = period === "all" || from === undefined ? await reportedRange(storage) : null;
  const { startMs, endMs } = resolvePeriod(
    { period, from, to },
    { timeZone: "UTC", nowMs, firstEventMs: known?.firstMs ?? null, lastEventMs: known?.lastMs ?? null },
  );
  for (const [field, ms] of [
    ["from", startMs],
    ["to", endMs],
  ] as const) {
    if (ms === dayStart(ms) || period !== undefined) continue;
    throw new InvalidInput(
      "not_whole_days",
      `${field} is ${shown(new Date(ms).toISOString())}; expected the start of a UTC day: providers report whole days`,
      {
        field,
      },
    );
  }
  return { startMs: dayStart(startMs), endMs: Math.ceil(endMs / DAY_MS) * DAY_MS };
}

function valueOf(
  group: ReportedGroup,
  { dayMs, connectionName, series }: ReportedDay,
  row: ReportedRow,
): string | null {
  if (group === "day") return dayName(dayMs);
  if (group === "month") return dayName(dayMs).slice(0, 7);
  if (group === "source") return connectionName;
  if (group === "series") return series.name;
  if (group === "money")
    return row.costNanoUsd === undefined && row.foreign === undefined ? null : (row.money ?? "usage");
  return row[group] ?? null;
}

function matches(filters: ReportedQuestion["filters"], day: ReportedDay, row: ReportedRow): boolean {
  return Object.entries(filters).every(([name, value]) => (valueOf(name as ReportedFilter, day, row) ?? "") === value);
}

/** By time where days or months are asked for, else the dearest first. */
function compare(by: ReportedGroup[], one: { key: (string | null)[]; sums: Sums }, other: typeof one): number {
  for (const [index, group] of by.entries()) {
    if (group !== "day" && group !== "month") continue;
    const order = (one.key[index] ?? "").localeCompare(other.key[index] ?? "");
    if (order !== 0) return order;
  }
  return other.sums.weight() - one.sums.weight() || JSON.stringify(one.key).localeCompare(JSON.stringify(other.key));
}

function named(by: ReportedGroup[], key: (string | null)[]): Partial<Record<ReportedGroup, string | null>> {
  return Object.fromEntries(by.map((group, index) => [group, key[index] ?? null]));
}

class Sums {
  readonly #counts = new Map<Count, bigint>();
  readonly #foreign = new Map<string, bigint>();
  #requests: bigint | null = null;
  #cost: bigint | null = null;
  #list: bigint | null = null;

  /** A series gives what it says that it gives; the rest of its rows is beside the point. */
  add({ series: { gives } }: ReportedDay, { usage, requests, costNanoUsd, listNanoUsd, foreign }: ReportedRow): void {
    if (gives.includes("tokens")) {
      for (const name of COUNTS) {
        const value = usage?.[name];
        if (value !== undefined) this.#counts.set(name, (this.#counts.get(name) ?? 0n) + BigInt(Math.round(value)));
      }
      if (requests !== undefined) this.#requests = (this.#requests ?? 0n) + BigInt(requests);
    }
    if (!gives.includes("cost")) return;
    if (costNanoUsd !== undefined) this.#cost = (this.#cost ?? 0n) + BigInt(costNanoUsd);
    if (listNanoUsd !== undefined) this.#list = (this.#list ?? 0n) + BigInt(listNanoUsd);
    if (foreign !== undefined) {
      this.#foreign.set(foreign.currency, (this.#foreign.get(foreign.currency) ?? 0n) + parseUsd(foreign.amount));
    }
  }

  addSums(other: Sums): void {
    for (const [name, value] of other.#counts) this.#counts.set(name, (this.#counts.get(name) ?? 0n) + value);
    for (const [code, value] of other.#foreign) this.#foreign.set(code, (this.#foreign.get(code) ?? 0n) + value);
    if (other.#requests !== null) this.#requests = (this.#requests ?? 0n) + other.#requests;
    if (other.#cost !== null) this.#cost = (this.#cost ?? 0n) + other.#cost;
    if (other.#list !== null) this.#list = (this.#list ?? 0n) + other.#list;
  }

  weight(): number {
    return Number(this.#cost ?? 0n) + Number(this.#counts.get("inputTokens") ?? 0n) / 1e3;
  }

  answer(): ReportedSums {
    const counts = Object.fromEntries(COUNTS.map((name) => [name, Number(this.#counts.get(name) ?? 0n)]));
    return {
      ...(counts as Record<Count, number>),
      requests: this.#requests === null ? null : Number(this.#requests),
      costUsd: this.#cost === null ? null : usdNumber(this.#cost),
      listCostUsd: this.#list === null ? null : usdNumber(this.#list),
      foreign: [...this.#foreign].map(([currency, amount]) => ({ currency, amount: formatUsd(amount) })),
    };
  }
}
