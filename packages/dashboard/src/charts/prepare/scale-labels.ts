import type { ValueFormat } from "../../format/metric.ts";

/**
 * What stands at the marks of a scale, all written alike. Marks that are all whole need no cents: $20, not $20.00; but
 * $2.00 beside $2.50. Where the short form tells two marks not apart (tiny money), every digit is written.
 */
export function scaleLabels(marks: readonly number[], format: ValueFormat): string[] {
  const short = write(marks, format.short);
  const labels = new Set(short).size < short.length ? write(marks, format.exact) : short;
  const cents = /\.0+(?=\D*$)/;
  return labels.every((label) => label === "0" || cents.test(label))
    ? labels.map((label) => label.replace(cents, ""))
    : labels;
}

const write = (marks: readonly number[], format: (value: number) => string) =>
  marks.map((mark) => (mark === 0 ? "0" : format(mark)));
