import type { Limit, LimitState } from "../../limits/limit.ts";
import type { ThresholdCrossing } from "../../limits/limits.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Finding } from "../finding.ts";
import type { RuleOf } from "../rule.ts";
import type { Check, Sight } from "./check.ts";
import { aboutLimit, chosenLimits, limitPeriod, subjectOf } from "./about-limit.ts";

/** A rolling period ends an alert only when it is clearly below the threshold again. */
const HOLD_SHARE = 0.95;

/** Has a budget or limit passed one of its thresholds? By what was spent, without what is set aside. */
export const checkLimitThreshold: Check<"limitThreshold"> = async (rule, { ledger, limits, open }) => {
  const findings: Finding[] = [];
  for (const limit of chosenLimits(rule.limits, limits)) {
    for (const state of await statesOf(limits, limit, open)) {
      const finding = findingOf(ledger, limit, state);
      if (finding !== null) findings.push(finding);
    }
  }
  return { findings, note: null };
};

/** The same of a crossing that has just been told, as it was then; null: the rule is not about that limit. */
export function crossingFinding(
  ledger: Ledger,
  rule: RuleOf<"limitThreshold">,
  { limit, state, periodStartMs }: ThresholdCrossing,
): Finding | null {
  if (rule.limits !== null && !rule.limits.includes(limit.id)) return null;
  return findingOf(ledger, limit, state, periodStartMs);
}

/** The largest ones, and those that there are alerts of. */
async function statesOf(limits: Sight["limits"], limit: Limit, open: Sight["open"]): Promise<LimitState[]> {
  const states = await limits.states(limit.id);
  const known = new Set(states.map((state) => subjectOf(limit, state)));
  for (const { subject, limit: reading } of open) {
    if (reading?.limitId !== limit.id || reading.value === null || known.has(subject)) continue;
    states.push(...(await limits.states(limit.id, reading.value)));
  }
  return states;
}

function findingOf(ledger: Ledger, limit: Limit, state: LimitState, periodStartMs?: number | null): Finding | null {
  const { amountNanoUsd, spentNanoUsd } = state;
  const percent = amountNanoUsd === 0 ? (spentNanoUsd > 0 ? 100 : 0) : (spentNanoUsd / amountNanoUsd) * 100;
  const reached = limit.thresholdsPercent.findLast((threshold) => percent >= threshold) ?? null;
  const lowest = limit.thresholdsPercent[0];
  const isHeld = limit.period.rolling && lowest !== undefined && percent >= lowest * HOLD_SHARE;
  if (reached === null && !isHeld) return null;
  return aboutLimit(ledger, limit, state, {
    percent,
    reached,
    period: limitPeriod(ledger, limit, periodStartMs ?? ledger.now()),
  });
}
