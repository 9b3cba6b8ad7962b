import { count, exactCount } from "@outlay/react";
import type { ChangeParts, ChangeRow, ChangesAnswer } from "../../api/explore.ts";
import { exactly } from "../../entities/entity-view.ts";
import { UNATTRIBUTED, dimensionLabel } from "../../filters/filter.ts";
import { change, changeText } from "../../format/change.ts";
import { metricFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { CAUSES } from "./changes-in-words.ts";
import { CsvButton } from "./csv-button.tsx";
import type { CsvCell } from "./csv.ts";
import { useChoices } from "./explore-state.ts";
import { RowName } from "./row-name.tsx";

/** The same numbers as rows, with the calls behind them. */
export function ChangesTable({ answer, isWaiting }: { answer: ChangesAnswer; isWaiting: boolean }) {
  const { choices, choose } = useChoices();
  const { sort } = choices;
  const valueOf = VALUES[(sort?.key ?? "") as SortKey];
  const rows = valueOf === undefined ? answer.rows : sorted(answer.rows, valueOf, sort?.descending ?? true);
  const label = dimensionLabel(answer.by);
  const shown = answer.rows.filter((row) => row.other !== true).length;
  const { groups } = answer.meta;
  return (
    <Card
      id="rows"
      title={groups > shown ? `${label}: ${shown} of ${groups}` : label}
      waiting={isWaiting}
      actions={
        <CsvButton
          fileName={`outlay-changes-${answer.by.replaceAll(":", "-")}-${answer.query.period.start.slice(0, 10)}.csv`}
          rows={() => csvRows(answer, rows)}
        />
      }
    >
      <DataTable
        caption={`What changed by ${label.toLowerCase()}`}
        columns={columnsOf(answer.by, groups - shown)}
        rows={rows}
        rowKey={(row) => (row.other === true ? "other" : JSON.stringify(row.key))}
        order={sort ?? undefined}
        onOrder={(order) => choose({ sort: order })}
      />
    </Card>
  );
}

type SortKey = "now" | "before" | "difference" | "calls" | keyof ChangeParts;

const VALUES: Record<SortKey, (row: ChangeRow) => number | null> = {
  now: (row) => row.now,
  before: (row) => row.before,
  difference: (row) => (row.now === null || row.before === null ? null : row.difference),
  calls: (row) => row.parts.calls,
  length: (row) => row.parts.length,
  model: (row) => row.parts.model,
  price: (row) => row.parts.price,
};

/** What is not known stands after what is; other is last. */
function sorted(rows: readonly ChangeRow[], valueOf: (row: ChangeRow) => number | null, descending: boolean) {
  const sizeOf = (row: ChangeRow) => {
    if (row.other === true) return Infinity;
    const value = valueOf(row);
    return value === null ? Number.MAX_VALUE : descending ? -value : value;
  };
  return rows.toSorted((a, b) => sizeOf(a) - sizeOf(b));
}

function columnsOf(by: string, more: number): Column<ChangeRow>[] {
  return [
    {
      key: "name",
      label: dimensionLabel(by),
      width: "w-full md:w-[26%]",
      cell: (row) => (
        <RowName
          name={nameOf(row, more)}
          kind={row.other === true ? "other" : row.key === null ? "unattributed" : "named"}
          filters={row.other === true ? null : [exactly(by, row.key ?? "")]}
        />
      ),
      title: (row) => nameOf(row, more),
    },
    moneyColumn("difference", "Difference", true),
    {
      key: "change",
      label: "Change",
      align: "right",
      cell: (row) => <span className="text-muted">{changeText(change(row.now, row.before))}</span>,
    },
    { ...moneyColumn("now", "Now"), from: "sm" },
    { ...moneyColumn("before", "Before"), from: "sm" },
    ...CAUSES.map(({ key }) => ({ ...moneyColumn(key, HEADS[key], true), from: "lg" as const })),
    {
      key: "count",
      label: "Number of calls",
      align: "right",
      from: "xl",
      cell: (row) => (
        <span className="text-muted">
          {count(row.callsBefore)} → {count(row.callsNow)}
        </span>
      ),
      title: (row) => `${exactCount(row.callsBefore)} before, ${exactCount(row.callsNow)} now`,
    },
  ];
}

/** Over the columns of the reasons. */
const HEADS: Record<keyof ChangeParts, string> = {
  calls: "By calls",
  length: "By their length",
  model: "By models",
  price: "By prices",
};

function moneyColumn(key: SortKey, label: string, isSigned = false): Column<ChangeRow> {
  const valueOf = VALUES[key];
  return {
    key,
    label,
    align: "right",
    sortable: true,
    cell: (row) => {
      const value = valueOf(row);
      return `${isSigned && value !== null && value > 0 ? "+" : ""}${FORMAT.short(value)}`;
    },
    title: (row) => FORMAT.exact(valueOf(row)),
  };
}

function nameOf(row: ChangeRow, more: number): string {
  if (row.other === true) return more > 0 ? `Other (${more} more)` : "Other";
  return row.key ?? UNATTRIBUTED;
}

function csvRows(answer: ChangesAnswer, rows: readonly ChangeRow[]): CsvCell[][] {
  const more = answer.meta.groups - rows.filter((row) => row.other !== true).length;
  return [
    [answer.by, "now", "before", "difference", ...CAUSES.map(({ key }) => `by ${key}`), "calls now", "calls before"],
    ...rows.map((row) => [
      nameOf(row, more),
      row.now,
      row.before,
      VALUES.difference(row),
      ...CAUSES.map(({ key }) => row.parts[key]),
      row.callsNow,
      row.callsBefore,
    ]),
  ];
}

const FORMAT = metricFormat("cost");
