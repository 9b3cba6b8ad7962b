import { FilterButton } from "../../filters/filter-button.tsx";
import { count, counted, exactCount, exactMoney, money, percent } from "@outlay/react";
import { Link } from "@tanstack/react-router";
import type { BreakdownAnswer, BreakdownRow } from "../../api/answers.ts";
import { RANKING_METRICS, rankingQuestion } from "../../api/entities.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { orderIn } from "../../entities/use-entity-state.ts";
import type { RankingOrder } from "../../entities/use-entity-state.ts";
import { UNATTRIBUTED } from "../../filters/filter.ts";
import { validateSearch } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { costCell } from "../../format/cost-cell.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { orderText, useAnalyticsState } from "./analytics-state.ts";
import { CsvLink } from "./csv-link.tsx";

const ROWS = 10;
/** Of which table the order is, in the address. */
const KEYS = { user: "users", model: "models" } as const;

/** The ten first users or models in the chosen order: the dearest, unless `mostUsedFirst`. */
export function Ranking({ of, mostUsedFirst = false }: { of: "user" | "model"; mostUsedFirst?: boolean }) {
  const { view } = usePageSearch();
  const { state, change } = useAnalyticsState();
  const key = KEYS[of];
  const usual: RankingOrder = { metric: mostUsedFirst ? "calls" : "cost", descending: true };
  const asked = state[key];
  const order = asked === undefined ? usual : orderIn(asked);
  const { data, isWaiting } = useKeptQuery(rankingQuestion({ view, dimension: of, order, limit: ROWS }));
  const groups = data?.meta.groups ?? 0;
  return (
    <Card
      id={`ranking-${of}`}
      title={of === "user" ? "Cost per user" : mostUsedFirst ? "Most used models" : "Models"}
      waiting={isWaiting}
      actions={
        <CsvLink
          view={view}
          by={of}
          metrics="cost,calls,tokens,errors,errorRate,costPerCall,unpricedCalls"
          order={`${order.descending ? "-" : ""}${order.metric}`}
          of={of === "user" ? "cost per user" : "models"}
        />
      }
    >
      {data === undefined ? (
        <div className="h-[26rem]" />
      ) : (
        <DataTable
          caption={of === "user" ? "Cost per user" : "Models"}
          columns={columnsOf(of, data)}
          rows={data.rows}
          rowKey={(row) => (row.other === true ? "other" : JSON.stringify(row[of] ?? null))}
          order={{ key: order.metric, descending: order.descending }}
          onOrder={({ key: metricKey, descending }) => {
            const metric = RANKING_METRICS.find((known) => known === metricKey);
            if (metric === undefined) return;
            const text = orderText({ metric, descending });
            change(({ [key]: _order, ...rest }) => (text === orderText(usual) ? rest : { ...rest, [key]: text }));
          }}
        />
      )}
      {of === "user" && groups > ROWS ? (
        <Link
          to="/users"
          search={validateSearch}
          className="mx-4 mb-4 inline-flex min-h-6 items-center text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline sm:mx-5"
        >
          View all {exactCount(groups)}
        </Link>
      ) : null}
    </Card>
  );
}

function columnsOf(of: "user" | "model", answer: BreakdownAnswer): Column<BreakdownRow>[] {
  const more = (answer.meta.groups ?? 0) - answer.rows.filter((row) => row.other !== true).length;
  return [
    {
      key: "name",
      label: of === "user" ? "User" : "Model",
      width: "w-full sm:w-[34%]",
      cell: (row) => <Name of={of} row={row} more={more} />,
    },
    {
      key: "cost",
      label: "Cost",
      align: "right",
      sortable: true,
      title: (row) => costCell(row).title,
      cell: (row) => <span className="font-medium">{costCell(row).text}</span>,
    },
    {
      key: "share",
      label: "Share",
      align: "right",
      from: "sm",
      cell: (row) => <span className="text-muted">{percent(row.share ?? null)}</span>,
    },
    {
      key: "calls",
      label: "Calls",
      align: "right",
      sortable: true,
      from: "sm",
      title: (row) => exactCount(row.calls ?? null),
      cell: (row) => count(row.calls ?? null),
    },
    {
      key: "tokens",
      label: "Tokens",
      align: "right",
      sortable: true,
      from: "md",
      title: (row) => exactCount(row.tokens ?? null),
      cell: (row) => count(row.tokens ?? null),
    },
    {
      key: "costPerCall",
      label: "Per call",
      align: "right",
      sortable: true,
      from: "sm",
      title: (row) => exactMoney(row.costPerCall ?? null),
      cell: (row) => money(row.costPerCall ?? null),
    },
  ];
}

/** A user leads to their page, a model filters this one. */
function Name({ of, row, more }: { of: "user" | "model"; row: BreakdownRow; more: number }) {
  const value = row[of];
  if (row.other === true) return <span className="text-muted">Other{more > 0 ? ` (${count(more)} more)` : ""}</span>;
  if (typeof value !== "string") return <span className="text-muted">{UNATTRIBUTED}</span>;
  const phone = (
    <span className="block truncate text-[0.8125rem] leading-5 font-normal text-muted sm:hidden">
      {counted(row.calls ?? 0, "call")}
    </span>
  );
  if (of === "user") {
    return (
      <Link
        to="/users"
        search={(before) => ({ ...validateSearch(before), of: value })}
        title={value}
        className={nameShape}
      >
        {value}
        {phone}
      </Link>
    );
  }
  return (
    <FilterButton dimension={of} value={value}>
      {phone}
    </FilterButton>
  );
}

const nameShape =
  "block min-h-6 truncate leading-6 font-medium decoration-control underline-offset-4 group-hover:underline";
