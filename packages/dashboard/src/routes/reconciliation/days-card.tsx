import { exactMoney, headlineMoney } from "@outlay/react";
import type { ReconciledProvider, ReconciledRow } from "../../api/reconciliation.ts";
import { dateInWords } from "../../format/time.ts";
import { signedMoney } from "../../format/signed-money.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Select } from "../../ui/select.tsx";
import type { ReconciliationState } from "./reconciliation-state.ts";
import { isUnknown, knownDifference, needsLook, orderOf, orderRows, rowName, whyInShort } from "./rows.ts";

/** The days and models of one provider, those that differ most first. */
export function DaysCard({
  of: shown,
  providers,
  state,
  onChange,
}: {
  of: ReconciledProvider;
  providers: readonly ReconciledProvider[];
  state: ReconciliationState;
  onChange: (next: (before: ReconciliationState) => ReconciliationState) => void;
}) {
  const only = state.only ?? "all";
  const order = orderOf(state.order);
  const rows = orderRows(only === "look" ? shown.rows.filter(needsLook) : shown.rows, order);
  const first = state.rows === "all" ? rows : rows.slice(0, ROWS_AT_FIRST);
  return (
    <Card
      id="days"
      title={`Days and models of ${shown.provider}`}
      actions={
        <div className="flex flex-wrap items-center gap-2">
          {providers.length < 2 ? null : (
            <Select
              label="Provider"
              options={providers.map(({ provider }) => ({ value: provider, label: provider }))}
              value={shown.provider}
              onChange={(provider) => onChange(({ rows: _rows, ...before }) => ({ ...before, provider }))}
            />
          )}
          <Segmented
            label="Which days"
            options={[
              { value: "all", label: "All" },
              { value: "look", label: "To look into" },
            ]}
            value={only}
            onChange={(next) =>
              onChange(({ only: _only, rows: _rows, ...before }) =>
                next === "look" ? { ...before, only: next } : before,
              )
            }
          />
        </div>
      }
    >
      {rows.length === 0 ? (
        <EmptyState title={only === "look" ? "Nothing to look into" : "No day of these has anything"}>
          {only === "look"
            ? "What differs is as it should be."
            : "Nothing was recorded, and the provider has reported nothing."}
        </EmptyState>
      ) : (
        <DataTable
          caption={`Days and models of ${shown.provider}: recorded, reported and billed`}
          columns={COLUMNS}
          rows={first}
          rowKey={rowName}
          order={order}
          onOrder={({ key, descending }) => onChange((before) => ({ ...before, order: descending ? `-${key}` : key }))}
          onOpen={(row) => onChange((before) => ({ ...before, provider: shown.provider, row: rowName(row) }))}
          openLabel={(row) => `${dateInWords(row.day, "short")}, ${row.model ?? "no model"}`}
          isOpen={(row) => rowName(row) === state.row}
        />
      )}
      {rows.length > first.length ? (
        <div className="px-2 pb-3 sm:px-3">
          <MoreButton
            label={`Show all ${rows.length}`}
            isLoading={false}
            onClick={() => onChange((before) => ({ ...before, rows: "all" }))}
          />
        </div>
      ) : null}
      {shown.rows.length < MOST_ROWS ? null : (
        <p className="px-4 pb-4 text-[0.8125rem] text-muted sm:px-5">
          The {MOST_ROWS} that differ most; fewer days show the others. The figures above count all.
        </p>
      )}
    </Card>
  );
}

const ROWS_AT_FIRST = 20;
/** So many the server tells at most. */
const MOST_ROWS = 500;

function amount(
  key: string,
  label: string,
  valueOf: (row: ReconciledRow) => number | null,
  from?: "sm" | "md",
): Column<ReconciledRow> {
  return {
    key,
    label,
    align: "right",
    sortable: true,
    ...(from === undefined ? {} : { from }),
    cell: (row) => headlineMoney(valueOf(row)),
    title: (row) => titleOf(valueOf(row)),
  };
}

const titleOf = (usd: number | null) => (usd === null ? "Not known" : exactMoney(usd));

const COLUMNS: readonly Column<ReconciledRow>[] = [
  { key: "day", label: "Day", sortable: true, cell: ({ day }) => dateInWords(day, "short"), title: ({ day }) => day },
  {
    key: "model",
    label: "Model",
    sortable: true,
    width: "w-[40%] sm:w-[26%] lg:w-[22%]",
    cell: ({ model }) => model ?? <span className="text-muted">no model</span>,
    title: ({ model }) => model ?? "What names no model",
  },
  amount("recorded", "Recorded", ({ recordedUsd }) => recordedUsd, "sm"),
  amount("reported", "Reported", ({ reportedUsd }) => reportedUsd, "md"),
  amount("billed", "Billed", ({ billedUsd }) => billedUsd, "sm"),
  {
    key: "difference",
    label: "Difference",
    align: "right",
    sortable: true,
    cell: (row) => (
      <span className={needsLook(row) && !isUnknown(row) ? "font-medium text-middle" : ""}>
        {signedMoney(knownDifference(row))}
      </span>
    ),
    title: (row) => titleOf(knownDifference(row)),
  },
  {
    key: "why",
    label: "Why",
    from: "lg",
    width: "w-[22%]",
    cell: (row) => <span className="text-muted">{whyInShort(row)}</span>,
    title: whyInShort,
  },
];
