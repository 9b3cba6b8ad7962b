import { nice, ticks } from "d3-array";

export interface ValueScale {
  /** 0, or below it where values are negative. */
  min: number;
  max: number;
  /** What is written beside the scale. */
  marks: number[];
}

/**
 * A scale that has 0 on it and ends on round numbers, and the marks on it. `wholeNumbers`: half a call is no mark.
 * `niceScale(9.3)` → { min: 0, max: 10, marks: [0, 2, 4, 6, 8, 10] }
 */
export function niceScale(
  highest: number,
  options: { lowest?: number; count?: number; wholeNumbers?: boolean } = {},
): ValueScale {
  const { lowest = 0, count = 4, wholeNumbers = false } = options;
  if (!(highest > 0) && !(lowest < 0)) return { min: 0, max: 1, marks: [0] };
  const top = wholeNumbers && highest > 0 ? Math.max(highest, 1) : Math.max(highest, 0);
  const [min, max] = nice(Math.min(lowest, 0), top, count);
  const marks = ticks(min, max, count).filter((mark) => !wholeNumbers || Number.isInteger(mark));
  return { min, max, marks };
}

/**
 * A scale of equal ratios for values above 0, with marks at 1, 2 and 5 of each power of ten, or only at the powers where
 * there are many: `logScale(0.3, 15)` → { min: 0.2, max: 20, marks: [0.2, 0.5, 1, 2, 5, 10, 20] }
 */
export function logScale(lowest: number, highest: number): ValueScale {
  const first = Math.floor(Math.log10(lowest));
  const last = Math.ceil(Math.log10(highest));
  const steps = last - first > 3 ? [1] : [1, 2, 5];
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((power) =>
    steps.map((step) => Number(`${step}e${power}`)),
  );
  const below = all.filter((mark) => mark <= lowest).at(-1) ?? lowest;
  const above = all.find((mark) => mark >= highest && mark > below) ?? highest;
  return { min: below, max: above, marks: all.filter((mark) => mark >= below && mark <= above) };
}
