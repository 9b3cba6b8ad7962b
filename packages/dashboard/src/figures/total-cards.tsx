import { METRICS } from "@outlay/core";
import type { Metric } from "@outlay/core";
import {
  UNKNOWN,
  count,
  counted,
  duration,
  exactCount,
  exactMoney,
  headlineMoney,
  money,
  percent,
} from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Numbers, TotalsAnswer } from "../api/answers.ts";
import { budgetsNowQuestion } from "../api/limits.ts";
import type { LimitReport } from "../api/limits.ts";
import { projectionQuestion, totalsQuestion } from "../api/questions.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import { withFilters } from "../filters/search.ts";
import type { View } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { change, changeText } from "../format/change.ts";
import { metricFormat } from "../format/metric.ts";
import { dayRange, monthName } from "../format/time.ts";
import { StatCard, StatNote } from "../ui/stat-card.tsx";

/** The five numbers: cost, calls, tokens, latency, coverage; of the page's view, or `within` a narrower one. */
export function TotalCards({ within }: { within?: View }) {
  const shared = usePageSearch().view;
  const view = within ?? shared;
  const { data, isWaiting } = useKeptQuery(totalsQuestion(view));
  const totals = data?.totals ?? null;
  return (
    <section
      aria-label="Totals"
      aria-busy={isWaiting}
      className={`grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-6 xl:grid-cols-5 ${isWaiting && data !== undefined ? "opacity-60" : ""}`}
    >
      <CostCard answer={data} view={view} />
      <StatCard
        hasMany
        title="Calls"
        value={totals && count(totals.calls ?? null)}
        exact={exactCount(totals?.calls ?? null)}
        className="md:col-span-3 xl:col-span-1"
      >
        {totals && <Against answer={data} metric="calls" />}
        {totals && <StatNote>{failures(totals)}</StatNote>}
      </StatCard>
      <StatCard
        hasMany
        title="Tokens"
        value={totals && count(totals.tokens ?? null)}
        exact={exactCount(totals?.tokens ?? null)}
        className="md:col-span-2 xl:col-span-1"
      >
        {totals && <Against answer={data} metric="tokens" />}
        {totals && <StatNote>{count(totals.tokensPerCall ?? null)} per call</StatNote>}
        {totals && <CacheNote totals={totals} />}
      </StatCard>
      <StatCard
        hasMany
        title="Latency"
        value={totals && duration(totals.avgDurationMs ?? null)}
        unit={totals?.avgDurationMs == null ? undefined : "average"}
        exact={
          totals?.avgDurationMs == null ? "no call said how long it took" : `${exactCount(totals.avgDurationMs)} ms`
        }
        className="md:col-span-2 xl:col-span-1"
      >
        {totals && <Against answer={data} metric="avgDurationMs" />}
        {totals && (
          <StatNote title="95 of 100 calls were faster; from a sketch, within 2 %">
            {duration(totals.p95DurationMs ?? null)} 95th percentile
          </StatNote>
        )}
        {totals && <StatNote>{percent(totals.successRate ?? null)} of the calls succeeded</StatNote>}
      </StatCard>
      <CoverageCard answer={data} />
    </section>
  );
}

function CostCard({ answer, view }: { answer: TotalsAnswer | undefined; view: View }) {
  const totals = answer?.totals;
  return (
    <StatCard
      title="Cost"
      value={totals && headlineMoney(totals.cost ?? null)}
      exact={exactMoney(totals?.cost ?? null)}
      className="col-span-2 md:col-span-3 xl:col-span-1"
    >
      {totals && <Against answer={answer} metric="cost" />}
      {totals && <MonthEnd view={view} />}
    </StatCard>
  );
}

/** This month, whatever period is shown: so far, at its end if it goes on like this, and the budget of everything. */
function MonthEnd({ view }: { view: View }) {
  const { data } = useQuery(projectionQuestion(view));
  const { data: budgets } = useQuery(budgetsNowQuestion);
  const whole = view.filters.length === 0 ? budgets?.budgets.find(isOfEverything) : undefined;
  if (data === undefined || data.projectedMonthEnd === null) return null;
  const month = monthName(Date.parse(data.month.start) + DAY_MS, view.timeZone ?? "UTC");
  return (
    <>
      <StatNote title={`${exactMoney(data.spent)} spent so far in ${month}`}>
        {month} heading for <span className="font-medium text-ink">{money(data.projectedMonthEnd)}</span>
      </StatNote>
      {whole === undefined ? null : <AgainstBudget report={whole} />}
    </>
  );
}

/** The budget's own numbers: it counts charges too, and its month is that of its own zone. */
function AgainstBudget({ report }: { report: LimitReport }) {
  const endUsd = report.projection?.endUsd ?? null;
  const { amountUsd } = report.limit;
  if (endUsd === null) return null;
  return (
    <StatNote title={`${report.limit.name}: heading for ${exactMoney(endUsd)} of ${exactMoney(amountUsd)}`}>
      with charges{" "}
      <span className={`font-medium ${endUsd > amountUsd ? "text-high" : "text-ink"}`}>
        {percent(endUsd / amountUsd)}
      </span>{" "}
      of its budget
    </StatNote>
  );
}

