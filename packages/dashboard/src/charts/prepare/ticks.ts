import { nice, ticks } from "d3-array";

/**
 * A scale from 0 that ends on a round number, and the marks on it. `wholeNumbers`: half a call is no mark.
 * `niceScale(9.3)` → { max: 10, marks: [0, 2, 4, 6, 8, 10] }
 */
export function niceScale(highest: number, options: { count?: number; wholeNumbers?: boolean } = {}) {
  const { count = 4, wholeNumbers = false } = options;
  if (!(highest > 0)) return { max: 1, marks: [0] };
  const [, max] = nice(0, wholeNumbers ? Math.max(highest, 1) : highest, count);
  const marks = ticks(0, max, count).filter((mark) => !wholeNumbers || Number.isInteger(mark));
  return { max, marks };
}
