import { usdNumber } from "@outlay/core";
import { pastDays } from "../../insights/costs.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { budgetReport } from "../../limits/budget-report.ts";
import { accountFilters } from "../../limits/limit-scope.ts";
import type { Limit, LimitState } from "../../limits/limit.ts";
import { dollars, percentText, timeText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { chosenLimits, limitName, limitPeriod, linkToLimit, readingOf, subjectOf, usersOf } from "./about-limit.ts";
import type { Check } from "./check.ts";

/** Values of one limit that are looked at, those that have spent most first. */
const MAX_VALUES = 20;
/** Less of the amount says nothing about the end. */
const LEAST_USED = 0.1;
/** An alert ends only when the end is clearly below the amount again. */
const HOLD_SHARE = 0.95;
/** Whole days with calls that it takes to say where it is going. */
const MIN_DAYS = 3;

/** Will a budget be used up before its period ends? */
export const checkProjectedOverrun: Check<"projectedOverrun"> = async (rule, { ledger, limits }) => {
  const findings: Finding[] = [];
  let note: string | null = null;
  const chosen = chosenLimits(rule.limits, limits).filter(
    ({ kind, period }) =>
      (rule.limits !== null || kind === "budget") &&
      !period.rolling &&
      period.unit !== "session" &&
      period.unit !== "total",
  );
  for (const limit of chosen) {
    const states = (await limits.states(limit.id)).slice(0, MAX_VALUES);
    for (const state of states) {
      const { spentNanoUsd, amountNanoUsd } = state;
      // what is used up already is told of by its threshold
      if (spentNanoUsd >= amountNanoUsd || spentNanoUsd < amountNanoUsd * LEAST_USED) continue;
      const report = await budgetReport({ ledger, limits }, limit.id, { value: state.value ?? undefined, periods: 1 });
      const endNanoUsd = report.projection?.endNanoUsd ?? null;
      if (endNanoUsd === null || endNanoUsd < amountNanoUsd * HOLD_SHARE) continue;
      if (!(await isKnownEnough(ledger, limit, state))) {
        note = `too little data: ${MIN_DAYS} whole days of calls are needed`;
        continue;
      }
      const period = limitPeriod(ledger, limit, ledger.now());
      const percent = (spentNanoUsd * 100) / amountNanoUsd;
      const zone = limit.period.timeZone ?? ledger.timeZone;
      const endPercent = percentText(Math.round((endNanoUsd * 100) / amountNanoUsd));
      const exhaustedAtMs = report.projection?.exhaustedAtMs ?? null;
      const exhausted = exhaustedAtMs === null ? null : timeText(exhaustedAtMs, zone);
      findings.push({
        subject: subjectOf(limit, state),
        period,
        level: endNanoUsd > amountNanoUsd ? rule.severity : "hold",
        against: String(amountNanoUsd),
        users: usersOf(limit, state.value),
        limit: readingOf(limit, state, percent, period),
        texts: {
          title: `${limitName(limit, state)} will not last: ${endPercent} at the end`,
          summary: `As it goes, ${dollars(usdNumber(endNanoUsd))} will have been spent of ${dollars(usdNumber(amountNanoUsd))}${exhausted === null ? "" : `, and it is used up on ${exhausted}`}.`,
          facts: [
            { label: "Projected", value: dollars(usdNumber(endNanoUsd)) },
            { label: "Amount", value: dollars(usdNumber(amountNanoUsd)) },
            { label: "Spent", value: `${dollars(usdNumber(spentNanoUsd))}, ${percentText(Math.floor(percent))}` },
            ...(exhausted === null ? [] : [{ label: "Used up", value: exhausted }]),
            { label: "How", value: report.projection?.method ?? "" },
          ],
          link: linkToLimit(limit, state),
        },
      });
    }
  }
  return { findings, note };
};

/** A few hours say nothing about the rest of a month. */
async function isKnownEnough(ledger: Ledger, limit: Limit, state: LimitState): Promise<boolean> {
  const filters = accountFilters(limit, state.value);
  const timeZone = limit.period.timeZone ?? ledger.timeZone;
  return (await pastDays(ledger, { filters, filterTexts: [], timeZone }, MIN_DAYS)).length >= MIN_DAYS;
}
