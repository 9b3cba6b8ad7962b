import type { Writable } from "node:stream";
import type { Progress } from "../context.ts";

/** Fewer redraws than this would look like a hang, more would cost time. */
const redrawIntervalMs = 100;

/** One line that is drawn over itself: `Recording events  12,000 of 40,000  30 %`. Silent when standard error is no terminal. */
export function drawProgress(options: {
  stderr: Writable;
  isTerminal: boolean;
  label: string;
  total: number | undefined;
  now: () => number;
}): Progress {
  const { stderr, isTerminal, label, total, now } = options;
  if (!isTerminal) return { update: () => {}, end: () => {} };
  let drawnAtMs = 0;
  return {
    update(done) {
      if (now() - drawnAtMs < redrawIntervalMs) return;
      drawnAtMs = now();
      stderr.write(`\r\u001b[K${progressText(label, done, total)}`);
    },
    end() {
      stderr.write("\r\u001b[K");
    },
  };
}

/** The words of the line. The share is cut, not rounded: 100 % means done. */
export function progressText(label: string, done: number, total: number | undefined): string {
  const count = done.toLocaleString("en-US");
  if (total === undefined || total <= 0) return `${label}  ${count}`;
  const percent = Math.floor((Math.min(done, total) / total) * 100);
  return `${label}  ${count} of ${total.toLocaleString("en-US")}  ${percent} %`;
}
