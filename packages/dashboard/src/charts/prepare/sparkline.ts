/** A tiny chart in shares of its height: 0 is the foot, 1 the top. */
export interface PreparedSparkline {
  /** Null is a gap. */
  points: (number | null)[];
  /** Where zero is: 0, unless values are negative. */
  zero: number;
}

/** Scales values so that zero is always on the picture: a small wave on a high sea stays small. */
export function prepareSparkline(values: readonly (number | null)[]): PreparedSparkline {
  const known = values.flatMap((value) => value ?? []);
  const highest = Math.max(0, ...known);
  const lowest = Math.min(0, ...known);
  const span = highest - lowest || 1;
  return {
    points: values.map((value) => (value === null ? null : (value - lowest) / span)),
    zero: Math.abs(lowest) / span,
  };
}
