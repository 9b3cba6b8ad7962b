import { InvalidInput, parseUsd, usdNumber } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { parseFilters } from "../ledger/filters.ts";
import { reportedPeriod } from "../sync/ask-reported.ts";
import { dayName, daysBetween } from "../sync/utc-day.ts";
import { readAdjusted } from "./adjusted.ts";
import { absolute, explainCell, type CellCoverage, type ExplainedCell } from "./explain-cell.ts";
import { gatherCells, type Told } from "./gather-cells.ts";
import { invoicesIn, type Invoice } from "./invoices.ts";
import { EXPECTED_REASONS, REASONS, REASON_TEXTS, type Reason } from "./reasons.ts";
import { settleVolumes } from "./settle-volumes.ts";

/** Both count: the larger of them is what may differ. */
export interface Tolerance {
  percent: number;
  usd: number;
}
export const DEFAULT_TOLERANCE: Tolerance = { percent: 2, usd: 1 };

export interface ReconcileQuestion {
  period?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  provider: string | null;
  /** Which recorded calls are meant, as in questions: `!source:claude-code` leaves out what a subscription pays. */
  filters: string[];
  tolerance: Tolerance;
}

/** Amounts in dollars; a reason stands once. */
export interface Explanation {
  reason: Reason;
  amountUsd: number;
  text: string;
  /** As it should be: nobody has to look into it. */
  expected: boolean;
}

/** Difference: what is billed (or reported, where nothing is billed) less what was recorded. Its explanations and the rest add up to it. */
export interface Compared {
  recordedUsd: number;
  /** The provider's counts at our prices; null: it tells no counts, or none of this time yet. */
  reportedUsd: number | null;
  /** What the provider says it costs, or its invoices; null: it does not say. */
  billedUsd: number | null;
  differenceUsd: number;
  explanations: Explanation[];
  unexplainedUsd: number;
}

export interface ReconciledRow extends Compared {
  day: string;
  /** null: what names no model. */
  model: string | null;
  recordedCalls: number;
  recordedTokens: number;
  reportedTokens: number;
}

export interface ReconciledProvider extends Compared {
  provider: string;
  sources: string[];
  recordedCalls: number;
  unpricedCalls: number;
  recordedTokens: number;
  reportedTokens: number;
  /** Of the billed amount; null: nothing is billed. */
  differencePercent: number | null;
  /** The difference without what is as it should be. */
  toCheckUsd: number;
  withinTolerance: boolean;
  /** Posted for this time already. */
  adjustedUsd: number;
  /** What is not posted yet. */
  remainingUsd: number;
  invoices: Invoice[];
  notes: string[];
  /** By day and model, those that differ most first. */
  rows: ReconciledRow[];
}

export interface Reconciliation {
  period: { start: string; end: string; timeZone: "UTC" };
  tolerance: Tolerance;
  providers: ReconciledProvider[];
}

const MAX_ROWS = 500;

/**
 * Holds what was recorded and rated against what providers report and bill, by provider, UTC day and model. Nothing is
 * changed. InvalidInput of periods and filters, `not_whole_days`, `invalid_amount`.
 */
export async function reconcile(ledger: Ledger, question: ReconcileQuestion): Promise<Reconciliation> {
  const { storage } = ledger;
  requireTolerance(question.tolerance);
  const range = await reportedPeriod(storage, question, ledger.now());
  const filters = parseFilters(question.filters);
  const allInvoices = await invoicesIn(storage, range);
  const invoiced = allInvoices.map(({ provider }) => provider);
  const { cells, told } = await gatherCells(ledger, { ...range, filters, provider: question.provider, invoiced });
  const hasTokens = (provider: string, dayMs: number) => covers(told.get(provider), "tokens", dayMs);
  const explained = cells.map((cell) => explainCell(cell, coverageOf(told.get(cell.provider)!, cell.dayMs)));
  settleVolumes(explained, hasTokens);
  const inside = explained.filter(({ dayMs }) => dayMs >= range.startMs && dayMs < range.endMs);
  const providers = await Promise.all(
    [...told.values()].map(async (teller) => {
      const own = inside.filter(({ provider }) => provider === teller.provider);
      const invoices = allInvoices.filter(({ provider }) => provider === teller.provider);
      const adjusted = await readAdjusted(storage, teller.provider, range);
      return providerOf(teller, own, { invoices, adjusted, tolerance: question.tolerance, range });
    }),
  );
  return {
    period: { start: new Date(range.startMs).toISOString(), end: new Date(range.endMs).toISOString(), timeZone: "UTC" },
    tolerance: question.tolerance,
    providers: providers.toSorted((one, other) => Math.abs(other.toCheckUsd) - Math.abs(one.toCheckUsd)),
  };
}

