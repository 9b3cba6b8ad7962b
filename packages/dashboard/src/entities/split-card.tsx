import { counted, exactCount } from "@outlay/react";
import { MAX_CALLS_READ_UNASKED } from "../api/entities.ts";
import { BreakdownCard } from "../figures/breakdown-card.tsx";
import { textIn, usePageState } from "../filters/use-page-state.ts";
import { dimensionLabel } from "../filters/filter.ts";
import type { View } from "../filters/search.ts";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { otherButton } from "../ui/form.tsx";

/** One of them by another dimension. Where that reads single calls, and they are many, it waits until somebody asks. */
export function SplitCard({
  dimension,
  within,
  calls,
  isKept,
}: {
  dimension: string;
  within: View;
  /** That would be read; null: not known yet. */
  calls: number | null;
  /** The sums of this split are kept: it is quick whatever the number of calls. */
  isKept: boolean;
}) {
  const { state, change } = usePageState(readSplits);
  const wanted = state.split?.split(",") ?? [];
  if (isKept || wanted.includes(dimension) || (calls !== null && calls <= MAX_CALLS_READ_UNASKED)) {
    return <BreakdownCard dimension={dimension} within={within} />;
  }
  const title = `Cost by ${dimensionLabel(dimension).toLowerCase()}`;
  return (
    <Card id={`by-${dimension}`} title={title}>
      {calls === null ? (
        <div className="h-40" />
      ) : (
        <EmptyState
          title="Not added up yet"
          action={
            <button
              type="button"
              className={otherButton}
              onClick={() => change(() => ({ split: [...wanted, dimension].join(",") }))}
            >
              Add up
            </button>
          }
        >
          <span title={exactCount(calls)}>
            This reads {counted(calls, "call")} one by one, which takes some seconds.
          </span>
        </EmptyState>
      )}
    </Card>
  );
}

/** Splits that somebody asked for although they read many calls: `?split=model,activity`. */
function readSplits(raw: Record<string, unknown>): { split?: string } {
  const split = textIn(raw, "split");
  return split === undefined ? {} : { split };
}
