import type { KeyboardEvent } from "react";

/** The room of a drawing with scales, in pixels. */
export interface Plot {
  left: number;
  width: number;
  top: number;
  height: number;
}

/** Leaves as much at the left as the longest label of the scale needs. */
export function plotOf(width: number, height: number, labels: readonly string[]): Plot {
  const longest = Math.max(0, ...labels.map((label) => label.length));
  const left = Math.max(46, Math.ceil(longest * LABEL_CHARACTER_PX) + 12);
  return { left, width: Math.max(0, width - left), top: 10, height: height - 34 };
}

/** Which of many places carry a label on the axis: as many as fit, counted back from the last. */
export function axisIndexes(length: number, plotWidth: number): number[] {
  if (length === 0 || plotWidth === 0) return [];
  const every = Math.max(1, Math.ceil((length * LABEL_PX) / plotWidth));
  return Array.from({ length: Math.ceil(length / every) }, (_, step) => length - 1 - step * every).toReversed();
}

/** Arrow keys, Home and End among places of which one has the focus. True when the key was one of them. */
export function walk(
  event: KeyboardEvent,
  index: number,
  length: number,
  focus: (index: number) => void,
  keys: { back: string; on: string } = { back: "ArrowLeft", on: "ArrowRight" },
): boolean {
  const next = { [keys.back]: index - 1, [keys.on]: index + 1, Home: 0, End: length - 1 }[event.key];
  if (next === undefined) return false;
  event.preventDefault();
  focus(Math.max(0, Math.min(length - 1, next)));
  return true;
}

/** Labels in the middle of a place must not stick out at the right. */
export const clampLabel = (x: number, width: number) => Math.min(x, width - HALF_LABEL_PX);

const LABEL_CHARACTER_PX = 6.4;
const LABEL_PX = 58;
/** Half of the widest axis label. */
const HALF_LABEL_PX = 20;
