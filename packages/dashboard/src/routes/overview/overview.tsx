import { localDate } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ReactNode } from "react";
import type { TotalsAnswer } from "../../api/answers.ts";
import { metaQuestion, totalsQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { FilterBar } from "../../filters/filter-bar.tsx";
import type { ShownRange } from "../../filters/filter-bar.tsx";
import { usePanels } from "../../filters/use-panels.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { BreakdownCard } from "./breakdown-card.tsx";
import { Cards } from "./cards.tsx";
import { ChartCard } from "./chart-card.tsx";
import { FirstRun } from "./first-run.tsx";
import { NothingMatches } from "./nothing-matches.tsx";
import { RecentCalls } from "./recent-calls.tsx";
import { ServerTrouble } from "./server-trouble.tsx";

/** Where the money goes: cards, one chart, two rankings, the last calls. */
export function Overview() {
  const { view } = usePageSearch();
  const meta = useQuery(metaQuestion);
  const totals = useKeptQuery(totalsQuestion(view));
  const shown = shownRange(totals.data);
  useShownDays(shown);

  const trouble = totals.error ?? meta.error;
  const isFirstRun = meta.data?.events === 0;
  const isEmpty = totals.data?.totals.calls === 0 && !totals.isStale;
  return (
    <Page busy={totals.isWaiting}>
      {trouble === null ? null : <ServerTrouble error={trouble} shownAtMs={totals.answeredAtMs} />}
      {isFirstRun ? (
        <FirstRun />
      ) : (
        <>
          <FilterBar shown={shown} />
          {isEmpty ? (
            <NothingMatches />
          ) : (
            <>
              <Cards />
              <ChartCard />
              <div className="grid gap-4 lg:grid-cols-2">
                <BreakdownCard dimension="model" />
                <BreakdownCard dimension="agent" />
              </div>
              <RecentCalls />
            </>
          )}
        </>
      )}
    </Page>
  );
}

function Page({ busy, children }: { busy: boolean; children: ReactNode }) {
  return (
    <main
      id="main"
      tabIndex={-1}
      className="mx-auto flex w-full max-w-[84rem] flex-col gap-4 px-4 pt-1 pb-12 outline-none sm:px-6"
    >
      {busy ? <div aria-hidden="true" className="progress fixed inset-x-0 top-0 z-20 h-0.5" /> : null}
      <h1 className="sr-only">Overview</h1>
      {children}
    </main>
  );
}

function shownRange(answer: TotalsAnswer | undefined): ShownRange | null {
  if (answer === undefined) return null;
  const { period } = answer.query;
  const before = answer.comparison?.period;
  return { ...inMs(period), timeZone: period.timeZone, before: before === undefined ? null : inMs(before) };
}

const inMs = (range: { start: string; end: string }) => ({
  startMs: Date.parse(range.start),
  endMs: Date.parse(range.end),
});

/** Tells the keys and the choice of days what is shown now. */
function useShownDays(shown: ShownRange | null): void {
  const { setShownDays } = usePanels();
  const firstDate = shown === null ? null : localDate(shown.startMs, shown.timeZone);
  const endDate = shown === null ? null : localDate(shown.endMs - 1 + DAY_MS, shown.timeZone);
  useEffect(() => {
    setShownDays(firstDate === null || endDate === null ? null : { firstDate, endDate });
  }, [setShownDays, firstDate, endDate]);
}

const DAY_MS = 86_400_000;
