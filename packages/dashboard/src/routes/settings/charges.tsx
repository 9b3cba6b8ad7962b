import { CHARGE_KINDS } from "@outlay/core";
import type { ChargeKind } from "@outlay/core";
import { exactMoney, exactTime, money } from "@outlay/react";
import { chargesQuestion } from "../../api/charges.ts";
import type { Charge } from "../../api/charges.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { dayRange } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Select } from "../../ui/select.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { ChargeForm } from "./charge-form.tsx";
import { KIND_LABELS } from "./charge-words.ts";
import { useSettingsState } from "./settings-state.ts";

/** Costs that are not usage, of this year: what is paid each month, fees, credits; and what comes in. */
export function Charges() {
  const { state, open, close, choose } = useSettingsState();
  const kind = CHARGE_KINDS.find((name) => name === state.kind) ?? null;
  const { data, error, isWaiting } = useKeptQuery(chargesQuestion(kind));
  const mayRecord = useViewer()?.isAdministrator ?? false;
  const zone = data?.query.period.timeZone ?? "UTC";
  const charges = data?.charges ?? [];
  const shown = state.rows === "all" ? charges : charges.slice(0, ROWS_AT_FIRST);
  const sums = Object.entries(data?.byKind ?? {}) as [ChargeKind, number][];
  return (
    <Card
      id="charges"
      title="Charges of this year"
      waiting={isWaiting}
      actions={
        <div className="flex flex-wrap items-center gap-2">
          <Select
            label="Kind"
            options={[
              { value: "", label: "Every kind" },
              ...CHARGE_KINDS.map((name) => ({ value: name as string, label: KIND_LABELS[name] })),
            ]}
            value={kind ?? ""}
            onChange={(name) => choose({ kind: name })}
          />
          {mayRecord ? (
            <button type="button" onClick={() => open({ charge: "new" })} className={smallButton}>
              Record a charge
            </button>
          ) : null}
        </div>
      }
    >
      {error === null ? null : (
        <div className="p-4">
          <ProblemNote error={error} />
        </div>
      )}
      {sums.length === 0 && (data?.revenueUsd ?? 0) === 0 ? null : (
        <dl className="flex flex-wrap gap-x-8 gap-y-3 px-4 py-2 sm:px-5">
          {sums.map(([name, usd]) => (
            <Sum key={name} label={KIND_LABELS[name]} usd={usd} />
          ))}
          {data === undefined || data.revenueUsd === 0 ? null : <Sum label="Revenue" usd={data.revenueUsd} />}
          {data === undefined ? null : <Sum label="All costs" usd={data.totalUsd} />}
        </dl>
      )}
      {data !== undefined && data.charges.length === 0 ? (
        <EmptyState
          title={kind === null ? "No charges in this year" : `No ${KIND_LABELS[kind].toLowerCase()} in this year`}
        >
          {`${dayRange(Date.parse(data.query.period.start), Date.parse(data.query.period.end), zone)}. Charges are never inside the cost of calls; margins and budgets count them.`}
        </EmptyState>
      ) : (
        <DataTable caption="Charges, newest first" columns={columnsIn(zone)} rows={shown} rowKey={({ id }) => id} />
      )}
      {charges.length > shown.length ? (
        <div className="px-2 pb-3 sm:px-3">
          <button
            type="button"
            onClick={() => choose({ rows: "all" })}
            className="h-9 w-full rounded-lg text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
          >
            {charges.length < NEWEST ? `Show all ${charges.length}` : `Show the newest ${charges.length}`}
          </button>
        </div>
      ) : null}
      {mayRecord && state.charge === "new" ? (
        <Sheet title="Record a charge" onClose={close}>
          <ChargeForm onDone={close} />
        </Sheet>
      ) : null}
    </Card>
  );
}

const ROWS_AT_FIRST = 25;
/** So many the server is asked for at most. */
const NEWEST = 200;

function Sum({ label, usd }: { label: string; usd: number }) {
  return (
    <div>
      <dt className="text-[0.8125rem] text-muted">{label}</dt>
      <dd className="font-semibold tabular-nums" title={exactMoney(usd)}>
        {money(usd)}
      </dd>
    </div>
  );
}

function columnsIn(zone: string): readonly Column<Charge>[] {
  return [
    {
      key: "at",
      label: "Day",
      cell: ({ occurredAt }) => dayRange(Date.parse(occurredAt), Date.parse(occurredAt) + 1, zone),
      title: ({ occurredAt }) => exactTime(Date.parse(occurredAt), zone),
    },
    { key: "kind", label: "Kind", cell: ({ kind }) => KIND_LABELS[kind] },
    {
      key: "what",
      label: "What for",
      from: "md",
      width: "w-[34%]",
      cell: ({ description, provider }) => [description, provider].filter(Boolean).join(" · ") || "—",
      title: ({ description }) => description,
    },
    {
      key: "who",
      label: "Whose",
      from: "lg",
      width: "w-[26%]",
      cell: ({ user, team, project, customer }) =>
        [customer, project, team, user].filter(Boolean).join(" · ") || <span className="text-muted">unattributed</span>,
    },
    {
      key: "amount",
      label: "Amount",
      align: "right",
      cell: ({ amountUsd }) => <span className="font-medium">{money(amountUsd)}</span>,
      title: ({ amountUsd }) => exactMoney(amountUsd),
    },
  ];
}
