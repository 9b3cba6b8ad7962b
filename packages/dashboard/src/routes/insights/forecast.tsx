import { UNKNOWN, exactMoney, headlineMoney, money } from "@outlay/react";
import { forecastQuestion, monthQuestion, trendsQuestion, velocityQuestion } from "../../api/insights.ts";
import type { MonthProjection } from "../../api/insights.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { change, changeText } from "../../format/change.ts";
import { monthName } from "../../format/time.ts";
import { StatCard, StatNote } from "../../ui/stat-card.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { BudgetsLast } from "./budgets-last.tsx";
import { MonthChart } from "./month-chart.tsx";

/** This month and the next, at the present pace, and whether it is getting more. */
export function Forecast() {
  const { view } = usePageSearch();
  const month = useKeptQuery(monthQuestion(view));
  const forecast = useKeptQuery(forecastQuestion(view));
  const problem = month.error ?? forecast.error;
  return (
    <>
      <p className="text-[0.8125rem] text-muted">
        What calls cost this month, the next and lately, under the filters above, whatever the period. Other charges are
        not in it.
      </p>
      {problem === null ? null : <ProblemNote error={problem} />}
      <section aria-label="Forecast" className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-3">
        <MonthCards month={month.data} />
        <NextMonth />
        <TrendCards />
        <Pace />
      </section>
      <MonthChart />
      <BudgetsLast />
    </>
  );
}

function MonthCards({ month }: { month: MonthProjection | undefined }) {
  const name = month && monthName(Date.parse(month.month.start) + DAY_MS, month.month.timeZone);
  const last = month && monthName(Date.parse(month.month.start) - DAY_MS, month.month.timeZone);
  const end = month?.projectedMonthEnd ?? null;
  return (
    <>
      <StatCard
        title={name === undefined ? "This month so far" : `${name} so far`}
        value={month && headlineMoney(month.spent)}
        exact={exactMoney(month?.spent ?? null)}
      >
        {month && (
          <StatNote title={exactMoney(month.dailyAverage)}>
            <span className="font-medium text-ink">{money(month.dailyAverage)}</span> a day
          </StatNote>
        )}
        {month && (
          <StatNote title={exactMoney(month.lastMonth)}>
            {money(month.lastMonth)} in {last}
          </StatNote>
        )}
      </StatCard>
      <StatCard
        title={name === undefined ? "At the month’s end" : `At the end of ${name}`}
        value={month && (end === null ? UNKNOWN : headlineMoney(end))}
        exact={end === null ? (month?.method ?? "") : exactMoney(end)}
      >
        {month && end !== null ? (
          <StatNote title={`${exactMoney(month.lastMonth)} in ${last}`}>
            <span className="font-medium text-ink">{changeText(change(end, month.lastMonth))}</span> against {last}
          </StatNote>
        ) : null}
        {month && (
          <StatNote title={month.method}>
            {month.remainingDays === 0
              ? "today is its last day"
              : `${month.remainingDays} ${month.remainingDays === 1 ? "day" : "days"} to go`}
          </StatNote>
        )}
      </StatCard>
    </>
  );
}

/** The next calendar month, with the error that the method has had in the past. */
function NextMonth() {
  const { view } = usePageSearch();
  const { data } = useKeptQuery(forecastQuestion(view));
  const expected = data?.expected ?? null;
  return (
    <StatCard
      title={
        data === undefined
          ? "Next month"
          : `Expected in ${monthName(Date.parse(data.month.start) + DAY_MS, data.month.timeZone)}`
      }
      value={data && (expected === null ? UNKNOWN : headlineMoney(expected))}
      exact={data === undefined ? "" : expected === null ? data.method : exactMoney(expected)}
    >
      {data === undefined ? null : expected === null ? (
        <StatNote>{data.method}</StatNote>
      ) : data.low === null || data.high === null || data.errorPercent === null ? (
        <StatNote title={data.method}>the error is not known yet</StatNote>
      ) : (
        <>
          <StatNote title={`${exactMoney(data.low)} to ${exactMoney(data.high)}`}>
            <span className="font-medium text-ink">
              {money(data.low)} – {money(data.high)}
            </span>
          </StatNote>
          <StatNote title={data.method}>was off by {Math.round(data.errorPercent)}% on average</StatNote>
        </>
      )}
    </StatCard>
  );
}

function TrendCards() {
  const { view } = usePageSearch();
  const { data } = useKeptQuery(trendsQuestion(view));
  const week = data?.last7Days.cost ?? null;
  const weekBefore = data?.previous7Days.cost ?? null;
  const { thisMonth, lastMonthSamePart } = data?.monthOverMonth ?? {};
  return (
    <>
      <StatCard title="Last 7 days" value={data && headlineMoney(week)} exact={exactMoney(week)}>
        {data && <Moved now={week} before={weekBefore} than="the 7 days before" />}
      </StatCard>
      <StatCard
        title="Month over month"
        value={data && changeText(change(thisMonth?.cost, lastMonthSamePart?.cost))}
        exact={`${exactMoney(thisMonth?.cost ?? null)} after ${exactMoney(lastMonthSamePart?.cost ?? null)}`}
      >
        {data && (
          <StatNote>
            <span className="font-medium text-ink">{money(thisMonth?.cost ?? null)}</span> this month
          </StatNote>
        )}
        {data && <StatNote>{money(lastMonthSamePart?.cost ?? null)} in the same part of the last</StatNote>}
      </StatCard>
    </>
  );
}

/** How fast money goes out, from the last 24 hours. */
function Pace() {
  const { view } = usePageSearch();
  const { data } = useKeptQuery(velocityQuestion(view));
  return (
    <StatCard
      title="Last 24 hours"
      value={data && headlineMoney(data.last24Hours)}
      exact={exactMoney(data?.last24Hours ?? null)}
    >
      {data && <Moved now={data.last24Hours} before={data.previous24Hours} than="the 24 hours before" />}
      {data && (
        <StatNote title={`${exactMoney(data.perHour)} an hour; ${exactMoney(data.perMonth)} in 30 days`}>
          {money(data.perHour)} an hour, {money(data.perMonth)} in 30 days
        </StatNote>
      )}
    </StatCard>
  );
}

/** More is neither good nor bad: an arrow, no colour. */
function Moved({ now, before, than }: { now: number | null; before: number | null; than: string }) {
  const value = change(now, before);
  const arrow = value.kind === "up" ? "↑ " : value.kind === "down" ? "↓ " : "";
  return (
    <StatNote title={`${exactMoney(before)} in ${than}`}>
      <span className="font-medium text-ink">
        <span aria-hidden="true">{arrow}</span>
        {changeText(value)}
      </span>{" "}
      against {than} ({money(before)})
    </StatNote>
  );
}

const DAY_MS = 86_400_000;
