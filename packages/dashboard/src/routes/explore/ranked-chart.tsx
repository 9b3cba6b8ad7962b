import { METRICS } from "@outlay/core";
import type { Numbers } from "../../api/answers.ts";
import { colourOf } from "../../charts/draw/colour.ts";
import { RankedBars } from "../../charts/draw/ranked-bars.tsx";
import type { SeriesKey } from "../../charts/prepare/cap-series.ts";
import { prepareRankedBars } from "../../charts/prepare/ranked-bars.ts";
import { exactly } from "../../entities/entity-view.ts";
import { dimensionLabel } from "../../filters/filter.ts";
import { metricFormat } from "../../format/metric.ts";
import { titleOf } from "./choices-in-words.ts";
import { colourKey } from "./time-chart.tsx";
import { tableRows } from "./table-rows.ts";
import type { TableRow } from "./table-rows.ts";
import type { Figures } from "./use-figures.ts";

/** The groups without time, in the order asked, each split by the second group where the metric adds up. */
export function RankedChart({ figures, onSelect }: { figures: Figures; onSelect: (filters: string[]) => void }) {
  const { asked, groups, pairs } = figures;
  const { metric, group, second } = asked;
  const { additive } = METRICS[metric];
  const splits = additive ? pairs : null;
  const rows = tableRows(asked, groups, splits);
  const valueOf = (numbers: Numbers | null) => numbers?.[metric] ?? null;
  // What lies beyond the limit is not split: it is other in both.
  const partsOf = (row: TableRow) =>
    row.parts.length > 0
      ? row.parts.map((part) => ({ ...nameOf(part), value: valueOf(part.numbers) }))
      : [{ name: null, other: true, value: valueOf(row.numbers) }];
  const prepared = prepareRankedBars({
    rows: rows.map((row) => ({
      ...nameOf(row),
      value: valueOf(row.numbers),
      before: valueOf(row.before),
      ...(splits === null ? {} : { parts: partsOf(row) }),
    })),
    additive,
    maxRows: asked.top,
    isSorted: true,
  });
  const isSplit = prepared.parts.length > 0;
  const named = isSplit ? prepared.parts : prepared.rows;
  const filter = (dimension: string | null) =>
    dimension === null ? undefined : ({ name }: SeriesKey) => onSelect([exactly(dimension, name ?? "")]);
  return (
    <RankedBars
      name="chart"
      prepared={prepared}
      colour={colourOf(
        colourKey({ group: isSplit ? second : group, second: null }),
        named.flatMap(({ name }) => name ?? []),
      )}
      format={metricFormat(metric)}
      title={titleOf(asked)}
      groupColumn={group === null ? "" : dimensionLabel(group)}
      onSelect={filter(group)}
      onSelectPart={filter(second)}
      {...(groups.meta.groups === undefined || group === null ? {} : { groups: groups.meta.groups })}
    />
  );
}

function nameOf({ kind, name }: TableRow): { name: string | null; other?: boolean } {
  if (kind === "other") return { name: null, other: true };
  return { name: kind === "unattributed" ? null : name };
}
