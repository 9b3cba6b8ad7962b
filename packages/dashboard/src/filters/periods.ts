import type { PeriodName } from "@outlay/core";

/** The periods that the page offers, declared once: the menu, the keyboard and the list of keys read this. */
export const PERIODS = [
  { name: "today", label: "Today", inWords: "today", key: "d" },
  { name: "week", label: "Week", inWords: "this week", key: "w" },
  { name: "month", label: "Month", inWords: "this month", key: "m" },
  { name: "7d", label: "7 days", inWords: "the last 7 days", key: "7" },
  { name: "30d", label: "30 days", inWords: "the last 30 days", key: "3" },
  { name: "90d", label: "90 days", inWords: "the last 90 days", key: "9" },
  { name: "all", label: "All", inWords: "all time", key: "a" },
] as const satisfies readonly { name: PeriodName; label: string; inWords: string; key: string }[];

export const DEFAULT_PERIOD: PeriodName = "30d";

/** `this month`, `yesterday`; for a custom range: `the chosen days`. */
export function periodInWords(name: PeriodName | undefined): string {
  if (name === undefined) return "the chosen days";
  return PERIODS.find((period) => period.name === name)?.inWords ?? OTHER_PERIODS[name] ?? name;
}

/** Known to the API and valid in the address, but without a button of their own. */
const OTHER_PERIODS: Partial<Record<PeriodName, string>> = {
  yesterday: "yesterday",
  quarter: "this quarter",
  year: "this year",
};
