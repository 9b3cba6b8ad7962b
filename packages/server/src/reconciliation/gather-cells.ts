import { setImmediate } from "node:timers/promises";
import type { Filter, SumRow } from "../storage/storage.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { canonicalProvider } from "../prices/canonical-provider.ts";
import { readCoverage, readReported, type Coverage, type ReportedDay } from "../sync/reported-store.ts";
import type { ReportedRow } from "../sync/reported-row.ts";
import { DAY_MS, daysBetween } from "../sync/utc-day.ts";
import { rateReports } from "./rate-reported.ts";

/** What three parties say of one model of one provider on one UTC day. In nano-dollars. */
export interface Cell {
  provider: string;
  dayMs: number;
  /** null: what names no model, or of which no side names models. */
  model: string | null;
  recorded: {
    costNanoUsd: bigint;
    calls: bigint;
    tokens: bigint;
    unpricedCalls: bigint;
  };
  /** Counts of the provider at our prices. */
  reported: {
    costNanoUsd: bigint;
    standardNanoUsd: bigint;
    /** Of keys and projects that are not recorded here. */
    otherKeysNanoUsd: bigint;
    tokens: bigint;
    requests: bigint;
    /** There are counts that no price is known for. */
    isUnpriced: boolean;
  };
  /** What the provider says it costs. */
  billed: {
    netNanoUsd: bigint;
    /** Before discounts; the net where only that is known. */
    listNanoUsd: bigint;
    creditNanoUsd: bigint;
    taxNanoUsd: bigint;
    feeNanoUsd: bigint;
    rows: number;
  };
}

/** What a provider tells, by its connections; nothing where only invoices are known. */
export interface Told {
  provider: string;
  coverage: Coverage[];
  tokens: boolean;
  cost: boolean;
  /** Money in other currencies, which cannot be compared. */
  currencies: Set<string>;
  /** Names of the connections. */
  sources: Set<string>;
}

export interface Gathered {
  cells: Cell[];
  told: Map<string, Told>;
}

/** Which days, and whose. */
interface CellScope {
  startMs: number;
  endMs: number;
  filters: Filter[];
  /** null: all. */
  provider: string | null;
  /** Who has sent an invoice: compared also when no connection asks it. */
  invoiced: string[];
}

/**
 * Everything about the days from the one before to the one after the period: calls about midnight lie on either side. Models
 * are compared by the model whose price they get, so that a snapshot and its short name meet.
 */
export async function gatherCells(
  ledger: Ledger,
  { startMs, endMs, filters, provider, invoiced }: CellScope,
): Promise<Gathered> {
  const range = { startMs: startMs - DAY_MS, endMs: endMs + DAY_MS };
  const told = await readTold(ledger, provider);
  for (const biller of invoiced) {
    const isMeant = provider === null || biller === canonicalProvider(provider);
    if (isMeant && !told.has(biller)) told.set(biller, newTeller(biller));
  }
  const cells = new Map<string, Cell>();
  const cellOf = (of: string, dayMs: number, model: string | null) => {
    const key = JSON.stringify([of, dayMs, model]);
    let cell = cells.get(key);
    if (cell === undefined) cells.set(key, (cell = newCell(of, dayMs, model)));
    return cell;
  };
  const wholeDay = await lookThrough(ledger, range, told);
  const models = modelNames(ledger);
  const rate = rateReports(ledger.prices);
  for await (const day of readReported(ledger.storage, range)) {
    if (day.series.overlaps === true) continue;
    for (const row of day.rows) {
      const teller = told.get(canonicalProvider(row.provider));
      if (teller === undefined) continue;
      const model = wholeDay.has(teller.provider) ? null : modelOf(row, models, day.dayMs);
      addReported(cellOf(teller.provider, day.dayMs, model), day, row, { told: teller, rate });
    }
    // a year of rows takes a second: others have their turn
    await setImmediate();
  }
  const answer = await ledger.storage.sum({
    ...range,
    bucketStartsMs: daysBetween(range.startMs, range.endMs),
    by: ["provider", "model"],
    filters,
  });
  for (const { bucket, key, sums } of answer.rows) {
    const of = canonicalProvider(key[0] ?? "");
    if (!told.has(of)) continue;
    const dayMs = range.startMs + bucket * DAY_MS;
    const model = wholeDay.has(of) ? null : models(of, key[1] ?? "", dayMs);
    addRecorded(cellOf(of, dayMs, model), sums);
  }
  return { cells: [...cells.values()], told };
}

