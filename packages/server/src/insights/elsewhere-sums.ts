import {
  addFractions,
  compilePrice,
  METERS,
  METER_NAMES,
  multiplyFractions,
  quantities,
  roundToNanoUsd,
  type Fraction,
  type Meter,
  type PriceVersion,
} from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import type { SumRow, Sums } from "../storage/storage.ts";
import { addRated, addReason, addUnrated, type Tally, type WhichCalls } from "./elsewhere-tally.ts";

const DAY_MS = 86_400_000;
/** Operations whose work is also counted in what sums do not hold: pictures, seconds, searches, pages. */
const NOT_IN_SUMS = /image|video|audio|speech|transcri|tts|rerank|search|ocr/;

const BASE_PRICES =
  "Rated from the sums of each model and day at base prices: thresholds of context, tiers, regions and times of day, " +
  "and images, audio, searches and pages, which sums do not hold, are not in it";
const OWN_CACHE = "Answers from your own cache count as calls that would have been made";
const HALF_PRICED =
  "Some calls of that model and day have no recorded cost; all of them are left out of the difference";
const OLDER = "Older than the model's first known price; at today's";

/** What the sums come to at each model. UTC days, by which prices change and sums are kept. */
export async function rateSums(
  ledger: Ledger,
  which: WhichCalls & { scanLimit: number },
  tallies: Tally[],
): Promise<Tally[]> {
  const bucketStartsMs = [which.startMs];
  const firstMidnight = (Math.floor(which.startMs / DAY_MS) + 1) * DAY_MS;
  for (let at = firstMidnight; at < which.endMs; at += DAY_MS) bucketStartsMs.push(at);
  const { rows } = await ledger.storage.sum({ ...which, by: ["provider", "model", "operation"], bucketStartsMs });
  const tables = new Map<string, BaseRates>();
  for (const tally of tallies) {
    tally.approximate = true;
    addReason(tally, BASE_PRICES, null);
    for (const row of rows) addRow(ledger, tally, row, bucketStartsMs[row.bucket]!, tables);
  }
  return tallies;
}

/** The rate of each meter before any condition. */
type BaseRates = Map<Meter, Fraction>;

function addRow(ledger: Ledger, tally: Tally, row: SumRow, atMs: number, tables: Map<string, BaseRates>): void {
  const { sums } = row;
  const calls = Number(sums.calls);
  const operation = row.key[2] ?? "";
  if (NOT_IN_SUMS.test(operation)) return addUnrated(tally, calls, `Sums do not hold what ${operation} is billed by`);
  if (sums.inputTokens + sums.outputTokens === 0n && sums.calls > sums.errors) {
    return addUnrated(tally, calls, "The calls have no tokens to rate");
  }
  const { provider, model } = tally;
  const match = ledger.prices.match(provider, model, atMs);
  const known = match.found ? match : ledger.prices.match(provider, model, ledger.now());
  if (!known.found) return addUnrated(tally, calls, known.reason);
  const { costNanoUsd, missing } = costOf(sums, ratesOf(known.version, tables));
  if (missing.length > 0) return addUnrated(tally, calls, `The price has no rate for ${missing.join(", ")}`);
  addRated(tally, calls, costNanoUsd, recordedOf(sums));
  if (!match.found) addReason(tally, OLDER, calls);
  if (known.how === "approximate") addReason(tally, known.note ?? "The price is approximate", calls);
  if (sums.avoidedNanoUsd > 0n) addReason(tally, OWN_CACHE, null);
  if (sums.unpricedCalls > 0n && sums.unpricedCalls < sums.calls) addReason(tally, HALF_PRICED, calls);
}

/** null: unknown for some of the calls, which sums do not tell apart from the others. */
function recordedOf({ costNanoUsd, unpricedCalls }: Sums): bigint | null {
  return unpricedCalls > 0n ? null : costNanoUsd;
}

function costOf(sums: Sums, rates: BaseRates): { costNanoUsd: bigint; missing: Meter[] } {
  const counted = quantities({
    inputTokens: Number(sums.inputTokens),
    cacheReadTokens: Number(sums.cacheReadTokens),
    cacheWriteTokens: Number(sums.cacheWriteTokens),
    outputTokens: Number(sums.outputTokens),
    reasoningTokens: Number(sums.reasoningTokens),
    requests: Number(sums.calls),
  });
  const missing: Meter[] = [];
  let usd: Fraction = { numerator: 0n, denominator: 1n };
  for (const [meter, quantity] of Object.entries(counted) as [Meter, number][]) {
    const rate = rates.get(meter);
    // No price sheet needs a fee for each request.
    if (rate === undefined && meter !== "requests") missing.push(meter);
    if (rate === undefined) continue;
    const share = { numerator: BigInt(quantity), denominator: BigInt(METERS[meter].per) };
    usd = addFractions(usd, multiplyFractions(rate, share));
  }
  return { costNanoUsd: roundToNanoUsd(usd), missing };
}

/** What every meter pays when no condition holds; a meter without a rate pays what the rules of the catalogue say. */
function ratesOf(version: PriceVersion, kept: Map<string, BaseRates>): BaseRates {
  const known = kept.get(version.id);
  if (known !== undefined) return known;
  const rates: BaseRates = new Map();
  const adjustments = version.adjustments.filter(({ when }) => Object.keys(when).length === 0);
  const table = compilePrice({ ...version, adjustments, minimums: {} }).plainTable({ occurredAtMs: 0, usage: {} });
  for (const meter of METER_NAMES) {
    const source = table?.source(meter) ?? null;
    const rate = source === null ? null : table!.rate(source.meter);
    if (rate !== null) rates.set(meter, rate);
  }
  kept.set(version.id, rates);
  return rates;
}
