import type { Writable } from "node:stream";
import type { Progress, ProgressUnit } from "../context.ts";
import { formatBytes, formatCount } from "./values.ts";

/** Fewer redraws than this would look like a hang, more would cost time. */
const redrawIntervalMs = 100;

/**
 * One line that is drawn over itself: `Recording events  12,000 of 40,000  30 %`, of bytes `Claude Code  80 MB of 275 MB  29 %
 * 40 MB/s`. Silent when standard error is no terminal.
 */
export function drawProgress(options: {
  stderr: Writable;
  isTerminal: boolean;
  label: string;
  total: number | undefined;
  unit?: ProgressUnit | undefined;
  now: () => number;
}): Progress {
  const { stderr, isTerminal, label, total, unit = "count", now } = options;
  if (!isTerminal) return { update: () => {}, end: () => {} };
  const startedAtMs = now();
  let drawnAtMs = 0;
  return {
    update(done) {
      if (now() - drawnAtMs < redrawIntervalMs) return;
      drawnAtMs = now();
      stderr.write(`\r\u001b[K${progressText(label, done, total, unit)}${rateText(done, now() - startedAtMs, unit)}`);
    },
    end() {
      stderr.write("\r\u001b[K");
    },
  };
}

/** The words of the line. The share is cut, not rounded: 100 % means done. */
export function progressText(
  label: string,
  done: number,
  total: number | undefined,
  unit: ProgressUnit = "count",
): string {
  const written = unit === "bytes" ? formatBytes : formatCount;
  const count = written(done);
  if (total === undefined || total <= 0) return `${label}  ${count}`;
  const percent = Math.floor((Math.min(done, total) / total) * 100);
  return `${label}  ${count} of ${written(total)}  ${percent} %`;
}

/** Of bytes, once there has been time to measure it. */
function rateText(done: number, elapsedMs: number, unit: ProgressUnit): string {
  if (unit !== "bytes" || elapsedMs < 1_000) return "";
  return `  ${formatBytes((done / elapsedMs) * 1_000)}/s`;
}
