import { compilePrice, type CompiledPrice, type PricedCall, type RateTable } from "./compiled-price.ts";
import { InvalidInput } from "./errors.ts";
import { MAX_COST_USD } from "./event-limits.ts";
import { METERS, METER_NAMES, type Meter } from "./meters.ts";
import {
  addFractions,
  formatFraction,
  formatUsd,
  multiplyFractions,
  NANO_PER_USD,
  parseFraction,
  parseUsd,
  roundToNanoUsd,
  type Fraction,
} from "./money.ts";
import { isCountedTwice, payOnce } from "./pay-once.ts";
import { fillQuantities, METER_INDEX } from "./usage.ts";
import type { Basis } from "./vocabulary.ts";

export { compilePrice, type CompiledPrice, type PricedCall };

/** One priced meter of one call. Decimal strings are exact; the lines' exact sum, rounded once, is the call's cost. */
export interface CostLine {
  meter: Meter;
  quantity: number;
  /** Rate in USD for `per` units, after all adjustments. */
  rateUsd: string;
  per: number;
  costUsd: string;
}

/** What a call cost and how that is known. Money in integer nano-dollars. */
export interface Rating {
  basis: Basis;
  /** The cost that counts; null when unpriced. */
  costNanoUsd: number | null;
  /** What our prices say, kept beside a reported cost; null when no price is known. */
  computedNanoUsd: number | null;
  /** What the provider said, when it did. */
  reportedNanoUsd: number | null;
  /** What the cached tokens would have cost more as plain input. */
  cacheSavingsNanoUsd: number;
  /** What an answer from the application's own cache would have cost. */
  avoidedNanoUsd: number;
  priceId: string | null;
  /** The price was found by an approximate match, or a condition of the call has no known price. */
  approximate: boolean;
  /** Why it is unpriced or approximate, in a sentence. */
  note?: string;
}

/** A call with what is known about its cost besides its usage. */
export interface CallToRate extends PricedCall {
  reportedCostUsd?: number | null | undefined;
  /** Answered from the application's own cache. */
  cacheHit?: boolean | null | undefined;
  /** The tokens were counted by us. */
  estimated?: boolean | undefined;
}

/** What is known of the price: a compiled one, or the reason why there is none. */
export type KnownPrice =
  | { price: CompiledPrice; approximate: boolean; note?: string | undefined }
  | { price: null; reason: string };

/** What the prices make of one call's usage. */
interface Computed {
  /** null: nothing of it can be priced. */
  costNanoUsd: number | null;
  savingsNanoUsd: number;
  note: string | undefined;
}

const PICO_PER_NANO = 1_000;
const METER_COUNT = METER_NAMES.length;
const CACHE_READ = METER_INDEX.cacheRead;
const CACHE_READ_AUDIO = METER_INDEX.cacheReadAudio;

/** Reused by every call: rating is synchronous and leaves nothing in it. */
const counted = new Float64Array(METER_COUNT);

/**
 * What a call costs. Computed exactly and rounded half-even once, to nano-dollars.
 * InvalidInput `cost_too_large` above 1,000,000 USD: no call costs that, some count is wrong.
 */
export function rateCall(known: KnownPrice, call: CallToRate): Rating {
  if (known.price === null) return concludeUnpriced(call, known.reason, null);
  const computed = compute(known.price, call);
  return conclude(known, call, computed);
}

/**
 * `rateCall` with the cost lines, and the counted meters that the price has no rate for. For a call from the application's own
 * cache the lines say what it would have cost.
 */
export function explainCall(
  known: KnownPrice,
  call: CallToRate,
): { rating: Rating; lines: CostLine[]; missing: Meter[] } {
  if (known.price === null) return { rating: concludeUnpriced(call, known.reason, null), lines: [], missing: [] };
  const exact = computeExactly(known.price, call);
  const lines = exact.lines.map(({ meter, quantity, rate, cost }) => ({
    meter,
    quantity,
    rateUsd: formatFraction(rate),
    per: METERS[meter].per,
    costUsd: formatFraction(cost),
  }));
  return { rating: conclude(known, call, exact.computed), lines, missing: exact.missing };
}

