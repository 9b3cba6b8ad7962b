import { FilterButton } from "../../filters/filter-button.tsx";
import { UNKNOWN, count, exactCount, exactMoney, headlineMoney, money } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { marginQuestion } from "../../api/insights.ts";
import type { Margin as Answer, MarginRow } from "../../api/insights.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { dimensionLabel, parseFilter } from "../../filters/filter.ts";
import { NotApplied } from "../../filters/not-applied.tsx";
import { usePageSearch } from "../../filters/use-search.ts";
import { Card } from "../../ui/card.tsx";
import { Awaited } from "./awaited.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Select } from "../../ui/select.tsx";
import { StatCard, StatNote } from "../../ui/stat-card.tsx";
import { OWNERS, isOwner, useInsightsState } from "./insights-state.ts";
import { MARGIN_ORDERS, marginOrderIn, marginOrderText, sortMargins } from "./margin-order.ts";
import { signedPercent } from "./signed-percent.ts";

/** Revenue against costs, owner by owner, and what many more users would cost. */
export function Margin() {
  const { view } = usePageSearch();
  const { state, change } = useInsightsState();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const owner = state.owner ?? "customer";
  const held = { ...view, filters: view.filters.filter(isHeld) };
  const { data, error, isWaiting } = useKeptQuery(marginQuestion(held, owner));
  const choices = [...new Set([...OWNERS, ...tagKeys.map((key) => `tag:${key}`), owner])];
  return (
    <>
      <NotApplied
        filters={view.filters.filter((text) => !isHeld(text))}
        why="Revenue and other charges belong to customers, users, teams, projects and tags only."
      />
      {error === null ? null : <ProblemNote error={error} />}
      <MarginCards answer={data} />
      {data !== undefined && data.totals.revenue === 0 ? (
        <p role="note" className="rounded-lg bg-raised px-3 py-2 text-[0.8125rem] text-muted">
          No revenue is recorded for these days, so every margin is a cost. Revenue is a charge of the kind{" "}
          <code className="font-mono text-ink">revenue</code>, sent to{" "}
          <code className="font-mono wrap-anywhere text-ink">POST /api/v1/charges</code>.
        </p>
      ) : null}
      <Card
        id="margins"
        title={`Margin by ${dimensionLabel(owner).toLowerCase()}`}
        waiting={isWaiting && data !== undefined}
        actions={
          <Select
            label="Margin by"
            options={choices.map((value) => ({ value, label: `by ${dimensionLabel(value).toLowerCase()}` }))}
            value={owner}
            onChange={(next) =>
              change(({ owner: _owner, ...rest }) => (next === "customer" ? rest : { ...rest, owner: next }))
            }
          />
        }
      >
        {data === undefined ? <Awaited error={error} /> : <Margins answer={data} />}
      </Card>
      {data === undefined ? null : <ManyUsers answer={data} />}
    </>
  );
}

const isHeld = (text: string) => isOwner(parseFilter(text)?.dimension ?? "");

function MarginCards({ answer }: { answer: Answer | undefined }) {
  const totals = answer?.totals;
  return (
    <section aria-label="Totals" className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <StatCard
        title="Revenue"
        value={totals && headlineMoney(totals.revenue)}
        exact={exactMoney(totals?.revenue ?? null)}
      >
        <StatNote>charges of the kind revenue</StatNote>
      </StatCard>
      <StatCard title="Cost" value={totals && headlineMoney(totals.cost)} exact={exactMoney(totals?.cost ?? null)}>
        {totals && (
          <StatNote title={`Calls ${exactMoney(totals.usageCost)}; other charges ${exactMoney(totals.chargeCost)}`}>
            {money(totals.usageCost)} calls, {money(totals.chargeCost)} charges
          </StatNote>
        )}
        {totals && totals.unpricedCalls > 0 ? (
          <StatNote>{count(totals.unpricedCalls)} calls without a price missing</StatNote>
        ) : null}
      </StatCard>
      <StatCard
        title="Margin"
        value={totals && headlineMoney(totals.margin)}
        exact={exactMoney(totals?.margin ?? null)}
      >
        {totals && (
          <StatNote>
            {totals.marginRatio === null ? (
              "no share without revenue"
            ) : (
              <>
                <span className="font-medium text-ink">{signedPercent(totals.marginRatio)}</span> of the revenue
              </>
            )}
          </StatNote>
        )}
        {totals?.margin != null && totals.margin < 0 ? (
          <p>
            <Losing />
          </p>
        ) : null}
      </StatCard>
      <StatCard
        title="Cost per user"
        value={answer && money(answer.perUser.costPerUser)}
        unit={answer?.perUser.costPerUser == null ? undefined : "in 30 days"}
        exact={exactMoney(answer?.perUser.costPerUser ?? null)}
      >
        {answer && <StatNote title={exactCount(answer.perUser.users)}>{count(answer.perUser.users)} users</StatNote>}
      </StatCard>
    </section>
  );
}

