import { METRICS } from "@outlay/core";
import type { Metric } from "@outlay/core";
import { percent } from "@outlay/react";
import { useRef } from "react";
import type { Numbers } from "../../api/answers.ts";
import { useHeldOrder } from "../../entities/use-held-order.ts";
import { dimensionLabel } from "../../filters/filter.ts";
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
import { RowName } from "./row-name.tsx";
import { tableRows } from "./table-rows.ts";
import type { TableRow } from "./table-rows.ts";
import type { Figures } from "./use-figures.ts";

/** The numbers of the groups as rows: their share, their change, and what else one wants to know of a group. */
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
      title={countOf(shown, groups.meta.groups ?? shown, asked.group ?? "")}
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
          onOrder={({ key, descending }) => {
            const metric = METRIC_NAMES.find((name) => name === key);
            if (metric !== undefined) choose({ rank: { metric, descending } });
          }}
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
  const [first, ...others] = metrics.map((name) => metricColumn(name));
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
      cell: (row) => <RowName {...row} />,
      title: (row) => row.name,
    },
    ...(first === undefined ? [] : [first]),
    ...(isAdditive
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
            // Beside a long heading, names would have no room on a phone.
            ...(METRICS[metric].label.length > MAX_HEADING ? { from: "sm" as const } : {}),
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

function metricColumn(metric: Metric): Column<TableRow> {
  const format = metricFormat(metric);
  return {
    key: metric,
    label: METRICS[metric].label,
    align: "right",
    sortable: true,
    cell: (row) => <span className={row.depth === 1 ? "text-muted" : ""}>{cellOf(metric, row.numbers).text}</span>,
    title: (row) => cellOf(metric, row.numbers).title,
  };

  function cellOf(name: Metric, numbers: Numbers) {
    const value = numbers[name] ?? null;
    return name === "cost" ? costCell(numbers) : { text: format.short(value), title: format.exact(value) };
  }
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

/** Characters. */
const MAX_HEADING = 14;
