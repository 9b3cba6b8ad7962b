import { percent } from "@outlay/react";
import type { PreparedBars, PreparedSeries } from "./stacked-bars.ts";

/** The chart in one sentence, for those who do not see it. */
export function chartSummary(
  prepared: PreparedBars,
  words: {
    title: string;
    range: string;
    format: (value: number) => string;
    bucketName: (label: string) => string;
    seriesName: (series: PreparedSeries) => string;
  },
): string {
  const { bars, series, total } = prepared;
  const parts = [`${words.title}, ${words.range}: ${words.format(total)} in total`];
  if (total > 0) {
    const highest = bars.reduce((best, bar) => ((bar.total ?? 0) > (best.total ?? 0) ? bar : best));
    parts.push(`highest ${words.format(highest.total ?? 0)} on ${words.bucketName(highest.label)}`);
    const largest = series[0];
    if (largest !== undefined && series.length > 1) {
      parts.push(`largest ${words.seriesName(largest)} with ${percent(largest.total / total)}`);
    }
  }
  const unknown = bars.filter((bar) => bar.total === null && !bar.future).length;
  if (unknown > 0) parts.push(`${unknown} without data`);
  if (bars.some((bar) => bar.unfinished)) parts.push("the present one is not finished");
  return `${parts.join("; ")}.`;
}
