import { useMemo } from "react";
import { breakdownQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { colourOf } from "../../charts/draw/colour.ts";
import { RankedBars } from "../../charts/draw/ranked-bars.tsx";
import { prepareRankedBars } from "../../charts/prepare/ranked-bars.ts";
import { filterText, toggleFilter } from "../../filters/filter.ts";
import { withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { metricFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";

const MODELS = 8;

/** What each model costs, dearest first; a bar filters by its model. */
export function ModelCosts() {
  const { view, change } = usePageSearch();
  const { data, isWaiting } = useKeptQuery(breakdownQuestion(view, "model", MODELS));
  const prepared = useMemo(
    () =>
      data === undefined
        ? null
        : prepareRankedBars({
            rows: data.rows.map((row) => ({
              name: typeof row["model"] === "string" && row.other !== true ? row["model"] : null,
              other: row.other,
              // Calls without any price have no cost of 0.
              value: row.calls !== 0 && row.calls === row.unpricedCalls ? null : (row.cost ?? null),
            })),
            additive: true,
            maxRows: MODELS,
          }),
    [data],
  );
  return (
    <Card id="model-costs" title="Cost by model" waiting={isWaiting}>
      <div className="px-4 pt-3 pb-4 sm:px-5">
        {prepared === null ? (
          <div className="h-80 rounded-lg bg-raised/60" />
        ) : (
          <RankedBars
            name="models"
            prepared={prepared}
            colour={colourOf(
              "model",
              prepared.rows.flatMap(({ name }) => name ?? []),
            )}
            format={metricFormat("cost")}
            title="Cost by model"
            groupColumn="Model"
            groups={data?.meta.groups}
            onSelect={({ name }) => {
              const text = filterText({ dimension: "model", value: name ?? "", exclude: false });
              change((search) => withFilters(search, toggleFilter(view.filters, text)));
            }}
          />
        )}
      </div>
    </Card>
  );
}
