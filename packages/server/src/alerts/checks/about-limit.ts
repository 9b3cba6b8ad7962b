import { usdNumber } from "@outlay/core";
import { NO_END_MS, periodAt } from "../../limits/limit-period.ts";
import type { Limit, LimitState } from "../../limits/limit.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Filter } from "../../storage/storage.ts";
import { dollars, percentText, timeText } from "../amount-text.ts";
import type { AlertPeriod, Finding, LimitReading } from "../finding.ts";
import { severityAtPercent } from "../severity.ts";
import type { Sight } from "./check.ts";
import { dayOf } from "./episode.ts";

/** The enabled limits that a rule names; null: all of them. */
export function chosenLimits(ids: string[] | null, limits: Sight["limits"]): Limit[] {
  return limits.list().filter((limit) => limit.enabled && (ids === null || ids.includes(limit.id)));
}

export function subjectOf(limit: Limit, state: Pick<LimitState, "value">): string {
  return state.value === null ? limit.id : `${limit.id}:${state.value}`;
}

/** Within which a limit's thresholds are told of once: the period that the instant lies in. */
export function limitPeriod(ledger: Ledger, limit: Limit, atMs: number): AlertPeriod {
  const { startMs, endMs } = periodAt(limit, atMs, ledger.timeZone);
  if (limit.period.unit === "session") return { key: "once", startMs: null, endMs: null, form: "news" };
  if (endMs === NO_END_MS) return { key: "for good", startMs: null, endMs: null, form: "calendar" };
  const { unit, rolling } = limit.period;
  if (!rolling) return { key: `${unit} ${new Date(startMs).toISOString()}`, startMs, endMs, form: "calendar" };
  const today = dayOf(ledger, limit.period);
  return { ...today, key: `rolling ${today.key}` };
}

/** What is to be said of a limit that has got so far. */
export function aboutLimit(
  ledger: Ledger,
  limit: Limit,
  state: LimitState,
  { percent, reached, period }: { percent: number; reached: number | null; period: AlertPeriod },
): Finding {
  const kind = limit.kind === "budget" ? "Budget" : "Limit";
  const reading = readingOf(limit, state, percent, period);
  return {
    subject: subjectOf(limit, state),
    period,
    level: reached === null ? "hold" : severityAtPercent(reached),
    against: String(state.amountNanoUsd),
    users: usersOf(limit, state.value),
    limit: reading,
    texts: {
      title: `${limitName(limit, state)} is at ${percentText(Math.floor(percent))}`,
      summary: `${dollars(reading.spentUsd)} of ${dollars(reading.amountUsd)} are spent. ${whatFollows(limit, percent)}`,
      facts: [
        { label: "Spent", value: dollars(reading.spentUsd) },
        { label: kind, value: dollars(reading.amountUsd) },
        { label: "Used", value: percentText(Math.floor(percent)) },
        { label: "For", value: state.scope },
        ...(period.endMs === null || period.form !== "calendar"
          ? []
          : [{ label: "Begins anew", value: timeText(period.endMs, limit.period.timeZone ?? ledger.timeZone) }]),
      ],
      link: linkToLimit(limit, state),
    },
  };
}

/** "Budget Shop", "Limit A day (alice)". */
export function limitName({ kind, name }: Limit, { value }: Pick<LimitState, "value">): string {
  return `${kind === "budget" ? "Budget" : "Limit"} ${name}${value === null ? "" : ` (${value})`}`;
}

/** Its page, with the account that it is about. */
export function linkToLimit({ kind, id }: Limit, { value }: Pick<LimitState, "value">): string {
  const query = new URLSearchParams({ [kind]: id, ...(value === null ? {} : { value }) });
  return `/${kind}s?${query}`;
}

export function readingOf(limit: Limit, state: LimitState, percent: number, period: AlertPeriod): LimitReading {
  return {
    limitId: limit.id,
    name: limit.name,
    value: state.value,
    amountUsd: usdNumber(state.amountNanoUsd),
    spentUsd: usdNumber(state.spentNanoUsd),
    percent: Math.round(percent * 100) / 100,
    periodStart: period.startMs === null ? null : new Date(period.startMs).toISOString(),
  };
}

/** Only these users' spending counts; null: others' too. */
export function usersOf(limit: Limit, value: string | null): string[] | null {
  if (limit.each === "user" && value !== null) return [value];
  const users = limit.filters.find((filter: Filter) => filter.dimension === "user" && !filter.exclude);
  if (users === undefined || users.patterns.length > 0) return null;
  const named = users.values.filter((it) => it !== null);
  return named.length === users.values.length ? named : null;
}

function whatFollows({ enforcement, kind }: Limit, percent: number): string {
  if (enforcement === null) return percent >= 100 ? "It is used up; calls go on." : "Calls go on when it is used up.";
  if (enforcement.atLimit === "warn") return "Calls go on, with a warning.";
  return percent >= 100 ? "Calls that it counts are refused." : `When the ${kind} is used up, calls are refused.`;
}
