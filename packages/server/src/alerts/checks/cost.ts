import type { Row } from "../../ledger/answers.ts";
import { countText, dollars } from "../amount-text.ts";
import type { AlertPeriod, Finding } from "../finding.ts";
import { askAbout, askedRange, lastMs, linkTo, usersIn } from "../rule-question.ts";
import type { RuleOf } from "../rule.ts";
import { severityAtAmount } from "../severity.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";
import { dayOf } from "./episode.ts";

const HOUR_MS = 3_600_000;
const ROLLING_HOURS = { "24h": 24, "7d": 168, "30d": 720 } as const;
const CALENDAR = { day: "today", week: "week", month: "month", quarter: "quarter", year: "year" } as const;
const IN_WORDS = {
  day: "today",
  week: "this week",
  month: "this month",
  quarter: "this quarter",
  year: "this year",
  "24h": "in the last 24 hours",
  "7d": "in the last 7 days",
  "30d": "in the last 30 days",
} as const;

/** Has a period cost more than an amount: altogether, or for one value of a dimension? */
export const checkCost: Check<"cost"> = async (rule, { ledger, open }) => {
  const isRolling = rule.period in ROLLING_HOURS;
  const answer = await askAbout(ledger, rule, {
    metrics: "cost,calls,unpricedCalls",
    ...(isRolling
      ? lastMs(ledger, ROLLING_HOURS[rule.period as keyof typeof ROLLING_HOURS] * HOUR_MS)
      : { period: CALENDAR[rule.period as keyof typeof CALENDAR] }),
    ...(rule.each === null ? {} : { by: rule.each, order: "-cost", limit: String(2 * MAX_SUBJECTS) }),
  });
  const { start, end } = answer.query.period;
  const period: AlertPeriod = isRolling
    ? dayOf(ledger, rule)
    : { key: `${rule.period} ${start}`, startMs: Date.parse(start), endMs: Date.parse(end), form: "calendar" };
  const rows: Row[] =
    rule.each === null ? [{ ...answer.totals } as Row] : answer.rows.filter((row) => row["other"] !== true);
  const above = rows
    .map((row): Reading => ({
      value: rule.each === null ? null : (row[rule.each] as string | null),
      costUsd: Number(row["cost"] ?? 0),
      calls: Number(row["calls"]),
      unpricedCalls: Number(row["unpricedCalls"]),
    }))
    .filter((reading) => reading.costUsd >= rule.amountUsd);
  const known = new Set(open.map((alert) => alert.subject));
  const told = above.filter((reading, index) => index < MAX_SUBJECTS || known.has(subjectOf(rule, reading.value)));
  return {
    findings: told.map((reading) => findingOf(rule, period, reading, askedRange(answer))),
    note:
      above.length > told.length
        ? `${above.length} are above the amount; the ${told.length} largest are told of`
        : null,
  };
};

interface Reading {
  value: string | null;
  costUsd: number;
  calls: number;
  unpricedCalls: number;
}

function subjectOf(rule: RuleOf<"cost">, value: string | null): string {
  return rule.each === null ? "" : `${rule.each}:${value ?? ""}`;
}

function findingOf(
  rule: RuleOf<"cost">,
  period: AlertPeriod,
  reading: Reading,
  range: { startMs: number; endMs: number },
): Finding {
  const { value, costUsd, calls, unpricedCalls } = reading;
  const when = IN_WORDS[rule.period];
  const who =
    rule.each === null
      ? "Calls have"
      : value === null
        ? `Calls without ${rule.each} have`
        : `${rule.each} ${value} has`;
  const filters = rule.each === null ? rule.filters : [...rule.filters, `${rule.each}:${escaped(value)}`];
  return {
    subject: subjectOf(rule, value),
    period,
    level: severityAtAmount(rule.severity, costUsd, rule.amountUsd),
    against: String(rule.amountUsd),
    users: usersIn(filters),
    texts: {
      title: `${capital(who)} cost ${dollars(costUsd)} ${when}`,
      summary: `That is at or above ${dollars(rule.amountUsd)}, the amount of the rule "${rule.name}".`,
      facts: [
        { label: `Cost ${when}`, value: dollars(costUsd) },
        { label: "Amount", value: dollars(rule.amountUsd) },
        { label: "Calls", value: calls.toLocaleString("en-US") },
        ...(unpricedCalls > 0
          ? [{ label: "Not in it", value: countText(unpricedCalls, "call without a price", "calls without a price") }]
          : []),
        ...filters.map((text) => ({ label: "Only", value: text })),
      ].slice(0, 8),
      link: linkTo(filters, range),
    },
  };
}

function escaped(value: string | null): string {
  return (value ?? "").replaceAll("*", "\\*");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
