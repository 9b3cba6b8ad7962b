import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { drawProgress, progressText } from "./progress.ts";

it("says how far the work is, and 100 % only when it is done", () => {
  expect(progressText("Recording", 12_000, 40_000)).toBe("Recording  12,000 of 40,000  30 %");
  expect(progressText("Recording", 39_999, 40_000)).toBe("Recording  39,999 of 40,000  99 %");
  expect(progressText("Recording", 41_000, 40_000)).toBe("Recording  41,000 of 40,000  100 %");
  expect(progressText("Recording", 12_000, undefined)).toBe("Recording  12,000");
});

it("writes to terminals only, not more often than can be read, and takes its line away", () => {
  let nowMs = 1_000;
  const draw = (isTerminal: boolean) => {
    const stderr = new PassThrough();
    const progress = drawProgress({ stderr, isTerminal, label: "Recording", total: 10, now: () => nowMs });
    progress.update(1);
    progress.update(2);
    nowMs += 1_000;
    progress.update(3);
    progress.end();
    return String(stderr.read() ?? "");
  };
  expect(draw(false)).toBe("");
  const drawn = draw(true);
  expect(drawn).toContain("1 of 10");
  expect(drawn).not.toContain("2 of 10");
  expect(drawn).toContain("3 of 10");
  expect(drawn.endsWith("\r\u001b[K")).toBe(true);
});
