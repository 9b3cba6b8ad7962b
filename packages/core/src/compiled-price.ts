import type { WireUsage } from "./event.ts";
import { METERS, METER_NAMES, TOKEN_METERS, type Meter } from "./meters.ts";
import { multiplyFractions, parseFraction, type Fraction } from "./money.ts";
import type { Adjustment, Condition, PriceVersion, Rates } from "./price.ts";
import { METER_INDEX } from "./usage.ts";

/** What of a call decides its price. */
export interface PricedCall {
  occurredAtMs: number;
  operation?: string | null | undefined;
  usage: WireUsage;
  /** The tier that served the call, in any spelling. */
  serviceTier?: string | null | undefined;
  geo?: string | null | undefined;
  /** It stands for many calls whose number or sizes nobody told: what depends on the size of one prompt does not hold. */
  isSum?: boolean | undefined;
}

/** A price made ready for rating: conditions parsed, rates exact, the tables for each set of conditions kept. */
export interface CompiledPrice {
  readonly version: PriceVersion;
  /** The table for a call that plain numbers can rate; null when it needs `parts`, minimums or notes. */
  plainTable(call: PricedCall): RateTable | null;
  /** The call's quantities with the tables that they pay; one part unless a threshold moves only what is above it. */
  parts(call: PricedCall, quantities: Float64Array): { table: RateTable; amounts: Float64Array }[];
  /** Raises counted quantities to the smallest that are billed. */
  applyMinimums(quantities: Float64Array): void;
  /** What of the call has no known price. */
  notes(call: PricedCall): string[];
}

/** Rates of all meters after adjustments. */
export interface RateTable {
  /** Pico-dollars a unit in the order of `METER_NAMES`; NaN where that is no integer, unknown, or worth a note. */
  readonly pico: Float64Array;
  /** Pico-dollars that a cached token, and a cached audio token, costs less than a plain one; NaN as above. */
  readonly savingsPico: readonly [number, number];
  /** USD for the meter's stated quantity; null without one. */
  rate(meter: Meter): Fraction | null;
  /** The meter whose rate this meter pays: itself, or what it falls back to. */
  source(meter: Meter): { meter: Meter; note?: string } | null;
}

/**
 * What a meter without a rate of its own pays. Where a price sheet has no such discount or surcharge this is the
 * truth; audio that no rate is known for is not cheap text, so that is said.
 */
const FALLBACKS: Partial<Record<Meter, { to: Meter; note?: string }>> = {
  cacheRead: { to: "input" },
  cacheWrite: { to: "input" },
  cacheWrite1h: { to: "cacheWrite" },
  reasoning: { to: "output" },
  inputImage: { to: "input" },
  outputImage: { to: "output" },
  inputAudio: { to: "input", note: "No rate for audio input; priced as text" },
  cacheReadAudio: { to: "cacheRead", note: "No rate for cached audio; priced as cached text" },
  outputAudio: { to: "output", note: "No rate for audio output; priced as text" },
};

/** Spellings of "the usual price". */
const NO_TIER = new Set(["", "standard", "default", "auto", "on_demand", "on-demand"]);

/** Tables kept for one price; a price has few sets of conditions that ever meet. */
const MAX_TABLES = 256;
/** More conditions than a bit mask of one small integer holds; tables are then made for each call. */
const MAX_MASKED = 30;

/**
 * Compiles a price with the rules of its provider: the version's adjustments apply first, in order, then the
 * rules' in order.
 */
