import { METRICS } from "@outlay/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { seriesFile } from "../../api/explore.ts";
import { validateSearch, withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { change, changeText } from "../../format/change.ts";
import { costCell } from "../../format/cost-cell.ts";
import { metricFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { METRIC_HINTS, titleOf } from "./choices-in-words.ts";
import { useChoices } from "./explore-state.ts";
import { QuestionTrouble } from "./question-trouble.tsx";
import { RankedChart } from "./ranked-chart.tsx";
import { TimeChart } from "./time-chart.tsx";
import { toggleFilters } from "./toggle-filters.ts";
import type { Figures } from "./use-figures.ts";
import { useOverTime } from "./use-figures.ts";

/** The question as a picture, with its total. */
export function ChartCard({ figures, isWaiting, error }: ChartCardProps) {
  const { choices } = useChoices();
  const { view, change: changeSearch } = usePageSearch();
  const overTime = useOverTime(choices);
  const isOverTime = choices.grain !== "none";
  const select = (texts: string[]) => changeSearch((search) => withFilters(search, toggleFilters(view.filters, texts)));
  const trouble = error ?? (isOverTime ? overTime.error : null);
  const shownMetric = isOverTime ? overTime.shown?.asked : figures?.asked;
  return (
    <Card
      id="explored"
      title={titleOf(shownMetric ?? choices)}
      waiting={isOverTime ? overTime.isWaiting : isWaiting}
      actions={
        <div className="flex flex-wrap gap-2">
          <Link to="/calls" search={validateSearch} className={smallButton}>
            <Icon name="list" />
            See the calls
          </Link>
          {isOverTime && overTime.shown !== null ? (
            <a
              href={seriesFile(view, overTime.shown.asked, overTime.shown.unit)}
              download
              title="These groups over time, as CSV"
              className={smallButton}
            >
              <Icon name="download" />
              CSV<span className="sr-only"> over time</span>
            </a>
          ) : null}
        </div>
      }
    >
      {trouble === null ? (
        <div className="flex flex-col gap-3 px-4 pb-4 sm:px-5">
          <Total figures={figures} />
          {isOverTime ? (
            overTime.shown === null ? (
              <Blank />
            ) : (
              <TimeChart {...overTime.shown} isCumulative={choices.isCumulative} onSelect={select} />
            )
          ) : figures === null ? (
            <Blank />
          ) : (
            <RankedChart figures={figures} onSelect={select} />
          )}
        </div>
      ) : (
        <QuestionTrouble error={trouble} />
      )}
    </Card>
  );
}

interface ChartCardProps {
  figures: Figures | null;
  isWaiting: boolean;
  error: Error | null;
}

/** The metric of all calls of the view, and against the period before. */
function Total({ figures }: { figures: Figures | null }): ReactNode {
  if (figures === null) return <p className="h-8" />;
  const { asked, groups } = figures;
  const { metric } = asked;
  const format = metricFormat(metric);
  const value = groups.totals[metric] ?? null;
  const before = groups.comparison?.totals[metric];
  const cell = metric === "cost" ? costCell(groups.totals) : { text: format.short(value), title: format.exact(value) };
  const hint = METRIC_HINTS[metric];
  return (
    <p className="flex min-h-8 flex-wrap items-baseline gap-x-2.5">
      <span data-total title={cell.title} className="text-2xl font-semibold tracking-[-0.025em] tabular-nums">
        {cell.text}
      </span>
      <span className="text-muted">{METRICS[metric].additive ? "in total" : "of all calls"}</span>
      {groups.comparison === undefined ? null : (
        <span className="text-muted" title={`${format.exact(before ?? null)} in the period before`}>
          {changeText(change(value, before))}
        </span>
      )}
      {hint === undefined ? null : <span className="text-[0.8125rem] text-muted">{hint}</span>}
    </p>
  );
}

const Blank = () => <div className="h-[19.5rem] rounded-lg bg-raised/60" />;
