import { randomUUID } from "node:crypto";
import { usdNumber, type Rating } from "@outlay/core";
import type { Filter, RatingChange, Storage, StoredEvent } from "../storage/storage.ts";
import type { PriceBook } from "./price-book.ts";
import { toRateableCall } from "./rateable-call.ts";

/** What rating again changed, or would change. Dollars are exact to nine decimals. */
export interface RepriceReport {
  dryRun: boolean;
  start: string;
  end: string;
  /** Largest difference first. */
  models: RepricedModel[];
  totals: Omit<RepricedModel, "provider" | "model">;
  /** A few of the calls whose cost differs. */
  examples: RepricedCall[];
  /** The entry in the audit trail; null for a dry run. */
  auditId: string | null;
}

interface RepricedModel {
  provider: string;
  model: string;
  calls: number;
  changedCalls: number;
  /** Unpriced calls count as nothing. */
  costBeforeUsd: number;
  costAfterUsd: number;
  unpricedBefore: number;
  unpricedAfter: number;
}

interface RepricedCall {
  id: string;
  provider: string;
  model: string;
  occurredAt: string;
  costBeforeUsd: number | null;
  costAfterUsd: number | null;
  priceBefore: string | null;
  priceAfter: string | null;
}

export interface RepriceQuestion {
  /** Start included, end excluded. */
  startMs: number;
  endMs: number;
  filters?: Filter[];
  /** Only calls without a price: that moves no known cost. */
  onlyUnpriced?: boolean;
  dryRun: boolean;
  /** Who asked, for the audit trail. */
  actor: string;
}

interface Repricing {
  storage: Storage;
  prices: PriceBook;
  now: () => number;
}

const PAGE_SIZE = 1_000;
const EXAMPLES = 20;

/**
 * Rates stored calls again with today's price book: the only way in which known costs ever move. A dry run
 * changes nothing and shows the same report. Repeating it with the same prices changes nothing.
 */
export async function reprice({ storage, prices, now }: Repricing, question: RepriceQuestion): Promise<RepriceReport> {
  const filters = [...(question.filters ?? []), ...(question.onlyUnpriced === true ? [UNPRICED] : [])];
  const sums = new Map<string, ModelSum>();
  const examples: RepricedCall[] = [];
  const { startMs, endMs } = question;
  for await (const page of storage.scanEvents({ startMs, endMs, filters, pageSize: PAGE_SIZE })) {
    const changes = page.flatMap((event) => {
      const rating = rateAgain(prices, event);
      const isChanged = differs(event, rating);
      addToSums(sums, event, rating, isChanged);
      if (!isChanged) return [];
      if (examples.length < EXAMPLES) examples.push(toExample(event, rating));
      return [toChange(event, rating)];
    });
    if (!question.dryRun) await apply(storage, prices, changes);
  }
  const report = toReport(question, sums, examples);
  if (question.dryRun) return report;
  const auditId = randomUUID();
  const { models, totals, start, end } = report;
  const detail = { auditId, start, end, filters, models, totals };
  await storage.appendAudit({ atMs: now(), actor: question.actor, action: "repriced", detail });
  return { ...report, auditId };
}

/** Gives a price to calls that had none, wherever one is known now. Costs that were known stay as they are. */
export async function repairUnpriced(repricing: Repricing): Promise<{ repaired: number }> {
  const { storage, prices, now } = repricing;
  const models = await modelsToRepair(storage, prices);
  if (models.length === 0) return { repaired: 0 };
  let repaired = 0;
  const filters: Filter[] = [UNPRICED, { dimension: "model", values: models, patterns: [], exclude: false }];
  for await (const page of storage.scanEvents({ ...ALL_TIME, filters, pageSize: PAGE_SIZE })) {
    const changes = page.flatMap((event) => {
      const rating = rateAgain(prices, event);
      return rating.basis === "unpriced" ? [] : [toChange(event, rating)];
    });
    await apply(storage, prices, changes);
    repaired += changes.length;
  }
  if (repaired > 0) {
    await storage.appendAudit({ atMs: now(), actor: "outlay", action: "unpriced_repaired", detail: { repaired } });
  }
  return { repaired };
}

/** Asked of the sums, so that nothing is read where nothing is to be done. */
async function modelsToRepair(storage: Storage, prices: PriceBook): Promise<string[]> {
  const { firstEventMs, lastEventMs } = await storage.stats();
  if (firstEventMs === null || lastEventMs === null) return [];
  const range = { startMs: firstEventMs, endMs: lastEventMs + 1 };
  const { rows } = await storage.sum({ ...range, by: ["model", "provider"], filters: [UNPRICED] });
  const models = rows.flatMap(({ key: [model, provider] }) =>
    model != null && provider != null && prices.history(provider, model).length > 0 ? [model] : [],
  );
  return [...new Set(models)];
}

const ALL_TIME = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const UNPRICED: Filter = { dimension: "basis", values: ["unpriced"], patterns: [], exclude: false };

interface ModelSum {
  provider: string;
  model: string;
  calls: number;
  changedCalls: number;
  beforeNanoUsd: bigint;
  afterNanoUsd: bigint;
  unpricedBefore: number;
  unpricedAfter: number;
}

