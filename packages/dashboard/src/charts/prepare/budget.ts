import { count, money, percent } from "@outlay/react";

export type BudgetState = "ok" | "threshold" | "over";

export interface BudgetNumbers {
  amountUsd: number;
  spentUsd: number;
  /** Set aside for calls that still run. */
  reservedUsd: number;
  /** At the end of the period, at the present pace; null: not known. */
  projectedUsd: number | null;
  /** In percent of the amount: 70, 90, 100. */
  thresholdsPercent: readonly number[];
}

export interface PreparedBudget {
  state: BudgetState;
  /** The highest threshold that is passed, in percent; null: none. */
  passedPercent: number | null;
  /** Dollars that the bar is long: the amount, or more where more is spent or expected. */
  max: number;
  /** Spent of the amount, 1 is all; null where the amount is 0. */
  ratio: number | null;
  /** In one sentence. */
  text: string;
}

export function prepareBudget(budget: BudgetNumbers): PreparedBudget {
  const { amountUsd, spentUsd, reservedUsd, projectedUsd } = budget;
  const state = budgetState(budget);
  const ratio = amountUsd > 0 ? spentUsd / amountUsd : null;
  const passedPercent = passed(budget);
  const parts = [
    `${money(spentUsd)} of ${money(amountUsd)} spent${ratio === null ? "" : ` (${usedText(ratio)})`}`,
    ...(reservedUsd > 0 ? [`${money(reservedUsd)} reserved for calls that run`] : []),
    ...(projectedUsd === null ? [] : [`projected ${projectedText(projectedUsd, amountUsd)}`]),
    ...(state === "over" ? [`over by ${money(spentUsd - amountUsd)}`] : []),
    ...(state === "threshold" && passedPercent !== null ? [thresholdText(passedPercent)] : []),
  ];
  return {
    state,
    passedPercent,
    ratio,
    max: Math.max(amountUsd, spentUsd + reservedUsd, projectedUsd ?? 0) || 1,
    text: `${parts.join("; ")}.`,
  };
}

/** Over: more is spent than the amount. At exactly 100 % a limit is used up, which is a threshold passed. */
function budgetState(budget: Pick<BudgetNumbers, "amountUsd" | "spentUsd" | "thresholdsPercent">): BudgetState {
  if (budget.spentUsd > budget.amountUsd) return "over";
  return passed(budget) === null ? "ok" : "threshold";
}

/** `$120.00 (120%)`. */
export function projectedText(projectedUsd: number, amountUsd: number): string {
  return `${money(projectedUsd)}${amountUsd > 0 ? ` (${usedText(projectedUsd / amountUsd)})` : ""}`;
}

/** `past 70%`; at 100 % `used up`. */
export const thresholdText = (passedPercent: number) => (passedPercent >= 100 ? "used up" : `past ${passedPercent}%`);

/** 0.42 → 42%, 1.304 → 130%, 4213 → 4,213×. Never rounds what is over to 100%. */
export function usedText(ratio: number): string {
  if (ratio <= 1) return percent(Math.max(0, ratio));
  if (ratio >= 10) return `${count(ratio)}×`;
  return `${ratio < 1.01 ? Math.max(100.1, ratio * 100).toFixed(1) : Math.round(ratio * 100)}%`;
}

function passed(budget: Pick<BudgetNumbers, "amountUsd" | "spentUsd" | "thresholdsPercent">): number | null {
  // spent / amount ≥ percent / 100, without dividing by an amount of 0.
  const reached = budget.thresholdsPercent.filter(
    (threshold) => budget.spentUsd > 0 && budget.spentUsd * 100 >= budget.amountUsd * threshold,
  );
  return reached.length === 0 ? null : Math.max(...reached);
}
