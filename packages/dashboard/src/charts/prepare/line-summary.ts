import type { ValueFormat } from "../../format/metric.ts";
import type { PreparedLines } from "./lines.ts";
import { seriesName } from "./series-name.ts";

/** The lines in one sentence, for those who do not see them. */
export function lineSummary(
  prepared: PreparedLines,
  words: { title: string; range: string; format: ValueFormat; bucketName: (label: string) => string },
): string {
  const { buckets, lines, total, reference, cumulative } = prepared;
  const { format, bucketName } = words;
  const points = lines.flatMap(({ series, values }) =>
    values.flatMap((value, index) => (value === null ? [] : [{ series, value, label: buckets[index]?.label ?? "" }])),
  );
  const head = `${words.title}${cumulative ? ", summed up" : ""}, ${words.range}`;
  if (points.length === 0) return `${head}: no data.`;
  const highest = points.reduce((best, point) => (point.value > best.value ? point : best));
  const lowest = points.reduce((least, point) => (point.value < least.value ? point : least));
  const at = ({ series, value, label }: (typeof points)[number]) =>
    `${format.short(value)} on ${bucketName(label)}${lines.length > 1 ? ` (${seriesName(series)})` : ""}`;
  const parts = [
    ...(total === null ? [] : [`${format.short(total)} in total`]),
    ...(cumulative || highest.value === lowest.value ? [] : [`highest ${at(highest)}`]),
    ...(total === null && highest.value !== lowest.value ? [`lowest ${at(lowest)}`] : []),
    ...(total === null && highest.value === lowest.value ? [`always ${format.short(highest.value)}`] : []),
    ...(lines.length > 1 ? [`${lines.length} lines`] : []),
    ...(reference === null ? [] : [`${reference.label} at ${format.short(reference.value)}`]),
    ...projectedPart(prepared, format),
    ...gapsPart(prepared),
    ...(buckets.some(({ unfinished }) => unfinished) ? ["the present one is not finished"] : []),
  ];
  return `${head}: ${parts.join("; ")}.`;
}

function projectedPart({ buckets, cumulative }: PreparedLines, format: ValueFormat): string[] {
  const last = buckets.findLast(({ projected }) => projected !== null)?.projected;
  if (last === null || last === undefined) return [];
  const band =
    last.low === null || last.high === null ? "" : ` (${format.short(last.low)} to ${format.short(last.high)})`;
  return [`${cumulative ? "projected to reach" : "projected to end at"} ${format.short(last.value)}${band}`];
}

function gapsPart({ buckets, lines }: PreparedLines): string[] {
  const gaps = buckets.filter(({ future }, index) => !future && lines.every(({ values }) => values[index] === null));
  return gaps.length === 0 ? [] : [`${gaps.length} without data`];
}
