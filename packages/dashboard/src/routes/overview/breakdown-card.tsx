import { count, exactCount, percent } from "@outlay/react";
import type { BreakdownRow } from "../../api/answers.ts";
import { breakdownQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { UNATTRIBUTED, dimensionLabel, filterText, toggleFilter } from "../../filters/filter.ts";
import { withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { costCell } from "../../format/cost-cell.ts";
import { BarList } from "../../ui/bar-list.tsx";
import type { BarListRow } from "../../ui/bar-list.tsx";
import { Card } from "../../ui/card.tsx";
import { useChart } from "./use-chart.ts";

/** Cost by one dimension, dearest first. Wears the chart's colours when the chart shows the same dimension. */
export function BreakdownCard({ dimension }: { dimension: string }) {
  const { view, change } = usePageSearch();
  const { data, isWaiting } = useKeptQuery(breakdownQuestion(view, dimension, MAX_ROWS));
  const { picture } = useChart();
  const label = dimensionLabel(dimension);
  const shownFilters = view.filters;

  const barRow = (row: BreakdownRow): BarListRow => {
    const value = row[dimension];
    const isOther = row.other === true;
    const name = isOther ? otherName(data?.meta.groups) : typeof value === "string" ? value : UNATTRIBUTED;
    const text = filterText({ dimension, value: typeof value === "string" ? value : "", exclude: false });
    const kind = isOther ? "other" : typeof value === "string" ? "named" : "unattributed";
    return {
      key: `${kind}:${name}`,
      name,
      label: kind === "named" ? name : <span className="text-muted">{name}</span>,
      share: row.share ?? null,
      colour: picture?.group === dimension ? picture.colour({ kind, name: kind === "named" ? name : null }) : undefined,
      cells: [
        costCell(row),
        { text: count(row.calls ?? null), title: exactCount(row.calls ?? null) },
        { text: percent(row.share ?? null) },
      ],
      onSelect: isOther ? undefined : () => change((search) => withFilters(search, toggleFilter(shownFilters, text))),
      isSelected: shownFilters.includes(text),
    };
  };
  return (
    <Card id={`by-${dimension}`} title={`Cost by ${label.toLowerCase()}`} waiting={isWaiting}>
      <div className="min-h-80 px-2 pt-1 pb-3 sm:px-3">
        {data === undefined ? null : (
          <BarList
            caption={`Cost by ${label.toLowerCase()}, dearest first`}
            columns={[label, "Cost", "Calls", "Share"]}
            rows={data.rows.map(barRow)}
          />
        )}
      </div>
    </Card>
  );
}

const MAX_ROWS = 8;

function otherName(groups: number | undefined): string {
  const more = (groups ?? 0) - MAX_ROWS;
  return more > 0 ? `Other (${more} more)` : "Other";
}