function Margins({ answer }: { answer: Answer }) {
  const { state, change } = useInsightsState();
  const order = marginOrderIn(state.sort);
  const more = (answer.meta.groups ?? 0) - answer.rows.filter((row) => row.other !== true).length;
  return (
    <>
      {answer.meta.usersNotCounted === null ? null : (
        <p role="note" className="px-4 text-[0.8125rem] text-muted sm:px-5">
          {answer.meta.usersNotCounted}
        </p>
      )}
      <DataTable
        caption={`Margin by ${dimensionLabel(answer.by).toLowerCase()}`}
        columns={columnsOf(answer.by, more)}
        rows={sortMargins(answer.rows, order)}
        rowKey={(row) => (row.other === true ? "other" : JSON.stringify(row.key))}
        order={order}
        onOrder={(next) => {
          const key = MARGIN_ORDERS.find((known) => known === next.key);
          if (key === undefined) return;
          const sort = marginOrderText({ key, descending: next.descending });
          change(({ sort: _sort, ...rest }) => (sort === undefined ? rest : { ...rest, sort }));
        }}
      />
    </>
  );
}

function columnsOf(by: string, more: number): Column<MarginRow>[] {
  return [
    {
      key: "name",
      label: dimensionLabel(by),
      width: "w-full sm:w-[24%]",
      cell: (row) => <Name by={by} row={row} more={more} />,
    },
    { ...usd("revenue", "Revenue"), from: "sm" },
    { ...usd("usageCost", "Calls"), from: "md" },
    { ...usd("chargeCost", "Charges"), from: "md" },
    { ...usd("cost", "Cost"), from: "sm" },
    {
      ...usd("margin", "Margin"),
      cell: ({ key, margin }) => (
        <span className="inline-flex items-center gap-2 align-middle">
          {key !== null && margin !== null && margin < 0 ? <Losing short /> : null}
          <span className="font-medium">{margin === null ? "unpriced" : money(margin)}</span>
        </span>
      ),
    },
    {
      key: "marginRatio",
      label: "Of revenue",
      align: "right",
      sortable: true,
      from: "sm",
      cell: ({ marginRatio }) => signedPercent(marginRatio),
    },
    {
      key: "users",
      label: "Users",
      align: "right",
      sortable: true,
      from: "lg",
      title: ({ users }) => exactCount(users),
      cell: ({ users }) => count(users),
    },
  ];
}

function usd(key: (typeof MARGIN_ORDERS)[number], label: string): Column<MarginRow> {
  return {
    key,
    label,
    align: "right",
    sortable: true,
    title: (row) => exactMoney(row[key]),
    cell: (row) => (row[key] === null ? "unpriced" : money(row[key])),
  };
}

function Name({ by, row, more }: { by: string; row: MarginRow; more: number }) {
  if (row.other === true) return <span className="text-muted">Other{more > 0 ? ` (${count(more)} more)` : ""}</span>;
  return (
    <FilterButton dimension={by} value={row.key}>
      {row.marginRatio === null ? null : (
        <span className="block truncate text-[0.8125rem] leading-5 font-normal text-muted sm:hidden">
          {signedPercent(row.marginRatio)} of {money(row.revenue)}
        </span>
      )}
    </FilterButton>
  );
}

/** Said in a word and drawn: never by colour alone. */
function Losing({ short = false }: { short?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1 rounded-md bg-high-back px-1.5 py-0.5 text-xs font-medium text-high">
      <Icon name="warning" className="size-3" />
      {short ? "loses" : "costs more than it brings"}
    </span>
  );
}

/** What a month would cost with many more such users. */
function ManyUsers({ answer: { perUser } }: { answer: Answer }) {
  return (
    <Card id="many-users" title="With more users">
      <div className="flex flex-col gap-4 px-4 pt-1 pb-4 sm:px-5">
        <dl className="grid gap-3 sm:grid-cols-3 sm:gap-4">
          {perUser.projected.map(({ users, cost }) => (
            <div
              key={users}
              className="flex items-baseline justify-between gap-3 rounded-lg bg-raised px-3 py-2.5 sm:flex-col sm:gap-0.5"
            >
              <dt className="text-[0.8125rem] text-muted">{users.toLocaleString("en")} users, per month</dt>
              <dd className="text-lg font-semibold tabular-nums" title={exactMoney(cost)}>
                {cost === null ? UNKNOWN : headlineMoney(cost)}
              </dd>
            </div>
          ))}
        </dl>
        <p className="max-w-[90ch] text-[0.8125rem] text-muted">{perUser.sentence}</p>
      </div>
    </Card>
  );
}
