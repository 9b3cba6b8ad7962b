import { Link } from "@tanstack/react-router";
import { totalsQuestion } from "../api/questions.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import { NotApplied } from "../filters/not-applied.tsx";
import { periodInWords } from "../filters/periods.ts";
import { validateSearch, withFilters, withPeriod } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { DataPage } from "../routes/frame/data-page.tsx";
import { TotalCards } from "../figures/total-cards.tsx";
import { ChartCard } from "../figures/chart-card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { otherButton, smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import { EntityCalls } from "./entity-calls.tsx";
import type { EntityKind } from "./entity-kind.ts";
import { EntityLimits } from "./entity-limits.tsx";
import { EntitySessions } from "./entity-sessions.tsx";
import { narrowedTo } from "./entity-view.ts";
import { SplitCard } from "./split-card.tsx";

/** One user, agent or work item: its totals, over time, split, its sessions, limits and calls. */
export function EntityDetail({ kind, value }: { kind: EntityKind; value: string }) {
  const { view: shared } = usePageSearch();
  const { view, ignored } = narrowedTo(shared, kind.dimension, [value]);
  return (
    <DataPage
      title={kind.nameOf(value)}
      intro={<BackLink kind={kind} />}
      actions={
        <>
          {kind.dimension === "user" ? (
            <Link
              to="/limits"
              search={(before) => ({ ...validateSearch(before), user: value })}
              className={smallButton}
            >
              <Icon name="shield" />
              Limits
            </Link>
          ) : null}
          <Link
            to="/calls"
            search={(before) => withFilters(validateSearch(before), view.filters)}
            className={smallButton}
          >
            <Icon name="list" />
            Calls
          </Link>
        </>
      }
    >
      <NotApplied filters={ignored} why={`This page is about one ${kind.one}.`} />
      <Contents kind={kind} value={value} />
    </DataPage>
  );
}

function BackLink({ kind }: { kind: EntityKind }) {
  return (
    <Link
      to="."
      search={({ of: _of, ...before }: Record<string, unknown>) => before}
      className="inline-flex min-h-6 items-center gap-1 text-muted underline-offset-4 hover:text-ink hover:underline"
    >
      <Icon name="left" className="size-3.5" />
      All {kind.many}
    </Link>
  );
}

function Contents({ kind, value }: { kind: EntityKind; value: string }) {
  const { view: shared, change } = usePageSearch();
  const { view } = narrowedTo(shared, kind.dimension, [value]);
  const totals = useKeptQuery(totalsQuestion(view));
  const calls = totals.data?.totals.calls ?? null;
  if (totals.data?.totals.calls === 0 && !totals.isStale) {
    const period = periodInWords("name" in view.range ? view.range.name : undefined);
    const isFiltered = view.filters.length > 1;
    return (
      <section aria-label="No calls" className="rounded-xl border border-dashed border-control">
        <EmptyState
          title={`No calls of ${kind.nameOf(value)} in ${period}${isFiltered ? " under these filters" : ""}`}
          action={
            <>
              {isFiltered ? (
                <button
                  type="button"
                  className={otherButton}
                  onClick={() => change((search) => withFilters(search, []))}
                >
                  Clear the filters
                </button>
              ) : null}
              <button
                type="button"
                className={otherButton}
                onClick={() => change((search) => withPeriod(search, "all"))}
              >
                Show all time
              </button>
            </>
          }
        />
      </section>
    );
  }
  return (
    <>
      <TotalCards within={view} />
      <ChartCard within={view} />
      <div className="grid gap-4 lg:grid-cols-2">
        {kind.splits.map((dimension) => (
          <SplitCard
            key={dimension}
            dimension={dimension}
            within={view}
            calls={calls}
            isKept={kind.keptSplits.includes(dimension) && view.filters.length === 1}
          />
        ))}
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        {kind.sessionsBy === null ? (
          <SplitCard dimension="session" within={view} calls={calls} isKept={false} />
        ) : (
          <EntitySessions kind={kind} value={value} />
        )}
        <EntityLimits kind={kind} value={value} />
      </div>
      <EntityCalls view={view} />
    </>
  );
}
