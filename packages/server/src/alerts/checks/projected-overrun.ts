import { usdNumber } from "@outlay/core";
import { budgetReport } from "../../limits/budget-report.ts";
import { dollars, percentText, timeText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { chosenLimits, limitName, limitPeriod, readingOf, subjectOf, usersOf } from "./about-limit.ts";
import type { Check } from "./check.ts";

/** Values of one limit that are looked at, those that have spent most first. */
const MAX_VALUES = 20;
/** Less of the amount says nothing about the end. */
const LEAST_USED = 0.1;

/** Will a budget be used up before its period ends? */
export const checkProjectedOverrun: Check<"projectedOverrun"> = async (rule, { ledger, limits }) => {
  const findings: Finding[] = [];
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
      if (endNanoUsd === null || endNanoUsd <= amountNanoUsd) continue;
      const period = limitPeriod(ledger, limit, ledger.now());
      const percent = (spentNanoUsd * 100) / amountNanoUsd;
      const zone = limit.period.timeZone ?? ledger.timeZone;
      const endPercent = percentText(Math.round((endNanoUsd * 100) / amountNanoUsd));
      const exhaustedAtMs = report.projection?.exhaustedAtMs ?? null;
      const exhausted = exhaustedAtMs === null ? null : timeText(exhaustedAtMs, zone);
      findings.push({
        subject: subjectOf(limit, state),
        period,
        level: rule.severity,
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
          link: "/budgets",
        },
      });
    }
  }
  return { findings, note: null };
};
