import { expect, it } from "vitest";
import { RETRY_DELAYS_MS, retryDelayMs } from "./retry-delay.ts";

const hourMs = 3_600_000;

it("waits longer each time, for some hours in all, and then no more", () => {
  const delays = RETRY_DELAYS_MS.map((_, index) => retryDelayMs(index + 1, null, 0)!);
  expect(delays).toEqual(delays.toSorted((one, other) => one - other));
  const sumMs = delays.reduce((sum, delay) => sum + delay, 0);
  expect(sumMs).toBeGreaterThan(12 * hourMs);
  expect(sumMs).toBeLessThan(24 * hourMs);
  expect(retryDelayMs(RETRY_DELAYS_MS.length + 1, null, 0)).toBe(null);
});

it("waits as long as the receiver asks, within reason, and never less than its own time", () => {
  expect(retryDelayMs(1, 60_000, 0)).toBe(60_000);
  expect(retryDelayMs(1, 100, 0)).toBe(5_000);
  expect(retryDelayMs(1, 400 * hourMs, 0)).toBe(4 * hourMs);
  expect(retryDelayMs(1, null, 1)).toBe(6_000);
});
