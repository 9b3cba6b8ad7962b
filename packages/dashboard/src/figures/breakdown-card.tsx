import { count, exactCount, percent } from "@outlay/react";
import { Link } from "@tanstack/react-router";
import type { BreakdownRow } from "../api/answers.ts";
import { breakdownQuestion } from "../api/questions.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import type { PreparedSeries } from "../charts/prepare/stacked-bars.ts";
import { UNATTRIBUTED, dimensionLabel, filterText, toggleFilter } from "../filters/filter.ts";
import { validateSearch, withFilters } from "../filters/search.ts";
import type { View } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { costCell } from "../format/cost-cell.ts";
import { BarList } from "../ui/bar-list.tsx";
import type { BarListRow } from "../ui/bar-list.tsx";
import { Card } from "../ui/card.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Select } from "../ui/select.tsx";

/** Cost by one dimension, dearest first; a row filters the page. With `choices`, another dimension of the same card can be chosen. */
export function BreakdownCard({
  dimension,
  choices = [],
  onChoose,
  colour,
  maxRows = 8,
  within,
}: {
  dimension: string;
  choices?: readonly string[];
  onChoose?: (dimension: string) => void;
  /** The chart's colours, when it shows the same dimension. */
  colour?: ((series: Pick<PreparedSeries, "kind" | "name">) => string) | undefined;
  maxRows?: number;
  /** A narrower view than the page's, that of one user for instance. */
  within?: View;
}) {
  const { view, change } = usePageSearch();
  const { data, isWaiting } = useKeptQuery(breakdownQuestion(within ?? view, dimension, maxRows));
  const label = dimensionLabel(dimension);
  const shownFilters = view.filters;
  // While another dimension is on its way, the rows on screen still belong to the one before.
  const answered = data?.query.by?.[0] ?? dimension;

  const barRow = (row: BreakdownRow): BarListRow => {
    const value = row[answered];
    const isOther = row.other === true;
    const name = isOther ? otherName(data?.meta.groups, maxRows) : typeof value === "string" ? value : UNATTRIBUTED;
    const text = filterText({ dimension: answered, value: typeof value === "string" ? value : "", exclude: false });
    const kind = isOther ? "other" : typeof value === "string" ? "named" : "unattributed";
    return {
      key: `${kind}:${name}`,
      name,
      label: kind === "named" ? name : <span className="text-muted">{name}</span>,
      share: row.share ?? null,
      colour: colour?.({ kind, name: kind === "named" ? name : null }),
      cells: [
        costCell(row),
        { text: count(row.calls ?? null), title: exactCount(row.calls ?? null) },
        { text: percent(row.share ?? null) },
      ],
      onSelect: isOther ? undefined : () => change((search) => withFilters(search, toggleFilter(shownFilters, text))),
      isSelected: shownFilters.includes(text),
    };
  };
  const page = PAGES[dimension] ?? (dimension.startsWith("tag:") ? "/work-items" : undefined);
  return (
    <Card
      id={`by-${dimension.replace(/\W/g, "-")}`}
      title={`Cost by ${label.toLowerCase()}`}
      waiting={isWaiting}
      actions={<Choices choices={choices} dimension={dimension} onChoose={onChoose} />}
    >
      <div
        className={`flex flex-col justify-between px-2 pt-1 pb-3 sm:px-3 ${within === undefined ? "min-h-80" : "min-h-40"}`}
      >
        {data === undefined ? null : (
          <BarList
            caption={`Cost by ${label.toLowerCase()}, dearest first`}
            columns={[dimensionLabel(answered), "Cost", "Calls", "Share"]}
            rows={data.rows.map(barRow)}
          />
        )}
        {within !== undefined || page === undefined || (data?.meta.groups ?? 0) <= maxRows ? null : (
          <Link
            to={page}
            search={validateSearch}
            className="mx-2 mt-1 self-start text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline"
          >
            View all {data?.meta.groups}
          </Link>
        )}
      </div>
    </Card>
  );
}

/** Two lie side by side; more are a list. */
function Choices(props: {
  choices: readonly string[];
  dimension: string;
  onChoose: ((dimension: string) => void) | undefined;
}) {
  const { choices, dimension, onChoose } = props;
  if (choices.length < 2 || onChoose === undefined) return null;
  const options = choices.map((choice) => ({ value: choice, label: dimensionLabel(choice) }));
  if (options.length === 2)
    return <Segmented label="Cost by" options={options} value={dimension} onChange={onChoose} />;
  return <Select label="Cost by" options={options} value={dimension} onChange={onChoose} />;
}

/** Pages that list all the values of a dimension. */
const PAGES: Record<string, string> = { user: "/users", agent: "/agents" };

function otherName(groups: number | undefined, shown: number): string {
  const more = (groups ?? 0) - shown;
  return more > 0 ? `Other (${more} more)` : "Other";
}
