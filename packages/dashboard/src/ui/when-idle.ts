/**
 * Does something when the browser has nothing else to do, one such thing at a time: what somebody presses or scrolls comes in
 * between. Returns the way to call it off.
 */
export function whenIdle(task: () => void): () => void {
  waiting.push(task);
  if (waiting.length === 1) ask();
  return () => {
    const index = waiting.indexOf(task);
    if (index !== -1) waiting.splice(index, 1);
  };
}

const waiting: (() => void)[] = [];

function ask(): void {
  // Safari knows no idle time; a moment later is the nearest to it.
  if (typeof requestIdleCallback === "function") requestIdleCallback(next, { timeout: LONGEST_WAIT_MS });
  else setTimeout(next, 30);
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) ask();
}

/** A busy page gets its parts all the same. */
const LONGEST_WAIT_MS = 16;
