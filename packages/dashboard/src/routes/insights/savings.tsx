import { count, counted, exactCount, exactMoney, headlineMoney, money, percent } from "@outlay/react";
import { Link } from "@tanstack/react-router";
import { savingsQuestion } from "../../api/insights.ts";
import type { Recommendation, Savings as Answer } from "../../api/insights.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { validateSearch, withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { Card } from "../../ui/card.tsx";
import { Awaited } from "./awaited.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { StatCard, StatNote } from "../../ui/stat-card.tsx";
import { useInsightsState } from "./insights-state.ts";
import { SAVING_NAMES } from "./saving-names.ts";

const SHOWN = 8;

/** What could have been saved on the calls of the period, what caching has saved, and what could not be told. */
export function Savings() {
  const { view } = usePageSearch();
  const { state, change } = useInsightsState();
  const { data, error, isWaiting } = useKeptQuery(savingsQuestion(view));
  const found = data?.recommendations ?? [];
  const shown = state.all === "on" ? found : found.slice(0, SHOWN);
  return (
    <>
      {error === null ? null : <ProblemNote error={error} />}
      <Saved answer={data} />
      <Card id="savings" title="What would have cost less" waiting={isWaiting && data !== undefined}>
        <div className="px-4 pt-1 pb-4 sm:px-5">
          {data === undefined ? (
            <Awaited error={error} />
          ) : found.length === 0 ? (
            <EmptyState title="Nothing to recommend">
              No cheaper model for simple tasks, no prompts to cache, no wasted calls and no subscription without use
              were found in this period.
            </EmptyState>
          ) : (
            <>
              <p className="text-[0.8125rem] text-muted">
                Largest first. They overlap: the same call may have failed, be cacheable and fit a smaller model. So
                what they save does not add up.
              </p>
              <ul className="mt-1">
                {shown.map((one) => (
                  <Advice key={`${one.kind}:${one.title}:${one.filter.join()}`} advice={one} />
                ))}
              </ul>
              {shown.length < found.length ? (
                <button
                  type="button"
                  onClick={() => change((before) => ({ ...before, all: "on" }))}
                  className="mt-3 h-9 w-full rounded-lg text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
                >
                  Show {found.length - shown.length} more
                </button>
              ) : null}
            </>
          )}
        </div>
      </Card>
      {data === undefined || data.meta.leftOut.length === 0 ? null : (
        <Card id="left-out" title="What could not be told">
          <ul className="flex flex-col gap-1.5 px-4 pt-1 pb-4 sm:px-5">
            {data.meta.leftOut.map(({ kind, why }) => (
              <li key={`${kind}:${why}`} className="text-muted">
                <span className="font-medium text-ink">{SAVING_NAMES[kind]}:</span> {why}.
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

/** What the calls cost, what is saved already, and how closely they were looked at. */
function Saved({ answer }: { answer: Answer | undefined }) {
  const { sample } = answer?.meta ?? {};
  return (
    <section aria-label="Saved already" className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <StatCard title="Cost" value={answer && headlineMoney(answer.cost)} exact={exactMoney(answer?.cost ?? null)}>
        {answer && <StatNote title={exactCount(answer.calls)}>of {counted(answer.calls, "call")}</StatNote>}
        {answer && answer.unpricedCalls > 0 ? (
          <StatNote title={exactCount(answer.unpricedCalls)}>{count(answer.unpricedCalls)} without a price</StatNote>
        ) : null}
      </StatCard>
      <StatCard
        title="Saved by cached tokens"
        value={answer && headlineMoney(answer.cacheSavings)}
        exact={exactMoney(answer?.cacheSavings ?? null)}
      >
        <StatNote>already, at the provider’s price for cached input</StatNote>
      </StatCard>
      <StatCard
        title="Avoided by your own cache"
        value={answer && headlineMoney(answer.avoidedCost)}
        exact={exactMoney(answer?.avoidedCost ?? null)}
      >
        <StatNote>already, by answers that needed no model</StatNote>
      </StatCard>
      <StatCard
        title="Looked at one by one"
        value={sample && count(sample.calls)}
        unit={sample && (sample.calls >= sample.of ? "calls" : `of ${count(sample.of)} calls`)}
        exact={`${exactCount(sample?.calls ?? null)} of ${exactCount(sample?.of ?? null)} calls`}
      >
        {sample && (
          <StatNote>
            {sample.calls >= sample.of ? "all of them" : "the rest is known from sums; what follows is an estimate"}
          </StatNote>
        )}
      </StatCard>
    </section>
  );
}

function Advice({ advice }: { advice: Recommendation }) {
  const { kind, title, sentence, savedUsd, ofCostUsd, calls, filter, basis, assumptions } = advice;
  const share = ofCostUsd > 0 ? savedUsd / ofCostUsd : null;
  return (
    <li className="grid gap-x-6 gap-y-2 border-b border-line py-4 last:border-0 last:pb-0 md:grid-cols-[minmax(0,1fr)_11rem]">
      <div className="min-w-0">
        {title.startsWith(SAVING_NAMES[kind]) ? null : <p className="text-xs text-muted">{SAVING_NAMES[kind]}</p>}
        <h3 className="font-semibold wrap-anywhere">{title}</h3>
        <p className="mt-1 max-w-[75ch] text-muted">{sentence}</p>
        <details className="mt-2 text-[0.8125rem] text-muted">
          <summary className="inline-flex min-h-6 items-center underline decoration-control underline-offset-4 hover:text-ink">
            What this assumes
          </summary>
          <ul className="mt-1.5 flex max-w-[75ch] list-disc flex-col gap-1 pl-4">
            {assumptions.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </details>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 md:flex-col md:items-end md:gap-y-1">
        <p className="text-lg font-semibold tabular-nums" title={exactMoney(savedUsd)}>
          {money(savedUsd)} <span className="text-[0.8125rem] font-normal text-muted">less</span>
        </p>
        <p
          className="text-[0.8125rem] text-muted"
          title={
            basis === "exact"
              ? `Spent for nothing: ${exactMoney(ofCostUsd)}`
              : `Of ${exactMoney(ofCostUsd)}, if the assumptions hold`
          }
        >
          {basis === "exact" ? "exact" : "estimate"}
          {share === null || share >= 1 ? "" : `, ${percent(share)} of ${money(ofCostUsd)}`}
        </p>
        {calls === 0 || filter.length === 0 ? null : (
          <Link
            to="/calls"
            search={(before) => withFilters(validateSearch(before), filter)}
            className={`${smallButton} md:mt-1`}
            aria-label={`Show ${counted(calls, "call")}: ${title}`}
          >
            <Icon name="list" />
            {counted(calls, "call")}
          </Link>
        )}
      </div>
    </li>
  );
}