function requireTolerance({ percent, usd }: Tolerance): void {
  if (percent >= 0 && percent <= 100 && usd >= 0) return;
  throw new InvalidInput(
    "invalid_amount",
    `tolerance is ${percent} % and ${usd} dollars; expected 0 to 100 % and 0 or more`,
    {
      field: "tolerance",
    },
  );
}

function covers(
  { coverage }: Told = { coverage: [] } as unknown as Told,
  what: "tokens" | "cost",
  dayMs: number,
): boolean {
  return coverage.some(({ gives, fromMs, toMs }) => gives.includes(what) && dayMs >= fromMs && dayMs < toMs);
}

/** A day counts when its costs are known, or its counts of a provider that tells no costs. */
function coverageOf(told: Told, dayMs: number): CellCoverage {
  const cost = told.cost && told.currencies.size === 0 && covers(told, "cost", dayMs);
  const tokens = covers(told, "tokens", dayMs);
  const hasCost = told.cost && told.currencies.size === 0;
  return hasCost && !cost ? { tokens: false, cost: false } : { tokens, cost };
}

interface Beside {
  invoices: Invoice[];
  adjusted: bigint;
  tolerance: Tolerance;
  range: { startMs: number; endMs: number };
}

function providerOf(
  told: Told,
  cells: ExplainedCell[],
  { invoices, adjusted, tolerance, range }: Beside,
): ReconciledProvider {
  const days = daysBetween(range.startMs, range.endMs).map((dayMs) => coverageOf(told, dayMs));
  const sum = new Sum(told, { tokens: days.some(({ tokens }) => tokens), cost: days.some(({ cost }) => cost) });
  for (const cell of cells) sum.add(cell);
  const isInvoiced = coversRange(invoices, range);
  if (isInvoiced) sum.replaceBilled(invoices);
  const { difference, amounts, billed } = sum;
  const expected = [...amounts].reduce(
    (all, [reason, amount]) => (EXPECTED_REASONS.has(reason) ? all + amount : all),
    0n,
  );
  const toCheck = difference - expected;
  const allowed = larger(
    parseUsd(tolerance.usd),
    (absolute(billed ?? sum.recorded) * BigInt(Math.round(tolerance.percent * 1_000))) / 100_000n,
  );
  return {
    provider: told.provider,
    sources: [...told.sources].toSorted(),
    ...sum.compared(),
    recordedCalls: Number(sum.calls),
    unpricedCalls: Number(sum.unpricedCalls),
    recordedTokens: Number(sum.recordedTokens),
    reportedTokens: Number(sum.reportedTokens),
    differencePercent: billed === null || billed === 0n ? null : Number((difference * 1_000_000n) / billed) / 10_000,
    toCheckUsd: usdNumber(toCheck),
    withinTolerance: absolute(toCheck) <= allowed,
    adjustedUsd: usdNumber(adjusted),
    remainingUsd: usdNumber(difference - (amounts.get("not_covered") ?? 0n) - adjusted),
    invoices,
    notes: notesOf(told, isInvoiced, invoices),
    rows: cells
      .toSorted(
        (one, other) =>
          compare(absolute(other.differenceNanoUsd), absolute(one.differenceNanoUsd)) || one.dayMs - other.dayMs,
      )
      .slice(0, MAX_ROWS)
      .map((cell) => {
        const row = new Sum(told, coverageOf(told, cell.dayMs));
        row.add(cell);
        return {
          day: dayName(cell.dayMs),
          model: cell.model,
          ...row.compared(),
          recordedCalls: Number(cell.recorded.calls),
          recordedTokens: Number(cell.recorded.tokens),
          reportedTokens: Number(cell.reported.tokens),
        };
      }),
  };
}

function notesOf({ tokens, cost, currencies }: Told, isInvoiced: boolean, invoices: Invoice[]): string[] {
  return [
    "Days are UTC, as the provider counts them",
    ...(tokens ? [] : ["The provider tells no counts: whether calls or prices differ is not known"]),
    ...(cost || isInvoiced || !tokens ? [] : ["The provider tells no costs: its counts at our prices are compared"]),
    ...(currencies.size === 0 ? [] : [`Costs in ${[...currencies].join(", ")} are not compared with dollars`]),
    ...(isInvoiced ? ["Invoices cover the time and are taken as what is billed"] : []),
    ...(!isInvoiced && invoices.length > 0 ? ["Invoices cover only a part of the time and are not compared"] : []),
  ];
}