export function compilePrice(version: PriceVersion, rules: Adjustment[] = []): CompiledPrice {
  const adjustments = [...version.adjustments, ...rules].map(compileAdjustment);
  const base = new Map<Meter, Fraction>(readRates(version.rates));
  const tables = new Map<number, RateTable>();
  const knownTiers = new Set(adjustments.flatMap((it) => it.tiers ?? []));
  const hasParts = adjustments.some((it) => it.isPart);
  const minimums = Object.entries(version.minimums ?? {}) as [Meter, number][];
  const plainBase = adjustments.length === 0;

  const tableOf = (applied: (index: number) => boolean): RateTable => {
    let mask = 0;
    for (let i = 0; i < adjustments.length && i < MAX_MASKED; i++) if (applied(i)) mask |= 1 << i;
    const isMasked = adjustments.length <= MAX_MASKED;
    const kept = isMasked ? tables.get(mask) : undefined;
    if (kept !== undefined) return kept;
    const table = buildTable(
      base,
      adjustments.filter((_, i) => applied(i)),
    );
    if (isMasked) {
      if (tables.size >= MAX_TABLES) tables.clear();
      tables.set(mask, table);
    }
    return table;
  };
  const baseTable = tableOf(() => false);

  return {
    version,
    plainTable(call) {
      if (hasParts || minimums.length > 0) return null;
      const tier = call.serviceTier == null ? "" : tierOf(call);
      if (tier !== "" && !knownTiers.has(tier)) return null;
      if (plainBase) return baseTable;
      if (adjustments.length > MAX_MASKED) return tableOf((i) => holds(adjustments[i]!, call, tier));
      let mask = 0;
      for (let i = 0; i < adjustments.length; i++) if (holds(adjustments[i]!, call, tier)) mask |= 1 << i;
      return mask === 0 ? baseTable : (tables.get(mask) ?? tableOf((i) => (mask & (1 << i)) !== 0));
    },
    parts(call, quantities) {
      const tier = tierOf(call);
      const holding = adjustments.map((it) => holds(it, call, tier));
      const thresholds = adjustments.filter((it, i) => it.isPart && holding[i]).map((it) => it.above);
      return splitPrompt(quantities, thresholds).map(({ startTokens, amounts }) => ({
        amounts,
        table: tableOf((i) => {
          const it = adjustments[i]!;
          return holding[i]! && (!it.isPart || it.above <= startTokens);
        }),
      }));
    },
    applyMinimums(quantities) {
      for (const [meter, least] of minimums) {
        const i = METER_INDEX[meter];
        if (quantities[i]! > 0) quantities[i] = Math.max(quantities[i]!, least);
      }
    },
    notes(call) {
      const tier = tierOf(call);
      return tier === "" || knownTiers.has(tier)
        ? []
        : [`No price is known for the service tier "${tier}"; priced as standard`];
    },
  };
}

/** Prompt meters in the order in which tokens stand in a prompt: what is cached comes first. */
const PROMPT_ORDER: Meter[] = [
  "cacheRead",
  "cacheReadAudio",
  "cacheWrite1h",
  "cacheWrite",
  "inputImage",
  "inputAudio",
  "input",
];

/**
 * Cuts the prompt at the thresholds. What is not part of the prompt follows it, so it belongs to the last part.
 *
 *   input 300,000 with a threshold of 200,000: 200,000 in the first part, 100,000 in the second
 */
function splitPrompt(quantities: Float64Array, thresholds: number[]): { startTokens: number; amounts: Float64Array }[] {
  const cuts = [...new Set(thresholds)].toSorted((a, b) => a - b);
  const parts = [0, ...cuts].map((startTokens) => ({
    startTokens,
    amounts: new Float64Array(METER_NAMES.length),
  }));
  const last = parts.at(-1)!;
  last.amounts.set(quantities);
  let position = 0;
  for (const meter of PROMPT_ORDER) {
    const i = METER_INDEX[meter];
    const end = position + quantities[i]!;
    parts.forEach((part, index) => {
      const until = parts[index + 1]?.startTokens ?? Infinity;
      part.amounts[i] = Math.max(0, Math.min(end, until) - Math.max(position, part.startTokens));
    });
    position = end;
  }
  return parts;
}

/** Every field is always there, null when it is no condition: rating looks at these for each call. */
interface CompiledAdjustment {
  tiers: string[] | null;
  /** `inputTokens` above which it applies; -1 without a threshold. */
  above: number;
  geo: string[] | null;
  imageSize: string[] | null;
  imageQuality: string[] | null;
  searchContext: string[] | null;
  window: CompiledWindow | null;
  rates: [Meter, Fraction][];
  multiply: Fraction | null;
  meters: Meter[];
  isPart: boolean;
}

interface CompiledWindow {
  /** Bit 0 is Monday. */
  days: number;
  fromMinute: number;
  toMinute: number;
  /** Days since 1970 that never match. */
  except: Set<number>;
}

function compileAdjustment(it: Adjustment): CompiledAdjustment {
  const { when } = it;
  return {
    tiers: when.serviceTier ?? null,
    above: Math.max(when.inputTokensAbove ?? -1, (when.inputTokensFrom ?? 0) - 1),
    geo: when.geo ?? null,
    imageSize: when.imageSize ?? null,
    imageQuality: when.imageQuality ?? null,
    searchContext: when.searchContext ?? null,
    window: when.window === undefined ? null : compileWindow(when.window),
    rates: readRates(it.rates ?? {}),
    multiply: it.multiply === undefined ? null : parseFraction(it.multiply),
    meters: it.meters ?? TOKEN_METERS,
    isPart: it.applies === "part",
  };
}

const MINUTES_PER_DAY = 1_440;
const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;
const EVERY_DAY = 0b111_1111;

