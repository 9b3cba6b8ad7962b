import { describe, expect, it } from "vitest";
import { HOUR_MS, type Rhythm } from "./hour-rhythm.ts";
import { projectSpending, type Spending } from "./project-spending.ts";

const start = Date.UTC(2026, 10, 22);
const even: Rhythm = { expectedNanoUsd: () => 60, method: "sixty an hour" };
const day: Spending = {
  nowMs: start + 6.5 * HOUR_MS,
  horizonMs: start + 24 * HOUR_MS,
  hasEnd: true,
  spentNanoUsd: 390,
  amountNanoUsd: 1_200,
  rhythm: even,
  leaving: null,
};

describe("where spending is going", () => {
  it("goes on hour by hour, from the part of the hour that is left", () => {
    // 390 so far; half an hour of 60, then 17 hours of 60. 1,200 are reached 13.5 hours from now.
    expect(projectSpending(day)).toEqual({
      endNanoUsd: 390 + 30 + 17 * 60,
      exhaustedAtMs: start + 20 * HOUR_MS,
      method: "what was spent so far, and sixty an hour for each hour to come",
    });
  });

  it("does not name an instant when the amount lasts, nor when it is used up already", () => {
    expect(projectSpending({ ...day, amountNanoUsd: 1_441 }).exhaustedAtMs).toBeNull();
    expect(projectSpending({ ...day, amountNanoUsd: 390 }).exhaustedAtMs).toBeNull();
  });

  it("has no end for totals", () => {
    const total = projectSpending({ ...day, hasEnd: false, horizonMs: start + 1_000 * HOUR_MS, amountNanoUsd: 3_900 });
    expect(total).toMatchObject({ endNanoUsd: null, exhaustedAtMs: start + 65 * HOUR_MS });
  });

  it("lets go of what leaves a rolling period", () => {
    // The last 24 hours cost 60 each: as much leaves as comes, and the amount is never used up.
    const hours = { startMs: start - 40 * HOUR_MS, nanoUsd: Array.from({ length: 47 }, () => 60) };
    const leaving = { hours, lengthMs: 24 * HOUR_MS };
    const rolling: Spending = {
      ...day,
      hasEnd: false,
      spentNanoUsd: 1_440,
      amountNanoUsd: 1_500,
      horizonMs: day.nowMs + 24 * HOUR_MS,
      leaving,
    };
    expect(projectSpending(rolling)).toMatchObject({ endNanoUsd: null, exhaustedAtMs: null });
    const growing = projectSpending({ ...rolling, rhythm: { ...even, expectedNanoUsd: () => 90 } });
    expect(growing.exhaustedAtMs).toBe(day.nowMs + 2 * HOUR_MS);
  });
});