/** Every day of the time is in one invoice, and no invoice goes beyond it. */
function coversRange(invoices: Invoice[], { startMs, endMs }: { startMs: number; endMs: number }): boolean {
  let reachedMs = startMs;
  for (const { from, to } of invoices.toSorted((one, other) => (one.from < other.from ? -1 : 1))) {
    if (Date.parse(from) !== reachedMs) return false;
    reachedMs = Date.parse(to);
  }
  return invoices.length > 0 && reachedMs === endMs;
}

class Sum {
  readonly #told: Told;
  recorded = 0n;
  reported: bigint | null;
  billed: bigint | null;
  difference = 0n;
  readonly amounts = new Map<Reason, bigint>();
  #unexplained = 0n;
  calls = 0n;
  unpricedCalls = 0n;
  recordedTokens = 0n;
  reportedTokens = 0n;

  /** `covered`: what is known of any of its days; of the others nothing is known, which is no zero. */
  constructor(told: Told, covered: CellCoverage) {
    this.#told = told;
    this.reported = covered.tokens ? 0n : null;
    this.billed = covered.cost ? 0n : null;
  }

  add(cell: ExplainedCell): void {
    const { recorded, reported, billed } = cell;
    this.recorded += recorded.costNanoUsd;
    this.calls += recorded.calls;
    this.unpricedCalls += recorded.unpricedCalls;
    this.recordedTokens += recorded.tokens;
    const { tokens, cost } = coverageOf(this.#told, cell.dayMs);
    if (tokens) this.reportedTokens += reported.tokens;
    if (tokens && this.reported !== null) this.reported += reported.costNanoUsd;
    if (cost && this.billed !== null) {
      this.billed += billed.netNanoUsd + billed.creditNanoUsd + billed.taxNanoUsd + billed.feeNanoUsd;
    }
    this.difference += cell.differenceNanoUsd;
    this.#unexplained += cell.unexplainedNanoUsd;
    for (const [reason, amount] of cell.amounts) this.#note(reason, amount);
  }

  /** Invoices stand above what the provider's interface said: what they differ by is their own. */
  replaceBilled(invoices: Invoice[]): void {
    const total = sumOf(invoices, ({ amountUsd }) => amountUsd);
    const tax = sumOf(invoices, ({ taxUsd }) => taxUsd);
    const credit = -sumOf(invoices, ({ creditUsd }) => creditUsd);
    const before = this.billed ?? this.recorded + this.difference;
    const taxes = this.amounts.get("tax") ?? 0n;
    const credits = this.amounts.get("credit") ?? 0n;
    const uncovered = this.amounts.get("not_covered") ?? 0n;
    this.#note("tax", tax - taxes);
    this.#note("credit", credit - credits);
    // days of which the interface has said nothing are covered by the invoice
    this.#note("not_covered", -uncovered);
    this.#unexplained += total - before - (tax - taxes) - (credit - credits) + uncovered;
    this.difference = total - this.recorded;
    this.billed = total;
  }

  compared(): Compared {
    return {
      recordedUsd: usdNumber(this.recorded),
      reportedUsd: this.reported === null ? null : usdNumber(this.reported),
      billedUsd: this.billed === null ? null : usdNumber(this.billed),
      differenceUsd: usdNumber(this.difference),
      explanations: REASONS.flatMap((reason) => {
        const amount = this.amounts.get(reason) ?? 0n;
        if (amount === 0n) return [];
        const expected = EXPECTED_REASONS.has(reason);
        return [{ reason, amountUsd: usdNumber(amount), text: REASON_TEXTS[reason], expected }];
      }),
      unexplainedUsd: usdNumber(this.#unexplained),
    };
  }

  #note(reason: Reason, amount: bigint): void {
    this.amounts.set(reason, (this.amounts.get(reason) ?? 0n) + amount);
  }
}

function sumOf(invoices: Invoice[], amount: (invoice: Invoice) => number): bigint {
  return invoices.reduce((sum, invoice) => sum + parseUsd(amount(invoice)), 0n);
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function compare(one: bigint, other: bigint): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