function conclude(known: KnownPrice & { price: CompiledPrice }, call: CallToRate, computed: Computed): Rating {
  const { costNanoUsd, savingsNanoUsd, note } = computed;
  if (costNanoUsd === null) return concludeUnpriced(call, note!, known.price.version.id);
  const reportedNanoUsd = reportedNano(call);
  const cached = call.cacheHit === true;
  const ownNanoUsd = cached ? 0 : costNanoUsd;
  const why = known.approximate ? joinNotes(known.note, note) : note;
  const rating: Rating = {
    basis: reportedNanoUsd !== null ? "reported" : call.estimated === true ? "estimated" : "rated",
    costNanoUsd: reportedNanoUsd ?? ownNanoUsd,
    computedNanoUsd: ownNanoUsd,
    reportedNanoUsd,
    cacheSavingsNanoUsd: cached ? 0 : savingsNanoUsd,
    avoidedNanoUsd: cached ? costNanoUsd : 0,
    priceId: known.price.version.id,
    approximate: reportedNanoUsd === null && (known.approximate || note !== undefined),
  };
  if (why !== undefined) rating.note = why;
  return rating;
}

/** Without a price only what the provider reports, or an answer from the own cache, has a known cost. */
function concludeUnpriced(call: CallToRate, reason: string, priceId: string | null): Rating {
  const reportedNanoUsd = reportedNano(call);
  const free = reportedNanoUsd === null && call.cacheHit === true;
  return {
    basis: reportedNanoUsd !== null ? "reported" : free ? "rated" : "unpriced",
    costNanoUsd: free ? 0 : reportedNanoUsd,
    computedNanoUsd: free ? 0 : null,
    reportedNanoUsd,
    cacheSavingsNanoUsd: 0,
    avoidedNanoUsd: 0,
    priceId: reportedNanoUsd !== null ? priceId : null,
    approximate: false,
    note: reason,
  };
}

function reportedNano(call: CallToRate): number | null {
  return call.reportedCostUsd == null ? null : Number(parseUsd(call.reportedCostUsd, "reportedCostUsd"));
}

/** Plain numbers while every step is a safe integer of pico-dollars, exact fractions otherwise. */
function compute(price: CompiledPrice, call: PricedCall): Computed {
  const table = price.plainTable(call);
  if (table === null) return computeExactly(price, call).computed;
  fillQuantities(call.usage, counted);
  if (isCountedTwice(counted)) return computeExactly(price, call).computed;
  const { pico, savingsPico } = table;
  let total = 0;
  for (let i = 0; i < METER_COUNT; i++) {
    const quantity = counted[i]!;
    if (quantity === 0) continue;
    // Without a plain integer rate the product is NaN, and the sum is no safe integer.
    total += quantity * pico[i]!;
    if (!(total <= Number.MAX_SAFE_INTEGER)) return computeExactly(price, call).computed;
  }
  const cached = counted[CACHE_READ]!;
  const cachedAudio = counted[CACHE_READ_AUDIO]!;
  const savings = (cached === 0 ? 0 : cached * savingsPico[0]) + (cachedAudio === 0 ? 0 : cachedAudio * savingsPico[1]);
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(savings)) return computeExactly(price, call).computed;
  return { costNanoUsd: picoToNano(total), savingsNanoUsd: picoToNano(savings), note: undefined };
}

/** Half-even. Both operands and the quotient are safe integers, so nothing is lost. */
function picoToNano(pico: number): number {
  const rest = pico % PICO_PER_NANO;
  if (rest === 0) return pico / PICO_PER_NANO;
  const below = Math.floor(pico / PICO_PER_NANO);
  const floor = below * PICO_PER_NANO > pico ? below - 1 : below;
  const over = pico - floor * PICO_PER_NANO;
  if (over * 2 === PICO_PER_NANO) return floor % 2 === 0 ? floor : floor + 1;
  return over * 2 > PICO_PER_NANO ? floor + 1 : floor;
}

interface ExactLine {
  meter: Meter;
  quantity: number;
  /** USD for the meter's stated quantity. */
  rate: Fraction;
  cost: Fraction;
}

const ZERO: Fraction = { numerator: 0n, denominator: 1n };