function compileWindow(window: NonNullable<Condition["window"]>): CompiledWindow {
  return {
    days: window.days === undefined ? EVERY_DAY : window.days.reduce((mask, day) => mask | (1 << (day - 1)), 0),
    fromMinute: minuteOf(window.from ?? "00:00"),
    toMinute: minuteOf(window.to ?? "24:00"),
    except: new Set((window.except ?? []).map((date) => Date.parse(date) / MS_PER_DAY)),
  };
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return hours! * 60 + minutes!;
}

function readRates(rates: Rates): [Meter, Fraction][] {
  return Object.entries(rates).map(([meter, usd]) => [meter as Meter, parseFraction(usd)]);
}

function tierOf(call: PricedCall): string {
  const tier = (call.serviceTier ?? "").toLowerCase();
  return NO_TIER.has(tier) ? "" : tier;
}

function holds(it: CompiledAdjustment, call: PricedCall, tier: string): boolean {
  if (it.tiers !== null && (tier === "" || !it.tiers.includes(tier))) return false;
  if (it.above >= 0 && (call.isSum === true || !((call.usage.inputTokens ?? 0) > it.above))) return false;
  if (it.geo !== null && !isOneOf(it.geo, call.geo)) return false;
  if (it.imageSize !== null && !isOneOf(it.imageSize, call.usage.imageSize)) return false;
  if (it.imageQuality !== null && !isOneOf(it.imageQuality, call.usage.imageQuality)) return false;
  if (it.searchContext !== null && !isOneOf(it.searchContext, call.usage.searchContext)) return false;
  return it.window === null || isInside(it.window, call.occurredAtMs);
}

function isOneOf(values: string[], value: string | null | undefined): boolean {
  return value != null && values.includes(value.toLowerCase());
}

/** Start included, end excluded; a window whose end is before its start runs over midnight. */
function isInside(window: CompiledWindow, atMs: number): boolean {
  const day = Math.floor(atMs / MS_PER_DAY);
  // 1970-01-01 was a Thursday, three days after a Monday.
  const weekday = (((day + 3) % 7) + 7) % 7;
  if ((window.days & (1 << weekday)) === 0 || window.except.has(day)) return false;
  const minute = Math.floor(atMs / MS_PER_MINUTE) - day * MINUTES_PER_DAY;
  return window.fromMinute <= window.toMinute
    ? minute >= window.fromMinute && minute < window.toMinute
    : minute >= window.fromMinute || minute < window.toMinute;
}

function buildTable(base: Map<Meter, Fraction>, adjustments: CompiledAdjustment[]): RateTable {
  const rates = new Map(base);
  for (const it of adjustments) {
    for (const [meter, rate] of it.rates) rates.set(meter, rate);
    if (it.multiply === null) continue;
    for (const meter of it.meters) {
      const rate = rates.get(meter);
      if (rate !== undefined) rates.set(meter, multiplyFractions(rate, it.multiply));
    }
  }
  const table = { rate: (meter: Meter) => rates.get(meter) ?? null, source: (meter: Meter) => sourceOf(rates, meter) };
  const pico = Float64Array.from(METER_NAMES, (meter) => plainPico(rates, meter));
  // A fee for each request is charged by few; the others need no exact arithmetic for it.
  if (!rates.has("requests")) pico[METER_INDEX.requests] = 0;
  const saved = (plain: Meter, cached: Meter) => {
    if (sourceOf(rates, plain) === null || sourceOf(rates, cached) === null) return 0;
    return pico[METER_INDEX[plain]]! - pico[METER_INDEX[cached]]!;
  };
  return { ...table, pico, savingsPico: [saved("input", "cacheRead"), saved("inputAudio", "cacheReadAudio")] };
}

function sourceOf(rates: Map<Meter, Fraction>, meter: Meter): { meter: Meter; note?: string } | null {
  if (rates.has(meter)) return { meter };
  const fallback = FALLBACKS[meter];
  if (fallback === undefined) return null;
  const source = sourceOf(rates, fallback.to);
  return source === null || fallback.note === undefined ? source : { ...source, note: fallback.note };
}

const PICO_PER_USD = 1_000_000_000_000n;

/** NaN unless the rate is a whole number of pico-dollars a unit that needs no note. */
function plainPico(rates: Map<Meter, Fraction>, meter: Meter): number {
  const source = sourceOf(rates, meter);
  if (source === null || source.note !== undefined) return Number.NaN;
  const { numerator, denominator } = rates.get(source.meter)!;
  const divisor = denominator * BigInt(METERS[source.meter].per);
  const pico = (numerator * PICO_PER_USD) / divisor;
  return pico * divisor === numerator * PICO_PER_USD && pico <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(pico)
    : Number.NaN;
}
