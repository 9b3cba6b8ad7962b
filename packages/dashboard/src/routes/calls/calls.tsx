import { count, counted, exactCount } from "@outlay/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import type { Numbers } from "../../api/answers.ts";
import { callsEdition, callsPageQuestion } from "../../api/calls.ts";
import type { CallsEdition } from "../../api/calls.ts";
import { metaQuestion, totalsQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { textIn, usePageState } from "../../filters/use-page-state.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { costCell } from "../../format/cost-cell.ts";
import { Card } from "../../ui/card.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { DataPage } from "../frame/data-page.tsx";
import { CallList } from "./call-list.tsx";
import { CALL_COLUMNS, DEFAULT_COLUMNS } from "./columns.tsx";
import { ColumnsSheet } from "./columns-sheet.tsx";
import { ExportSheet } from "./export-sheet.tsx";
import { QuickFilters } from "./quick-filters.tsx";
import { useArrivals } from "./use-arrivals.ts";

/** Every call of the period under the filters, one by one. */
export function Calls() {
  const { view } = usePageSearch();
  const { state, change } = usePageState(readColumns);
  const columns = useMemo(() => columnsOf(state.cols), [state.cols]);
  const [panel, setPanel] = useState<"columns" | "export" | null>(null);
  const totals = useKeptQuery(totalsQuestion(view));
  return (
    <DataPage
      title="Calls"
      hasComparison={false}
      actions={
        <>
          <div className="hidden sm:block">
            <button type="button" onClick={() => setPanel("columns")} className={smallButton}>
              <Icon name="list" />
              Columns
            </button>
          </div>
          <button type="button" onClick={() => setPanel("export")} className={smallButton}>
            <Icon name="download" />
            Export
          </button>
        </>
      }
    >
      <CallsCard totals={totals.data?.totals} areTotalsStale={totals.isWaiting} columns={columns} />
      {panel === "columns" ? (
        <ColumnsSheet
          chosen={columns}
          onChange={(next) => change(() => stateOf(next), { replace: true })}
          onClose={() => setPanel(null)}
        />
      ) : null}
      {panel === "export" ? (
        <ExportSheet view={view} calls={totals.data?.totals.calls ?? null} onClose={() => setPanel(null)} />
      ) : null}
    </DataPage>
  );
}

function CallsCard({
  totals,
  areTotalsStale,
  columns,
}: {
  totals: Numbers | undefined;
  areTotalsStale: boolean;
  columns: readonly string[];
}) {
  const { view } = usePageSearch();
  const queries = useQueryClient();
  const serverZone = useQuery(metaQuestion).data?.timeZone;
  const [number, setNumber] = useState(() => performance.now());
  const asked = callsEdition(view, number);
  const { data, error, isFetching } = useQuery(callsPageQuestion(asked, null));
  // The list before stays until the first page of another one is there.
  const [shown, setShown] = useState<CallsEdition | null>(null);
  if (data !== undefined && (shown === null || keyOf(shown) !== keyOf(asked))) setShown(asked);
  const arrivals = useArrivals(view, asked);
  const top = useRef<HTMLDivElement>(null);
  const showArrivals = async () => {
    const next = performance.now();
    await queries.prefetchQuery(callsPageQuestion(callsEdition(view, next), null));
    setNumber(next);
    const above = top.current?.getBoundingClientRect().top ?? 0;
    if (above < 0) window.scrollBy({ top: above });
  };
  return (
    <Card
      id="calls"
      title={<Sum totals={totals} />}
      waiting={(data === undefined && isFetching && shown !== null) || areTotalsStale}
      actions={<QuickFilters totals={totals} />}
    >
      <div ref={top} className="px-2 pt-1 pb-2 sm:px-3">
        <output className="sticky top-11 z-20 flex h-0 justify-center lg:top-20 lg:-translate-y-9.5">
          {arrivals.calls > 0 || arrivals.isMore ? (
            <button
              type="button"
              onClick={() => void showArrivals()}
              className="inline-flex h-8 items-center gap-1.5 rounded-full bg-strong pr-3.5 pl-2.5 text-[0.8125rem] font-medium text-on-strong shadow-lg"
            >
              <Icon name="up" className="size-3.5" />
              {arrivals.isMore ? "New calls" : counted(arrivals.calls, "new call")}
            </button>
          ) : null}
        </output>
        {error === null ? null : <ProblemNote error={error} />}
        {shown === null ? (
          <div className="h-[40rem]" />
        ) : (
          <CallList
            key={keyOf(shown)}
            edition={shown}
            columns={columns}
            timeZone={view.timeZone ?? serverZone ?? "UTC"}
            total={totals?.calls ?? null}
          />
        )}
      </div>
    </Card>
  );
}

/** How many calls match, and what they cost together. */
function Sum({ totals }: { totals: Numbers | undefined }) {
  if (totals === undefined) return "Calls";
  const { calls = null, tokens = null } = totals;
  const cost = costCell(totals);
  return (
    <>
      {calls === 1 ? "1 call" : `${exactCount(calls)} calls`}
      <span className="ml-2.5 font-normal text-muted">
        <span title={cost.title}>{cost.text}</span>
        <span title={exactCount(tokens)} className="ml-2.5">
          {count(tokens)} tokens
        </span>
      </span>
    </>
  );
}

const keyOf = ({ edition, params }: CallsEdition) => `${edition} ${params}`;

/** `cols=time,model,cost`: what the list shows, when that is not the usual. */
function readColumns(raw: Record<string, unknown>): { cols?: string } {
  const text = textIn(raw, "cols");
  return text === undefined ? {} : stateOf(text.split(","));
}

function stateOf(columns: readonly string[]): { cols?: string } {
  const text = inOrder(columns).join(",");
  return text === inOrder(DEFAULT_COLUMNS).join(",") || text === "" ? {} : { cols: text };
}

function columnsOf(cols: string | undefined): readonly string[] {
  return cols === undefined ? DEFAULT_COLUMNS : cols.split(",");
}

function inOrder(columns: readonly string[]): string[] {
  return CALL_COLUMNS.map(({ key }) => key).filter((key) => columns.includes(key));
}
