import { count, exactCount } from "@outlay/react";
import type { Metric } from "@outlay/core";
import type { Numbers } from "../../api/answers.ts";
import { toggleFilter } from "../../filters/filter.ts";
import { withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";

/** The filters that are wanted most, one press away, with how many calls they would leave. */
export function QuickFilters({ totals }: { totals: Numbers | undefined }) {
  const { view, change } = usePageSearch();
  return (
    <fieldset aria-label="Only calls that" className="flex flex-wrap gap-1.5">
      {QUICK.map(({ text, label, metric, title }) => {
        const isOn = view.filters.includes(text);
        const calls = totals?.[metric] ?? null;
        // Under a filter on the same dimension the number would be of something else.
        const isCounted = calls !== null && !view.filters.some((other) => dimensionOf(other) === dimensionOf(text));
        return (
          <button
            key={text}
            type="button"
            aria-pressed={isOn}
            title={title}
            onClick={() => change((search) => withFilters(search, toggleFilter(view.filters, text)))}
            className="inline-flex h-8 items-center gap-1.5 rounded-full border border-line px-3 text-[0.8125rem] font-medium hover:border-control aria-pressed:border-strong aria-pressed:bg-strong aria-pressed:text-on-strong"
          >
            {label}
            {isCounted ? (
              <span title={exactCount(calls)} className="font-normal text-muted tabular-nums">
                {count(calls)}
              </span>
            ) : null}
          </button>
        );
      })}
    </fieldset>
  );
}

const dimensionOf = (text: string) => text.replace(/^!/, "").split(":")[0];

const QUICK = [
  { text: "status:error", label: "Failed", metric: "errors", title: "Calls that failed" },
  { text: "basis:unpriced", label: "Unpriced", metric: "unpricedCalls", title: "Calls whose cost is not known" },
  { text: "basis:estimated", label: "Estimated", metric: "estimatedCalls", title: "Calls whose tokens were estimated" },
] as const satisfies readonly { text: string; label: string; metric: Metric; title: string }[];
