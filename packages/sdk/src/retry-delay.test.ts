import { expect, it } from "vitest";

import { retryAfterMs, retryDelayMs } from "./retry-delay.ts";

it("waits twice as long after each failure, up to half a minute, and not all clients alike", () => {
  const longest = [1, 2, 3, 4, 7, 8, 1_000].map((failures) => retryDelayMs(failures, null, 1));
  expect(longest).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000, 30_000]);
  expect(retryDelayMs(3, null, 0)).toBe(1_000);
});

it("waits at least as long as the server asks, within reason", () => {
  expect(retryDelayMs(1, 7_000, 0)).toBe(7_000);
  expect(retryDelayMs(8, 1_000, 1)).toBe(30_000);
  expect(retryDelayMs(1, 1e12, 0)).toBe(300_000);
});

it("understands seconds and dates", () => {
  const nowMs = Date.UTC(2026, 10, 22);
  expect(retryAfterMs("3", nowMs)).toBe(3_000);
  expect(retryAfterMs("Sun, 22 Nov 2026 00:00:10 GMT", nowMs)).toBe(10_000);
  expect(retryAfterMs("Sun, 22 Nov 2020 00:00:10 GMT", nowMs)).toBe(0);
  for (const nothing of ["soon", "", null, undefined]) expect(retryAfterMs(nothing, nowMs)).toBeNull();
});
