import { describe, expect, it } from "vitest";
import { HOUR_MS, hourRhythm } from "./hour-rhythm.ts";

const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const start = Date.UTC(2026, 10, 2);

/** Costs of whole days from the Monday on: `costOf` each hour. */
function costs(days: number, costOf: (hour: number, day: number) => number) {
  const nanoUsd = Array.from({ length: days * 24 }, (_, index) => costOf(index % 24, Math.floor(index / 24)));
  return { startMs: start, nanoUsd };
}

describe("what hours to come will cost", () => {
  it("is the mean of the same hour of the week where two weeks are known", () => {
    const rhythm = hourRhythm(
      costs(14, (hour, day) => (day % 7 < 5 && hour === 9 ? 100 + day : 0)),
      "UTC",
    )!;
    const monday = start + 14 * DAY_MS;
    // The Mondays were the days 0 and 7.
    expect(rhythm.expectedNanoUsd(monday + 9 * HOUR_MS)).toBe(103.5);
    expect(rhythm.expectedNanoUsd(monday + 10 * HOUR_MS)).toBe(0);
    expect(rhythm.expectedNanoUsd(monday + 5 * DAY_MS + 9 * HOUR_MS)).toBe(0);
    expect(rhythm.method).toContain("hour of the week");
  });

  it("is the mean of the same hour of the day over fewer", () => {
    const rhythm = hourRhythm(
      costs(3, (hour, day) => (hour === 9 ? 100 * (day + 1) : 1)),
      "UTC",
    )!;
    expect(rhythm.expectedNanoUsd(start + 3 * DAY_MS + 9 * HOUR_MS)).toBe(200);
    expect(rhythm.expectedNanoUsd(start + 3 * DAY_MS)).toBe(1);
  });

  it("is the mean of all hours on the first day, without those before anything cost anything", () => {
    const rhythm = hourRhythm({ startMs: start, nanoUsd: [0, 0, 0, 10, 20] }, "UTC")!;
    expect(rhythm.expectedNanoUsd(start + DAY_MS)).toBe(15);
    expect(hourRhythm({ startMs: start, nanoUsd: [0, 0] }, "UTC")).toBeNull();
  });

  it("follows the clock of the zone, also when that is changed", () => {
    // Nine o'clock in New York is 13:00 UTC until the clocks went back on 1 November 2026, and 14:00 after.
    const startMs = Date.UTC(2026, 9, 12);
    const nanoUsd = Array.from({ length: 21 * 24 }, (_, index) => (index % 24 === (index < 20 * 24 ? 13 : 14) ? 7 : 0));
    const rhythm = hourRhythm({ startMs, nanoUsd }, "America/New_York")!;
    expect(rhythm.expectedNanoUsd(Date.UTC(2026, 10, 2, 14))).toBe(7);
    expect(rhythm.expectedNanoUsd(Date.UTC(2026, 10, 2, 13))).toBe(0);
  });
});