/** The same in exact fractions, with lines and with everything that is worth a note. */
function computeExactly(
  price: CompiledPrice,
  call: PricedCall,
): { computed: Computed; lines: ExactLine[]; missing: Meter[] } {
  fillQuantities(call.usage, counted);
  const given = Float64Array.from(counted);
  price.applyMinimums(given);
  const parts = price.parts(call, given);
  const notes: string[] = [...price.notes(call)];
  const lines: ExactLine[] = [];
  const missing = new Set<Meter>();
  let savings = ZERO;
  for (const { table, amounts: all } of parts) {
    const { amounts, note } = payOnce(call.usage, table, all, given);
    if (note !== undefined) notes.push(note);
    const folded = new Map<Meter, number>();
    for (const meter of METER_NAMES) {
      const quantity = amounts[METER_INDEX[meter]]!;
      if (quantity === 0) continue;
      const source = table.source(meter);
      if (source === null) missing.add(meter);
      else folded.set(source.meter, (folded.get(source.meter) ?? 0) + quantity);
      if (source?.note !== undefined && !notes.includes(source.note)) notes.push(source.note);
    }
    for (const [meter, quantity] of [...folded].toSorted(([a], [b]) => METER_INDEX[a] - METER_INDEX[b])) {
      const rate = table.rate(meter)!;
      lines.push({ meter, quantity, rate, cost: costOf(quantity, rate, meter) });
    }
    savings = addFractions(savings, savingsOf(table, amounts));
  }
  const unpriced = [...missing].filter((meter) => needsRate(meter, call, lines));
  return { computed: settle(lines, unpriced, notes, savings), lines, missing: unpriced };
}

function settle(lines: ExactLine[], unpriced: Meter[], notes: string[], savings: Fraction): Computed {
  if (unpriced.length > 0 && lines.every((line) => line.meter === "requests")) {
    return { costNanoUsd: null, savingsNanoUsd: 0, note: `The price has no rate for ${unpriced.join(", ")}` };
  }
  if (unpriced.length > 0) notes.push(`The price has no rate for ${unpriced.join(", ")}; the rest is priced`);
  const total = lines.reduce((sum, line) => addFractions(sum, line.cost), ZERO);
  return {
    costNanoUsd: checkedNano(roundToNanoUsd(total)),
    savingsNanoUsd: Number(roundToNanoUsd(savings)),
    note: notes.length === 0 ? undefined : notes.join("; "),
  };
}

function checkedNano(nanoUsd: bigint): number {
  if (nanoUsd <= BigInt(MAX_COST_USD) * BigInt(NANO_PER_USD)) return Number(nanoUsd);
  throw new InvalidInput(
    "cost_too_large",
    `usage comes to ${formatUsd(nanoUsd)} USD; one event may cost at most ${MAX_COST_USD} USD`,
    { field: "usage" },
  );
}

const WORK_OF_TOKENS = new Set<Meter>(["images", "audioSeconds", "characters"]);

/**
 * Whether a counted meter without a rate leaves a hole in the cost. No price sheet needs a fee for each request;
 * images and speech that are billed by their tokens need no rate for their number or length.
 */
function needsRate(meter: Meter, call: PricedCall, lines: ExactLine[]): boolean {
  if (meter === "requests") return false;
  if (!WORK_OF_TOKENS.has(meter)) return true;
  const isWholeWork = /image|audio|speech|transcri|tts/.test(call.operation ?? "");
  const counts = lines.filter((line) => METERS[line.meter].unit === "tokens").map((line) => line.meter);
  return !counts.some((priced) => isWholeWork || /Image|Audio/.test(priced));
}

function costOf(quantity: number, rate: Fraction, meter: Meter): Fraction {
  const cost = multiplyFractions(parseFraction(String(quantity)), rate);
  return { numerator: cost.numerator, denominator: cost.denominator * BigInt(METERS[meter].per) };
}

/** Cached tokens at the difference between the plain rate and the cached one. */
function savingsOf(table: RateTable, amounts: Float64Array): Fraction {
  let savings = ZERO;
  for (const [cached, plain] of [
    ["cacheRead", "input"],
    ["cacheReadAudio", "inputAudio"],
  ] as const) {
    const quantity = amounts[METER_INDEX[cached]]!;
    const full = table.source(plain);
    const reduced = table.source(cached);
    if (quantity === 0 || full === null || reduced === null) continue;
    const less = table.rate(reduced.meter)!;
    const difference = addFractions(table.rate(full.meter)!, { ...less, numerator: -less.numerator });
    savings = addFractions(savings, costOf(quantity, difference, cached));
  }
  return savings;
}

function joinNotes(...notes: (string | undefined)[]): string | undefined {
  const said = notes.filter((note) => note !== undefined);
  return said.length === 0 ? undefined : said.join("; ");
}
