import { addUp, seriesKey } from "./cap-series.ts";
import type { SeriesKey } from "./cap-series.ts";

export interface Share extends SeriesKey {
  /** Null: not known. */
  value: number | null;
  /** Of all that is positive, 0 to 1. Null where it is no part of the bar: not known, or a credit. */
  share: number | null;
  /** `62%`; those of all parts add up to 100. `<0.1%` for what is too small to count. */
  percent: string;
}

export interface PreparedShares {
  /** Largest first, other after them, what is no part of the bar last. */
  parts: Share[];
  /** With credits taken off; null when nothing is known. */
  total: number | null;
}

/** Turns parts into shares of one bar: at most `maxParts`, the rest in `other`. */
export function prepareShares(input: {
  parts: readonly { name: string | null; other?: boolean | undefined; value: number | null }[];
  maxParts?: number | undefined;
}): PreparedShares {
  const { maxParts = 7 } = input;
  const drawn = input.parts.filter(({ value }) => value !== null && value >= 0);
  const named = drawn.filter((part) => part.other !== true).toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const rest = [...named.slice(maxParts), ...drawn.filter((part) => part.other === true)];
  const kept = [
    ...named.slice(0, maxParts),
    ...(rest.length > 0 ? [{ name: null, other: true, value: add(rest.map(({ value }) => value)) }] : []),
  ];
  const whole = add(kept.map(({ value }) => value)) ?? 0;
  const shares = kept.map(({ value }) => (whole === 0 ? 0 : (value ?? 0) / whole));
  const percents = percentsOf(shares);
  const beside = input.parts.filter(({ value }) => value === null || value < 0);
  return {
    parts: [
      ...kept.map((part, index): Share => ({
        ...seriesKey(part),
        value: part.value,
        share: shares[index] ?? 0,
        percent: percents[index] ?? "",
      })),
      ...beside.map((part): Share => ({ ...seriesKey(part), value: part.value, share: null, percent: "—" })),
    ],
    total: add(input.parts.map(({ value }) => value)),
  };
}

const add = (values: readonly (number | null)[]) => addUp(values.map((value) => [value]))[0] ?? null;

/**
 * Percentages that add up to 100, by largest remainders; with one decimal as soon as a part is below 1 %.
 * [1/3, 1/3, 1/3] → 34%, 33%, 33%
 */
export function percentsOf(shares: readonly number[]): string[] {
  const sum = shares.reduce((all, share) => all + share, 0);
  if (sum === 0) return shares.map(() => "0%");
  const units = shares.some((share) => share > 0 && share < 0.01) ? 1_000 : 100;
  // Against what floating point adds: 0.29 × 100 is 28.999…
  const exact = shares.map((share) => Number(((share / sum) * units).toFixed(9)));
  const floors = exact.map(Math.floor);
  const missing = Math.round(units - floors.reduce((all, floor) => all + floor, 0));
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .toSorted((a, b) => b.remainder - a.remainder);
  for (const { index } of byRemainder.slice(0, missing)) floors[index] = (floors[index] ?? 0) + 1;
  return floors.map((floor, index) => {
    if (floor === 0 && (shares[index] ?? 0) > 0) return "<0.1%";
    // Beside something too small to count, nothing is all.
    if (floor === units && (exact[index] ?? 0) < units) return "99.9%";
    if (units === 100) return `${floor}%`;
    return floor % 1_000 === 0 ? `${floor / 10}%` : `${(floor / 10).toFixed(1)}%`;
  });
}