/** Notes who tells and in which money. The providers that neither count tokens nor name models: their days are compared as a whole. */
async function lookThrough(
  ledger: Ledger,
  range: { startMs: number; endMs: number },
  told: Map<string, Told>,
): Promise<Set<string>> {
  const wholeDay = new Set<string>();
  for await (const day of readReported(ledger.storage, range)) {
    if (day.series.overlaps === true) continue;
    for (const row of day.rows) {
      const teller = told.get(canonicalProvider(row.provider));
      if (teller === undefined) continue;
      teller.sources.add(day.connectionName);
      if (row.foreign !== undefined) teller.currencies.add(row.foreign.currency);
      if (!teller.tokens && row.model === undefined && row.money === undefined) wholeDay.add(teller.provider);
    }
  }
  return wholeDay;
}

async function readTold(ledger: Ledger, provider: string | null): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  for (const entry of await readCoverage(ledger.storage)) {
    if (provider !== null && entry.provider !== canonicalProvider(provider)) continue;
    const teller = told.get(entry.provider) ?? newTeller(entry.provider);
    teller.coverage.push(entry);
    teller.tokens ||= entry.gives.includes("tokens");
    teller.cost ||= entry.gives.includes("cost");
    told.set(entry.provider, teller);
  }
  return told;
}

function newTeller(provider: string): Told {
  return { provider, coverage: [], tokens: false, cost: false, currencies: new Set(), sources: new Set() };
}

/** The model whose price counts, looked up once for each spelling. */
function modelNames({ prices }: Ledger): (provider: string, model: string, dayMs: number) => string {
  const known = new Map<string, string>();
  return (provider, model, dayMs) => {
    const key = `${provider} ${model}`;
    let name = known.get(key);
    if (name === undefined) {
      const match = prices.match(provider, model, dayMs);
      name = match.found ? match.version.model : model.toLowerCase();
      known.set(key, name);
    }
    return name;
  };
}

/** Fees of tools are billed without a model: what was counted of them goes there too. */
function modelOf(
  { provider, model, usage }: ReportedRow,
  models: (provider: string, model: string, dayMs: number) => string,
  dayMs: number,
): string | null {
  const isTool = usage !== undefined && Object.keys(usage).every((name) => name === "searches");
  return model === undefined || (isTool && Object.keys(usage).length > 0) ? null : models(provider, model, dayMs);
}

function newCell(provider: string, dayMs: number, model: string | null): Cell {
  return {
    provider,
    dayMs,
    model,
    recorded: { costNanoUsd: 0n, calls: 0n, tokens: 0n, unpricedCalls: 0n },
    reported: {
      costNanoUsd: 0n,
      standardNanoUsd: 0n,
      otherKeysNanoUsd: 0n,
      tokens: 0n,
      requests: 0n,
      isUnpriced: false,
    },
    billed: { netNanoUsd: 0n, listNanoUsd: 0n, creditNanoUsd: 0n, taxNanoUsd: 0n, feeNanoUsd: 0n, rows: 0 },
  };
}

function addRecorded({ recorded }: Cell, sums: SumRow["sums"]): void {
  recorded.costNanoUsd += sums.costNanoUsd;
  recorded.calls += sums.calls;
  recorded.tokens += sums.inputTokens + sums.outputTokens;
  recorded.unpricedCalls += sums.unpricedCalls;
}

function addReported(
  cell: Cell,
  { series, dayMs }: ReportedDay,
  row: ReportedRow,
  { told, rate }: { told: Told; rate: ReturnType<typeof rateReports> },
): void {
  if (series.gives.includes("tokens") && row.usage !== undefined) {
    const { nanoUsd, standardNanoUsd } = rate(row, dayMs);
    const { reported } = cell;
    reported.costNanoUsd += nanoUsd ?? 0n;
    reported.standardNanoUsd += standardNanoUsd ?? nanoUsd ?? 0n;
    reported.tokens += BigInt(row.usage.inputTokens ?? 0) + BigInt(row.usage.outputTokens ?? 0);
    reported.requests += BigInt(row.requests ?? 0);
    if (nanoUsd === null) reported.isUnpriced = true;
    if (isOfOthers(row, told)) reported.otherKeysNanoUsd += nanoUsd ?? 0n;
  }
  if (!series.gives.includes("cost") || row.costNanoUsd === undefined) return;
  const { billed } = cell;
  const cost = BigInt(row.costNanoUsd);
  billed.rows += 1;
  if (row.money === "tax") billed.taxNanoUsd += cost;
  else if (row.money === "credit") billed.creditNanoUsd += cost;
  else if (row.money === "fee") billed.feeNanoUsd += cost;
  else {
    billed.netNanoUsd += cost;
    billed.listNanoUsd += row.listNanoUsd === undefined ? cost : BigInt(row.listNanoUsd);
  }
}

/** Where the connection says whose calls are recorded here, all others are somebody else's. */
function isOfOthers({ key, project }: ReportedRow, { coverage }: Told): boolean {
  const recorded = coverage.flatMap((it) => it.recorded);
  if (recorded.length === 0) return false;
  return ![key, project].some((name) => name !== undefined && recorded.includes(name));
}
