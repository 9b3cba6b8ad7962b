import { projection } from "../../insights/projection.ts";
import { dollars } from "../amount-text.ts";
import { linkTo, usersIn, zoneOf } from "../rule-question.ts";
import { severityAtAmount } from "../severity.ts";
import type { Check } from "./check.ts";

/** Two whole days: fewer make a month out of one morning. */
const MIN_DAYS = 2;

/** Will the month have cost more than an amount? */
export const checkProjectedMonth: Check<"projectedMonth"> = async (rule, { ledger }) => {
  const answer = await projection(ledger, { filter: rule.filters, tz: [zoneOf(ledger, rule)] });
  const { projectedMonthEnd, spent, month, elapsedDays, method } = answer;
  if (projectedMonthEnd === null) return { findings: [], note: method };
  const isSure = spent >= rule.amountUsd || elapsedDays > MIN_DAYS || !method.startsWith("too little data");
  if (projectedMonthEnd < rule.amountUsd) return { findings: [], note: null };
  if (!isSure) return { findings: [], note: `${method}: told of from the third day on` };
  const monthRange = { startMs: Date.parse(month.start), endMs: Date.parse(month.end) };
  return {
    findings: [
      {
        subject: "",
        period: { key: `month ${month.start}`, ...monthRange, form: "calendar" },
        level: severityAtAmount(rule.severity, projectedMonthEnd, rule.amountUsd),
        against: String(rule.amountUsd),
        users: usersIn(rule.filters),
        texts: {
          title: `The month is heading for ${dollars(projectedMonthEnd)}`,
          summary: `That is at or above ${dollars(rule.amountUsd)}, the amount of the rule "${rule.name}". So far it is ${dollars(spent)}.`,
          facts: [
            { label: "Projected", value: dollars(projectedMonthEnd) },
            { label: "Amount", value: dollars(rule.amountUsd) },
            { label: "So far", value: dollars(spent) },
            { label: "Last month", value: dollars(answer.lastMonth) },
            { label: "Days left", value: String(answer.remainingDays) },
            { label: "How", value: method },
          ],
          link: linkTo(rule.filters, monthRange),
        },
      },
    ],
    note: null,
  };
};
