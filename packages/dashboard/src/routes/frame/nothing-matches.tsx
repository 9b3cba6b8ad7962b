import { callTime, counted } from "@outlay/react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { callCountQuestion, metaQuestion } from "../../api/questions.ts";
import { FilterWords } from "../../filters/filter-chips.tsx";
import { periodInWords } from "../../filters/periods.ts";
import { withFilters, withPeriod } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { useNow } from "../../ui/use-now.ts";

/** The view holds no call: which filter, or that the period, leaves everything out, and the step that mends it. */
export function NothingMatches() {
  const { view, change } = usePageSearch();
  const meta = useQuery(metaQuestion).data;
  const nowMs = useNow();
  // Leaving out one filter at a time tells which of them excludes everything.
  const without = useQueries({
    queries: view.filters.map((text) =>
      callCountQuestion({ ...view, filters: view.filters.filter((other) => other !== text) }),
    ),
  });
  const culprits = view.filters.flatMap((text, index) => {
    const calls = without[index]?.data?.totals.calls ?? 0;
    return calls > 0 ? [{ text, calls }] : [];
  });
  const isAsking = without.some((query) => query.isPending);
  const period = periodInWords("name" in view.range ? view.range.name : undefined);
  const lastMs = meta?.lastEventAt ? Date.parse(meta.lastEventAt) : null;
  return (
    <section
      aria-labelledby="nothing"
      className="rounded-xl border border-dashed border-control px-5 py-14 text-center"
    >
      <h2 id="nothing" className="text-lg font-semibold tracking-[-0.01em]">
        {view.filters.length > 0 ? "Nothing matches these filters" : `No calls in ${period}`}
      </h2>
      <output className="mx-auto mt-3 flex max-w-xl flex-col items-center gap-3 text-muted">
        {culprits.map(({ text, calls }) => (
          <button
            key={text}
            type="button"
            onClick={() =>
              change((search) =>
                withFilters(
                  search,
                  view.filters.filter((other) => other !== text),
                ),
              )
            }
            className={choice}
          >
            <span className="truncate">
              Remove <FilterWords text={text} />
            </span>
            <span className="whitespace-nowrap text-muted">shows {counted(calls, "call")}</span>
          </button>
        ))}
        {view.filters.length > 0 && culprits.length === 0 && !isAsking ? (
          <>
            <p>No single filter is the reason: without any one of them there is still nothing in {period}.</p>
            <button type="button" onClick={() => change((search) => withFilters(search, []))} className={choice}>
              Clear all filters
            </button>
          </>
        ) : null}
        {view.filters.length === 0 || (culprits.length === 0 && !isAsking) ? (
          <>
            {lastMs === null ? null : (
              <p>The last call was recorded for {callTime(lastMs, nowMs, view.timeZone ?? meta?.timeZone ?? "UTC")}.</p>
            )}
            <button type="button" onClick={() => change((search) => withPeriod(search, "all"))} className={choice}>
              Show all time
            </button>
          </>
        ) : null}
      </output>
    </section>
  );
}

const choice =
  "inline-flex min-h-10 max-w-full items-center gap-3 rounded-lg border border-line bg-surface px-4 text-ink hover:border-control";
