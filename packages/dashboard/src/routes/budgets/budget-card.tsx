import { money } from "@outlay/react";
import type { LimitReport } from "../../api/limits.ts";
import { AccountBars } from "../../limits/account-bars.tsx";
import { StandingBar } from "../../limits/standing-bar.tsx";
import { StandingFacts } from "../../limits/standing-facts.tsx";
import { countedInWords, eachName, periodInWords } from "../../limits/words.ts";

const ACCOUNTS_SHOWN = 3;

/** One budget: what it is for, how far it is used up, until when it lasts. */
export function BudgetCard({
  report,
  timeZone,
  onOpen,
}: {
  report: LimitReport;
  timeZone: string;
  onOpen: (value?: string) => void;
}) {
  const { limit, standing, values } = report;
  const heading = `budget-${limit.id}`;
  return (
    <section
      aria-labelledby={heading}
      className="flex min-w-0 flex-col gap-3 rounded-xl border border-line bg-surface px-4 pt-3 pb-4 sm:px-5"
    >
      <header className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id={heading} className="min-w-0 text-[0.9375rem] font-semibold tracking-[-0.01em]">
          <button
            type="button"
            onClick={() => onOpen()}
            className="inline-flex min-h-7 max-w-full items-center text-left underline-offset-4 hover:underline decoration-control"
          >
            {limit.name}
          </button>
          {limit.enabled ? null : <span className="ml-2 text-xs font-normal text-muted">switched off</span>}
        </h2>
        <p className="min-w-0 text-[0.8125rem] text-muted">
          {countedInWords(limit.filters)}, {periodInWords(limit.period)}
        </p>
      </header>
      {standing === null ? null : (
        <>
          <StandingBar report={report} standing={standing} />
          <StandingFacts report={report} timeZone={timeZone} />
        </>
      )}
      {limit.each === null ? null : (
        <>
          <p className="text-[0.8125rem] text-muted">
            {money(limit.amountUsd)} for each {eachName(limit.each)}
            {values.length === 0 ? "; nothing is spent yet" : ""}
          </p>
          <AccountBars
            states={values.slice(0, ACCOUNTS_SHOWN).map(({ state }) => state)}
            thresholdsPercent={limit.thresholdsPercent}
            onSelect={onOpen}
          />
          {values.length > ACCOUNTS_SHOWN ? (
            <button
              type="button"
              onClick={() => onOpen()}
              className="self-start text-[0.8125rem] text-accent underline underline-offset-4"
            >
              All {values.length}
            </button>
          ) : null}
        </>
      )}
    </section>
  );
}
