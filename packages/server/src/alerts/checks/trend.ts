import { dollars, percentText } from "../amount-text.ts";
import type { AlertPeriod } from "../finding.ts";
import { askAbout, askedRange, linkTo, usersIn } from "../rule-question.ts";
import type { Check } from "./check.ts";
import { dayOf } from "./episode.ts";

const PERIODS = { day: "today", week: "week", month: "month", "7d": "7d", "30d": "30d" } as const;
const IN_WORDS = {
  day: "Today",
  week: "This week",
  month: "This month",
  "7d": "The last 7 days",
  "30d": "The last 30 days",
};
/** An alert ends only when the increase is clearly smaller again. */
const HOLD_SHARE = 0.8;

/** Does a period cost more than the same part of the one before, by a percentage? */
export const checkTrend: Check<"trend"> = async (rule, { ledger }) => {
  const asked = { metrics: "cost,calls", period: PERIODS[rule.period], compare: "previous" };
  const answer = await askAbout(ledger, rule, asked);
  const { totals, comparison, query } = answer;
  const nowUsd = totals.cost ?? 0;
  const beforeUsd = comparison?.totals.cost ?? 0;
  if (beforeUsd === 0) return { findings: [], note: "there is nothing before to compare with" };
  const percent = ((nowUsd - beforeUsd) / beforeUsd) * 100;
  if (percent < rule.percent * HOLD_SHARE || nowUsd < rule.minimumUsd) return { findings: [], note: null };
  const { start, end } = query.period;
  const isCalendar = rule.period !== "7d" && rule.period !== "30d";
  const period: AlertPeriod = isCalendar
    ? { key: `${rule.period} ${start}`, startMs: Date.parse(start), endMs: Date.parse(end), form: "calendar" }
    : dayOf(ledger, rule);
  const words = IN_WORDS[rule.period];
  return {
    findings: [
      {
        subject: "",
        period,
        level: percent >= rule.percent ? rule.severity : "hold",
        against: String(rule.percent),
        users: usersIn(rule.filters),
        texts: {
          title: `${words} cost ${percentText(percent)} more than before`,
          summary: `${dollars(nowUsd)} against ${dollars(beforeUsd)} in the same part of the period before. The rule "${rule.name}" tells of ${percentText(rule.percent)} or more.`,
          facts: [
            { label: words, value: dollars(nowUsd) },
            { label: "Same part before", value: dollars(beforeUsd) },
            { label: "More", value: percentText(percent) },
            { label: "Calls", value: `${totals.calls ?? 0}, before ${comparison?.totals.calls ?? 0}` },
          ],
          link: linkTo(rule.filters, askedRange(answer)),
        },
      },
    ],
    note: null,
  };
};