/** The reported cost of a call keeps counting; only what our prices say beside it is renewed. */
function rateAgain(prices: PriceBook, event: StoredEvent): Rating {
  const rating = prices.rate(toRateableCall(event));
  if (event.reportedNanoUsd === null) return rating;
  return {
    ...rating,
    basis: "reported",
    costNanoUsd: event.reportedNanoUsd,
    reportedNanoUsd: event.reportedNanoUsd,
    approximate: false,
  };
}

/**
 * Whether any money, or how it is known, differs. A price that was only written anew gives the same: such a call
 * keeps the price that it was rated with.
 */
function differs(event: StoredEvent, rating: Rating): boolean {
  return (
    event.basis !== rating.basis ||
    event.costNanoUsd !== rating.costNanoUsd ||
    event.computedNanoUsd !== rating.computedNanoUsd ||
    event.cacheSavingsNanoUsd !== rating.cacheSavingsNanoUsd ||
    event.avoidedNanoUsd !== rating.avoidedNanoUsd ||
    event.approximate !== rating.approximate
  );
}

function toChange(event: StoredEvent, rating: Rating): RatingChange {
  const { basis, costNanoUsd, computedNanoUsd, cacheSavingsNanoUsd, avoidedNanoUsd, priceId, approximate } = rating;
  return {
    seq: event.seq,
    basis,
    costNanoUsd,
    computedNanoUsd,
    cacheSavingsNanoUsd,
    avoidedNanoUsd,
    priceId,
    approximate,
  };
}

async function apply(storage: Storage, prices: PriceBook, changes: RatingChange[]): Promise<void> {
  if (changes.length === 0) return;
  const ids = new Set(changes.map((change) => change.priceId));
  const versions = [...ids].map((id) => (id === null ? null : prices.version(id)));
  await storage.putPriceVersions(versions.filter((version) => version !== null));
  await storage.rerateEvents(changes);
}

function addToSums(sums: Map<string, ModelSum>, event: StoredEvent, rating: Rating, isChanged: boolean): void {
  const { provider, model } = event;
  const key = JSON.stringify([provider, model]);
  const sum = sums.get(key) ?? {
    provider,
    model,
    calls: 0,
    changedCalls: 0,
    beforeNanoUsd: 0n,
    afterNanoUsd: 0n,
    unpricedBefore: 0,
    unpricedAfter: 0,
  };
  sums.set(key, sum);
  sum.calls += 1;
  if (isChanged) sum.changedCalls += 1;
  sum.beforeNanoUsd += BigInt(event.costNanoUsd ?? 0);
  sum.afterNanoUsd += BigInt(rating.costNanoUsd ?? 0);
  if (event.basis === "unpriced") sum.unpricedBefore += 1;
  if (rating.basis === "unpriced") sum.unpricedAfter += 1;
}

function toExample(event: StoredEvent, rating: Rating): RepricedCall {
  return {
    id: event.id,
    provider: event.provider,
    model: event.model,
    occurredAt: new Date(event.occurredAtMs).toISOString(),
    costBeforeUsd: event.costNanoUsd === null ? null : usdNumber(event.costNanoUsd),
    costAfterUsd: rating.costNanoUsd === null ? null : usdNumber(rating.costNanoUsd),
    priceBefore: event.priceId,
    priceAfter: rating.priceId,
  };
}

function toReport(question: RepriceQuestion, sums: Map<string, ModelSum>, examples: RepricedCall[]): RepriceReport {
  const list = [...sums.values()].toSorted((a, b) => {
    const [x, y] = [a, b].map((it) => abs(it.afterNanoUsd - it.beforeNanoUsd));
    return y! > x! ? 1 : y! < x! ? -1 : 0;
  });
  const total = list.reduce(
    (sum, it) => ({
      calls: sum.calls + it.calls,
      changedCalls: sum.changedCalls + it.changedCalls,
      beforeNanoUsd: sum.beforeNanoUsd + it.beforeNanoUsd,
      afterNanoUsd: sum.afterNanoUsd + it.afterNanoUsd,
      unpricedBefore: sum.unpricedBefore + it.unpricedBefore,
      unpricedAfter: sum.unpricedAfter + it.unpricedAfter,
    }),
    { calls: 0, changedCalls: 0, beforeNanoUsd: 0n, afterNanoUsd: 0n, unpricedBefore: 0, unpricedAfter: 0 },
  );
  return {
    dryRun: question.dryRun,
    start: new Date(question.startMs).toISOString(),
    end: new Date(question.endMs).toISOString(),
    models: list.map(inDollars),
    totals: inDollars(total),
    examples,
    auditId: null,
  };
}

function inDollars<T extends { beforeNanoUsd: bigint; afterNanoUsd: bigint }>({
  beforeNanoUsd,
  afterNanoUsd,
  ...rest
}: T) {
  return { ...rest, costBeforeUsd: usdNumber(beforeNanoUsd), costAfterUsd: usdNumber(afterNanoUsd) };
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
