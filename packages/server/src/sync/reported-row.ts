import { divideHalfEven, type Fraction } from "@outlay/core";
import type { StoredUsage } from "../storage/storage.ts";

/** What money of a row is for. */
export const MONEY_KINDS = ["usage", "credit", "tax", "fee"] as const;
type MoneyKind = (typeof MONEY_KINDS)[number];

/** Of what a provider speaks; absent: it does not say. Names and ids are the provider's own. */
export interface ReportedSubject {
  /** Who bills, as in events. */
  provider: string;
  model?: string | undefined;
  /** Project, workspace, account or subscription. */
  project?: string | undefined;
  key?: string | undefined;
  user?: string | undefined;
  /** Line item, product or meter. */
  item?: string | undefined;
  /** Service tier; `batch` where the provider tells batches apart. */
  tier?: string | undefined;
  geo?: string | undefined;
  /** The provider counts these prompts as long, and bills them so. */
  isLongContext?: true | undefined;
  /** Absent: usage. `fee`: seats and the like, which no call has caused. */
  money?: Exclude<MoneyKind, "usage"> | undefined;
}

/** One row of one UTC day, as it is kept. Nothing of it is ever added to recorded events. */
export interface ReportedRow extends ReportedSubject {
  /** Inclusive totals, as events have them. */
  usage?: StoredUsage;
  /** Model calls. */
  requests?: number;
  /** What the provider says it costs, after discounts; negative: money back. A safe integer. */
  costNanoUsd?: number;
  /** The same before discounts, where the provider says both. */
  listNanoUsd?: number;
  /** Money that is not in dollars, as a decimal; it is in no sum of dollars. */
  foreign?: { currency: string; amount: string };
}

/** A row as a provider's answer gives it: exact, before it is added to others of its day. */
export interface FoundRow extends ReportedSubject {
  usage?: StoredUsage;
  requests?: number | undefined;
  cost?: Fraction | undefined;
  listCost?: Fraction | undefined;
  /** ISO 4217, in capitals; of `cost` and `listCost`. Default: USD. */
  currency?: string | undefined;
}

/** Dollars times 10¹⁸: exports of clouds have lines of less than a nano-dollar, and a million of them. */
const ATTO = 10n ** 18n;
const ATTO_PER_NANO = 10n ** 9n;
const MAX_ROWS = 500_000;

interface Sum {
  subject: ReportedSubject;
  usage: StoredUsage | null;
  requests: number | null;
  cost: bigint | null;
  listCost: bigint | null;
  currency: string;
}

/** Rows of some days, those about the same subject added up exactly. */
export class DayTable {
  readonly #days = new Map<number, Map<string, Sum>>();
  #rows = 0;

  /** `dayMs`: start of the UTC day. RangeError when there are more rows than anybody could want. */
  add(dayMs: number, { usage, requests, cost, listCost, currency = "USD", ...subject }: FoundRow): void {
    const day = this.#days.get(dayMs) ?? new Map<string, Sum>();
    this.#days.set(dayMs, day);
    const named = withoutEmpty(subject);
    const key = JSON.stringify([
      currency,
      ...Object.entries(named).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ]);
    let sum = day.get(key);
    if (sum === undefined) {
      this.#rows += 1;
      if (this.#rows > MAX_ROWS) throw new RangeError(`more than ${MAX_ROWS} different rows at once`);
      day.set(key, (sum = { subject: named, usage: null, requests: null, cost: null, listCost: null, currency }));
    }
    if (usage !== undefined) sum.usage = addUsage(sum.usage, usage);
    if (requests !== undefined) sum.requests = (sum.requests ?? 0) + requests;
    if (cost !== undefined) sum.cost = (sum.cost ?? 0n) + attoOf(cost);
    if (listCost !== undefined) sum.listCost = (sum.listCost ?? 0n) + attoOf(listCost);
  }

  /** Different rows so far. */
  get size(): number {
    return this.#rows;
  }

  /** Days with rows, in order. */
  days(): number[] {
    return [...this.#days.keys()].toSorted((one, other) => one - other);
  }

  rowsOf(dayMs: number): ReportedRow[] {
    return [...(this.#days.get(dayMs)?.values() ?? [])].map(rowOf);
  }
}

function rowOf({ subject, usage, requests, cost, listCost, currency }: Sum): ReportedRow {
  const isUsd = currency === "USD";
  return {
    ...subject,
    ...(usage === null ? {} : { usage }),
    ...(requests === null ? {} : { requests }),
    ...(cost === null || !isUsd ? {} : { costNanoUsd: nanoOf(cost) }),
    ...(listCost === null || !isUsd ? {} : { listNanoUsd: nanoOf(listCost) }),
    ...(cost === null || isUsd ? {} : { foreign: { currency, amount: decimalOf(cost) } }),
  };
}

function attoOf({ numerator, denominator }: Fraction): bigint {
  return divideHalfEven(numerator * ATTO, denominator);
}

function nanoOf(atto: bigint): number {
  const nano = Number(divideHalfEven(atto, ATTO_PER_NANO));
  if (!Number.isSafeInteger(nano)) throw new RangeError("an amount of more than nine million dollars in one row");
  return nano;
}

/** With at most nine decimals. */
function decimalOf(atto: bigint): string {
  const nano = divideHalfEven(atto, ATTO_PER_NANO);
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, "0");
  const part = digits.slice(-9).replace(/0+$/, "");
  return `${nano < 0n ? "-" : ""}${digits.slice(0, -9)}${part === "" ? "" : `.${part}`}`;
}

/** Counts are added; names of sizes and qualities are part of the item. */
function addUsage(before: StoredUsage | null, more: StoredUsage): StoredUsage {
  const sum: Record<string, number> = { ...(before as Record<string, number> | null) };
  for (const [name, count] of Object.entries(more)) {
    if (typeof count === "number") sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}

function withoutEmpty(subject: ReportedSubject): ReportedSubject {
  return Object.fromEntries(
    Object.entries(subject).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  ) as unknown as ReportedSubject;
}
