/** From one stretch of numbers to another: `linear([0, 10], [0, 100])(3)` → 30. */
export function linear(from: readonly [number, number], to: readonly [number, number]): (value: number) => number {
  const factor = (to[1] - to[0]) / (from[1] - from[0] || 1);
  return (value) => to[0] + (value - from[0]) * factor;
}

/** The same with equal ratios side by side; both ends of `from` are above 0. `logarithmic([1, 100], [0, 10])(10)` → 5. */
export function logarithmic(from: readonly [number, number], to: readonly [number, number]): (value: number) => number {
  const place = linear([Math.log(from[0]), Math.log(from[1])], to);
  return (value) => place(Math.log(value));
}

/** Places of one width side by side. */
export interface Bands {
  /** From the start of one to the start of the next. */
  step: number;
  width: number;
  gap: number;
  startOf(index: number): number;
}

/** So many bands between two ends. `gap`: the share of a step between two of them, `margin`: that before the first and after the last. */
export function bandsOf(length: number, [start, end]: readonly [number, number], gap: number, margin: number): Bands {
  const step = (end - start) / Math.max(1, length - gap + 2 * margin);
  const first = start + (end - start - step * (length - gap)) / 2;
  return { step, width: step * (1 - gap), gap: step * gap, startOf: (index) => first + step * index };
}