/** A budget for all calls of a calendar month: what the month's end is held against. */
function isOfEverything({ limit }: LimitReport): boolean {
  const { enabled, filters, each, period } = limit;
  return enabled && filters.length === 0 && each === null && period.unit === "month" && !period.rolling;
}

const DAY_MS = 86_400_000;

/** How a number stands against the period before. More is neither good nor bad: no colour. */
export function Against({ answer, metric }: { answer: TotalsAnswer | undefined; metric: Metric }) {
  const before = answer?.comparison;
  if (answer === undefined || before === undefined) return null;
  const now = answer.totals[metric];
  const then = before.totals[metric] ?? null;
  const value = change(now, then);
  const range = dayRange(Date.parse(before.period.start), Date.parse(before.period.end), answer.query.period.timeZone);
  const isMoved = value.kind === "up" || value.kind === "down";
  const format = metricFormat(metric);
  const isRatio = METRICS[metric].unit === "ratio";
  return (
    <StatNote title={`Against ${range}: ${format.exact(then)}`}>
      <span className="font-medium text-ink">
        {isMoved ? <span aria-hidden="true">{value.kind === "up" ? "↑ " : "↓ "}</span> : null}
        {isRatio && isMoved ? points(value.difference) : changeText(value)}
      </span>
      {isMoved && !isRatio
        ? ` · ${format.short(Math.abs(value.difference))} ${value.kind === "up" ? "more" : "less"}`
        : null}
    </StatNote>
  );
}

/** The difference of two shares: 0.0312 → `+3.1 points`. */
function points(difference: number): string {
  const size = Math.abs(difference) * 100;
  return `${difference < 0 ? "−" : "+"}${size < 0.1 ? "<0.1" : size.toFixed(1)} points`;
}

function failures(totals: Numbers): string {
  const errors = totals.errors ?? null;
  if (errors === null) return UNKNOWN;
  return errors === 0 ? "none failed" : `${count(errors)} failed`;
}

function CacheNote({ totals }: { totals: Numbers }) {
  const { cacheReadTokens, inputTokens, cacheSavings } = totals;
  if (cacheReadTokens == null || inputTokens == null || inputTokens === 0) return null;
  if (cacheReadTokens === 0) return <StatNote>no input came from a cache</StatNote>;
  return (
    <StatNote
      title={`${exactCount(cacheReadTokens)} of ${exactCount(inputTokens)} input tokens; ${exactMoney(cacheSavings ?? null)} saved`}
    >
      {percent(cacheReadTokens / inputTokens)} cached
      {cacheSavings == null ? "" : `, saved ${money(cacheSavings)}`}
    </StatNote>
  );
}

/** How much of the usage has a price: a cost is only as complete as this. */
function CoverageCard({ answer }: { answer: TotalsAnswer | undefined }) {
  const { view, change: changeSearch } = usePageSearch();
  const totals = answer?.totals ?? null;
  const calls = totals?.calls ?? null;
  const unpriced = totals?.unpricedCalls ?? null;
  const share = pricedShare(totals);
  const shareBefore = pricedShare(answer?.comparison?.totals ?? null);
  const difference = share === null || shareBefore === null ? null : share - shareBefore;
  const estimated = totals?.estimatedCalls ?? 0;
  return (
    <StatCard
      hasMany
      title="Coverage"
      value={totals && percent(share)}
      unit={share === null ? undefined : "priced"}
      exact={`${exactCount(unpriced)} of ${exactCount(calls)} calls have no price`}
      className="md:col-span-2 xl:col-span-1"
    >
      {difference === null ? null : (
        <StatNote title={`The period before: ${percent(shareBefore)}`}>
          <span className="font-medium text-ink">{difference === 0 ? "no change" : points(difference)}</span>
        </StatNote>
      )}
      {unpriced !== null && unpriced > 0 ? (
        <StatNote title={`${exactCount(totals?.unpricedTokens ?? null)} tokens are not in the cost`}>
          <UnpricedButton
            onClick={() =>
              changeSearch((search) => withFilters(search, [...new Set([...view.filters, "basis:unpriced"])]))
            }
          >
            {counted(unpriced, "call")}
          </UnpricedButton>
          {totals?.unpricedTokens ? ` (${count(totals.unpricedTokens)} tokens)` : ""} not in the cost
        </StatNote>
      ) : null}
      {unpriced === 0 ? <StatNote>every call has a price</StatNote> : null}
      {estimated > 0 ? <StatNote>{counted(estimated, "call")} with estimated tokens</StatNote> : null}
    </StatCard>
  );
}

function pricedShare(totals: Numbers | null): number | null {
  const { calls, unpricedCalls } = totals ?? {};
  return calls == null || calls === 0 || unpricedCalls == null ? null : (calls - unpricedCalls) / calls;
}

function UnpricedButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      title="Show only these"
      onClick={onClick}
      className="font-medium text-ink underline decoration-control underline-offset-4"
    >
      {children}
    </button>
  );
}
