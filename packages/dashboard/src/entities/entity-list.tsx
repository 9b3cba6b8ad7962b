import { METRICS } from "@outlay/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import {
  MAX_CALLS_READ_UNASKED,
  MAX_MATCHES,
  RANKING_METRICS,
  matchingValuesQuestion,
  rankingQuestion,
  rankingSessionsQuestion,
} from "../api/entities.ts";
import type { Ranking } from "../api/entities.ts";
import { serverUrl } from "../api/server-url.ts";
import { viewParams } from "../api/params.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import { NotApplied } from "../filters/not-applied.tsx";
import { usePageSearch } from "../filters/use-search.ts";
import { DataPage } from "../routes/frame/data-page.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { otherButton, smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Select } from "../ui/select.tsx";
import type { EntityKind } from "./entity-kind.ts";
import { EntityTable } from "./entity-table.tsx";
import { EntityTotals } from "./entity-totals.tsx";
import { narrowedTo } from "./entity-view.ts";
import { SearchField } from "../ui/search-field.tsx";
import { MAX_ROWS, orderIn, rowsIn, sortText, useEntityState } from "./use-entity-state.ts";

/** The ranking of all values of a dimension. */
export function EntityList(props: { kind: EntityKind; intro?: ReactNode; choices?: ReactNode; emptyList: ReactNode }) {
  const { kind, intro, choices, emptyList } = props;
  return (
    <DataPage title={kind.title} intro={intro} actions={choices} hasComparison={false}>
      <Listed kind={kind} emptyList={emptyList} />
    </DataPage>
  );
}

function Listed({ kind, emptyList }: { kind: EntityKind; emptyList: ReactNode }) {
  const { view: shared } = usePageSearch();
  const { state, change } = useEntityState();
  const { dimension } = kind;
  const find = state.find?.trim() ?? "";
  const matches = useQuery({
    ...matchingValuesQuestion(dimension, find),
    placeholderData: keepPreviousData,
    enabled: find !== "",
  });
  const found = find === "" ? null : (matches.data?.values ?? null);
  const narrowed = found === null ? null : narrowedTo(shared, dimension, found);
  const ranking: Ranking = {
    view: narrowed?.view ?? shared,
    dimension,
    order: orderIn(state.sort),
    limit: rowsIn(state.rows),
  };
  const isFruitless = found?.length === 0;
  const list = useKeptQuery({ ...rankingQuestion(ranking), enabled: (find === "" || found !== null) && !isFruitless });
  const calls = list.data?.totals.calls ?? null;
  const sessions = useQuery({
    ...rankingSessionsQuestion(ranking),
    enabled: !isFruitless && !list.isStale && calls !== null && calls <= MAX_CALLS_READ_UNASKED,
  });
  const groups = list.data?.meta.groups ?? 0;
  const isUnused = find === "" && list.data?.rows.every((row) => typeof row[dimension] !== "string") === true;
  if (isUnused && !list.isStale) return emptyList;
  return (
    <>
      <EntityTotals kind={kind} />
      <Card
        id="ranking"
        title={`All ${kind.many}`}
        waiting={list.isWaiting || matches.isPlaceholderData}
        actions={
          <div className="flex w-full min-w-0 flex-wrap items-center gap-2 sm:w-auto">
            <SearchField
              label={`Find ${kind.many}`}
              asked={state.find ?? ""}
              onFind={(text) =>
                change(({ find: _find, rows: _rows, ...rest }) => (text === "" ? rest : { ...rest, find: text }), {
                  replace: true,
                })
              }
            />
            <OrderSelect />
            <a
              href={csvHref(ranking)}
              download
              className={smallButton}
              title="These rows and all others, up to 10,000, as CSV"
            >
              <Icon name="download" />
              CSV
            </a>
          </div>
        }
      >
        <div className="flex flex-col gap-2 px-4 pt-2 sm:px-5">
          <NotApplied
            filters={narrowed?.ignored ?? []}
            why={`While ${kind.many} are searched by name, filters on them rest.`}
          />
          {found !== null && found.length >= MAX_MATCHES ? (
            <p className="text-[0.8125rem] text-muted">
              Many match: these are among the {MAX_MATCHES} used last. A longer text finds the others.
            </p>
          ) : null}
          {list.error === null ? null : <ProblemNote error={list.error} />}
        </div>
        {isFruitless || (find !== "" && calls === 0) ? (
          <EmptyState
            title={isFruitless ? `No ${kind.one} contains “${find}”` : `None that contains “${find}” has calls here`}
            action={
              <button type="button" className={otherButton} onClick={() => change(({ find: _find, ...rest }) => rest)}>
                Show all {kind.many}
              </button>
            }
          />
        ) : list.data === undefined ? (
          <div className={list.error === null ? "h-[40rem]" : "h-4"} />
        ) : (
          <>
            <EntityTable
              kind={kind}
              ranking={ranking}
              answer={list.data}
              sessions={sessions.data}
              isCounting={sessions.isLoading}
            />
            {groups > ranking.limit && ranking.limit < MAX_ROWS ? (
              <div className="px-3 pb-3 sm:px-4">
                <button
                  type="button"
                  onClick={() =>
                    change((before) => ({ ...before, rows: String(Math.min(MAX_ROWS, ranking.limit * 2)) }))
                  }
                  className="h-9 w-full rounded-lg text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
                >
                  Show more {kind.many}
                </button>
              </div>
            ) : null}
          </>
        )}
      </Card>
    </>
  );
}

/** Where the columns have no room, and so no heads to sort by. */
function OrderSelect() {
  const { state, change } = useEntityState();
  return (
    <Select
      label="Sort by"
      className="grow sm:grow-0 lg:hidden"
      options={RANKING_METRICS.map((metric) => ({ value: metric, label: METRICS[metric].label }))}
      value={orderIn(state.sort).metric}
      onChange={(metric) => {
        const sort = sortText({ metric, descending: true });
        change(({ sort: _sort, ...rest }) => (sort === undefined ? rest : { ...rest, sort }));
      }}
    />
  );
}

function csvHref({ view, dimension, order }: Ranking): string {
  const params = viewParams(view);
  params.set("by", dimension);
  params.set("metrics", "cost,calls,tokens,errors,errorRate,costPerCall,unpricedCalls");
  params.set("order", `${order.descending ? "-" : ""}${order.metric}`);
  params.set("limit", "10000");
  params.set("format", "csv");
  return serverUrl(`/api/v1/export?${params.toString()}`);
}
