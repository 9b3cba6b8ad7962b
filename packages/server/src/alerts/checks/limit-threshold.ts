import { setImmediate } from "node:timers/promises";
import type { Limit, LimitState } from "../../limits/limit.ts";
import type { ThresholdCrossing } from "../../limits/limits.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Finding } from "../finding.ts";
import type { RuleOf } from "../rule.ts";
import { MAX_SUBJECTS, type Check, type Sight } from "./check.ts";
import { aboutLimit, chosenLimits, limitName, limitPeriod, subjectOf } from "./about-limit.ts";

/** A rolling period ends an alert only when it is clearly below the threshold again. */
const HOLD_SHARE = 0.95;
const DAY_MS = 86_400_000;
const LIMITS_AT_ONCE = 20;

/** Has a budget or limit passed one of its thresholds? By what was spent, without what is set aside. */
export const checkLimitThreshold: Check<"limitThreshold"> = async (rule, { ledger, limits, open }) => {
  const findings: Finding[] = [];
  for (const [index, limit] of chosenLimits(rule.limits, limits).entries()) {
    // answers from memory come without a pause: calls go first
    if (index % LIMITS_AT_ONCE === 0) await setImmediate();
    for (const state of await statesOf(ledger, limits, limit, open)) {
      const finding = findingOf(ledger, limit, state);
      if (finding !== null) findings.push(finding);
      else findings.push(...backBelow(ledger, limit, state, open));
    }
  }
  return { findings, note: null };
};

/** Of an alert whose period goes on: the amount was raised, or what was spent became less. */
function backBelow(ledger: Ledger, limit: Limit, state: LimitState, open: Sight["open"]): Finding[] {
  const subject = subjectOf(limit, state);
  const period = limitPeriod(ledger, limit, ledger.now());
  const alert = open.find(
    (it) => it.subject === subject && (it.period.form === "lasting" || it.period.key === period.key),
  );
  if (alert === undefined) return [];
  const finding = aboutLimit(ledger, limit, state, { percent: percentOf(state), reached: null, period: alert.period });
  const texts = { ...finding.texts, title: `${limitName(limit, state)} is back below its thresholds` };
  return [{ ...finding, level: "over", texts }];
}

/** The same of a crossing that has just been told, as it was then; null: the rule is not about that limit. */
export function crossingFinding(
  ledger: Ledger,
  rule: RuleOf<"limitThreshold">,
  { limit, state, periodStartMs }: ThresholdCrossing,
): Finding | null {
  if (rule.limits !== null && !rule.limits.includes(limit.id)) return null;
  return findingOf(ledger, limit, state, periodStartMs);
}

/** The largest ones, and those that there are alerts of. Of sessions those of the last day: older ones are no news. */
async function statesOf(
  ledger: Ledger,
  limits: Sight["limits"],
  limit: Limit,
  open: Sight["open"],
): Promise<LimitState[]> {
  if (limit.period.unit === "session") return recentSessions(ledger, limits, limit);
  const states = await limits.states(limit.id);
  const known = new Set(states.map((state) => subjectOf(limit, state)));
  for (const { subject, limit: reading } of open) {
    if (reading?.limitId !== limit.id || reading.value === null || known.has(subject)) continue;
    states.push(...(await limits.states(limit.id, reading.value)));
  }
  return states;
}

async function recentSessions(ledger: Ledger, limits: Sight["limits"], limit: Limit): Promise<LimitState[]> {
  const nowMs = ledger.now();
  const lowestPercent = limit.thresholdsPercent[0] ?? 100;
  const { sessions } = await ledger.storage.listSessions({
    startMs: nowMs - DAY_MS,
    endMs: nowMs + 1,
    minCostNanoUsd: Math.floor((limit.amountNanoUsd * lowestPercent) / 100),
    order: "recent",
    limit: MAX_SUBJECTS,
  });
  const states = await Promise.all(sessions.map(({ id }) => limits.states(limit.id, id)));
  return states.flat();
}

function findingOf(ledger: Ledger, limit: Limit, state: LimitState, periodStartMs?: number | null): Finding | null {
  const percent = percentOf(state);
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

function percentOf({ amountNanoUsd, spentNanoUsd }: LimitState): number {
  if (amountNanoUsd === 0) return spentNanoUsd > 0 ? 100 : 0;
  // in this order it is exact for whole percentages
  return (spentNanoUsd * 100) / amountNanoUsd;
}
