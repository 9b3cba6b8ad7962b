import { METRICS } from "@outlay/core";
import type { Metric } from "@outlay/core";
import { percent } from "@outlay/react";
import { useRef } from "react";
import type { Numbers } from "../../api/answers.ts";
import { useHeldOrder } from "../../entities/use-held-order.ts";
import { dimensionLabel } from "../../filters/filter.ts";
import { withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { change, changeText } from "../../format/change.ts";
import { costCell } from "../../format/cost-cell.ts";
import { metricFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { useIsReading } from "../../ui/use-is-reading.ts";
import { titleOf } from "./choices-in-words.ts";
import { CsvButton } from "./csv-button.tsx";
import type { CsvCell } from "./csv.ts";
import { METRIC_NAMES, useChoices } from "./explore-state.ts";
import { tableRows } from "./table-rows.ts";
import type { TableRow } from "./table-rows.ts";
import { toggleFilters } from "./toggle-filters.ts";
import type { Figures } from "./use-figures.ts";

/** The same numbers as rows: their share, their change, and what else one wants to know of a group. */
export function TableCard({ figures, isWaiting }: { figures: Figures; isWaiting: boolean }) {
  const { choose } = useChoices();
  const { asked, groups, pairs } = figures;
  const { period, filters } = groups.query;
  const table = useRef<HTMLDivElement>(null);
  const rows = useHeldOrder(tableRows(asked, groups, pairs), {
    idOf: ({ id }) => id,
    question: JSON.stringify([asked, period.name ?? period, filters]),
    isReading: useIsReading(table),
  });
  const flat = rows.flatMap((row) => [row, ...row.parts]);
  const metrics = [...new Set<Metric>([asked.metric, asked.rank.metric, "calls", "cost"])];
  const hasBefore = groups.comparison !== undefined;
  const shown = rows.filter((row) => row.filters !== null).length;
  return (
    <Card
      id="rows"
      title={asked.group === null ? "All calls" : countOf(shown, groups.meta.groups ?? shown, asked.group)}
      waiting={isWaiting}
      actions={
        <CsvButton
          fileName={`outlay-${[asked.metric, asked.group, asked.second].filter(Boolean).join("-").replaceAll(":", "-")}-${period.start.slice(0, 10)}.csv`}
          rows={() => csvRows(figures, rows, metrics)}
        />
      }
    >
      <div ref={table}>
        <DataTable
          caption={titleOf(asked)}
          columns={columnsOf(figures, metrics, hasBefore)}
          rows={flat}
          rowKey={({ id }) => id}
          order={{ key: asked.rank.metric, descending: asked.rank.descending }}
          onOrder={
            asked.group === null
              ? undefined
              : ({ key, descending }) => {
                  const metric = METRIC_NAMES.find((name) => name === key);
                  if (metric !== undefined) choose({ rank: { metric, descending } });
                }
          }
        />
      </div>
    </Card>
  );
}

function countOf(shown: number, all: number, dimension: string): string {
  const label = dimensionLabel(dimension);
  return all > shown ? `${label}: ${shown} of ${all}` : label;
}

function columnsOf({ asked }: Figures, metrics: readonly Metric[], hasBefore: boolean): Column<TableRow>[] {
  const { metric, group, second } = asked;
  const isAdditive = METRICS[metric].additive;
  const [first, ...others] = metrics.map((name) => metricColumn(name, group !== null));
  return [
    {
      key: "name",
      label:
        group === null
          ? ""
          : [group, second]
              .filter((name) => name !== null)
              .map(dimensionLabel)
              .join(", "),
      width: "w-full md:w-[34%]",
      cell: (row) => <Name row={row} />,
      title: (row) => row.name,
    },
    ...(first === undefined ? [] : [first]),
    ...(isAdditive && group !== null
      ? [
          {
            key: "share",
            label: "Share",
            align: "right" as const,
            from: "sm" as const,
            cell: ({ share }: TableRow) => <span className="text-muted">{percent(share)}</span>,
          },
        ]
      : []),
    ...(hasBefore
      ? [
          {
            key: "change",
            label: "Change",
            align: "right" as const,
            cell: (row: TableRow) => (
              <span className="text-muted">{changeText(change(row.numbers[metric], row.before?.[metric]))}</span>
            ),
            title: (row: TableRow) =>
              `${metricFormat(metric).exact(row.before?.[metric] ?? null)} in the period before`,
          },
        ]
      : []),
    // What the rows are ranked by is shown whatever the width.
    ...others.map((column) => (column.key === asked.rank.metric ? column : { ...column, from: "md" as const })),
  ];
}

function metricColumn(metric: Metric, isSortable: boolean): Column<TableRow> {
  const format = metricFormat(metric);
  return {
    key: metric,
    label: METRICS[metric].label,
    align: "right",
    sortable: isSortable,
    cell: (row) => <span className={row.depth === 1 ? "text-muted" : ""}>{cellOf(metric, row.numbers).text}</span>,
    title: (row) => cellOf(metric, row.numbers).title,
  };

  function cellOf(name: Metric, numbers: Numbers) {
    const value = numbers[name] ?? null;
    return name === "cost" ? costCell(numbers) : { text: format.short(value), title: format.exact(value) };
  }
}

/** A click keeps only these calls. */
function Name({ row }: { row: TableRow }) {
  const { view, change: changeSearch } = usePageSearch();
  const { filters, name, depth, kind } = row;
  const place = depth === 1 ? "pl-4" : "";
  const tone = kind === "named" ? (depth === 0 ? "font-medium" : "") : "text-muted";
  if (filters === null) return <span className={`${place} ${tone}`}>{name}</span>;
  const isSelected = filters.every((text) => view.filters.includes(text));
  return (
    <span className={`flex ${place}`}>
      <button
        type="button"
        aria-pressed={isSelected}
        title={isSelected ? `Remove the filter ${name}` : `Show only ${name}`}
        onClick={() => changeSearch((search) => withFilters(search, toggleFilters(view.filters, filters)))}
        className={`block min-h-6 max-w-full truncate text-left underline-offset-4 group-hover:underline decoration-control ${tone}`}
      >
        {name}
      </button>
    </span>
  );
}

/** Every row with both names, exact numbers, and those of the period before. */
function csvRows({ asked, groups }: Figures, rows: readonly TableRow[], metrics: readonly Metric[]): CsvCell[][] {
  const { metric, group, second } = asked;
  const hasBefore = groups.comparison !== undefined;
  const names = [group, second].filter((name) => name !== null);
  const line = (row: TableRow, labels: string[]): CsvCell[] => [
    ...labels.slice(0, names.length),
    ...metrics.map((name) => row.numbers[name] ?? null),
    row.share,
    ...(hasBefore ? [row.before?.[metric] ?? null] : []),
  ];
  return [
    [...names, ...metrics, "share", ...(hasBefore ? [`${metric} before`] : [])],
    ...rows.flatMap((row) => [
      line(row, [row.name, "(all)"]),
      ...row.parts.map((part) => line(part, [row.name, part.name])),
    ]),
  ];
}
