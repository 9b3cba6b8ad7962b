import { shown } from "@outlay/core";
import type { MomentsRow } from "../storage/storage.ts";

/** What two variants are compared by. */
export type Compared = "successRate" | "score" | "costPerCall" | "costPerSuccess";

interface Found {
  difference: number;
  low: number | null;
  high: number | null;
  clear: boolean | null;
}

/** Below, normal intervals lean on too little. */
const FEW_CALLS = 30;

const NAMES: Record<Compared, string> = {
  successRate: "success rate",
  score: "score",
  costPerCall: "cost per call",
  costPerSuccess: "cost per success",
};

/** "b" succeeds more often than "a", by 3.1 percentage points (0.4 to 5.8). */
export function sentenceOf(what: Compared, found: Found, a: string, b: string): string {
  const { difference, low, high, clear } = found;
  const { show, unit } = WORDS[what];
  if (low === null || high === null || clear === null) {
    return `The ${NAMES[what]} differs by ${show(Math.abs(difference))}${unit}, but so few calls say nothing about chance.`;
  }
  if (!clear) {
    return `No difference in ${NAMES[what]} that this many calls could show (${signed(show, low)} to ${signed(show, high)}${unit} for ${shown(b)}).`;
  }
  const bounds = [Math.abs(low), Math.abs(high)].toSorted((x, y) => x - y) as [number, number];
  return `${claim(what, difference > 0, a, b)}, by ${show(Math.abs(difference))}${unit} (${show(bounds[0])} to ${show(bounds[1])}).`;
}

function claim(what: Compared, isMore: boolean, a: string, b: string): string {
  switch (what) {
    case "successRate":
      return `${shown(b)} succeeds ${isMore ? "more" : "less"} often than ${shown(a)}`;
    case "score":
      return `${shown(b)} is scored ${isMore ? "higher" : "lower"} than ${shown(a)}`;
    case "costPerCall":
      return `A call of ${shown(b)} costs ${isMore ? "more" : "less"} than one of ${shown(a)}`;
    case "costPerSuccess":
      return `A success of ${shown(b)} costs ${isMore ? "more" : "less"} than one of ${shown(a)}`;
  }
}

const WORDS: Record<Compared, { show: (value: number) => string; unit: string }> = {
  successRate: {
    show: (share) => (share * 100).toLocaleString("en", { maximumFractionDigits: 1 }),
    unit: " percentage points",
  },
  score: { show: (score) => score.toLocaleString("en", { maximumSignificantDigits: 3 }), unit: "" },
  costPerCall: { show: usd, unit: "" },
  costPerSuccess: { show: usd, unit: "" },
};

/** Three digits, so that a difference and its bounds can be told apart. */
function usd(amount: number): string {
  return `$${amount.toLocaleString("en", { maximumSignificantDigits: 3 })}`;
}

function signed(show: (value: number) => string, value: number): string {
  return `${value < 0 ? "−" : "+"}${show(Math.abs(value))}`;
}

/** What makes the numbers weaker than they look. `calls` is what the sums know of both. */
export function cautionsOf(rows: readonly MomentsRow[], names: readonly string[], calls: number): string[] {
  const read = rows.reduce((sum, row) => sum + row.calls, 0);
  const cautions = rows.flatMap((row, index) => {
    const name = shown(names[index]!);
    const unpriced = row.calls - row.cost.count;
    const few = row.calls > 0 && row.calls < FEW_CALLS;
    return [
      ...(few ? [`${name} has only ${row.calls} calls; intervals of costs want at least ${FEW_CALLS}.`] : []),
      ...(unpriced > 0 ? [`${unpriced} of the calls of ${name} have no price and are left out of its costs.`] : []),
    ];
  });
  if (read < calls) {
    cautions.push(
      `${(calls - read).toLocaleString("en")} of their calls have expired as single events and are left out.`,
    );
  }
  return cautions;
}
