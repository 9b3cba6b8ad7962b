import { afterEach, expect, test } from "vitest";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { forecast } from "./forecast.ts";
import { projection } from "./projection.ts";
import { trends } from "./trends.ts";
import { velocity } from "./velocity.ts";

const DAY_MS = 86_400_000;
let ledger: OpenLedger;
afterEach(() => ledger.close());

/** One call at noon of each of the days, oldest first, that costs as many thousandths of a dollar as told. */
async function spend(firstDay: string, milliUsd: number[], rest: Record<string, unknown> = {}): Promise<void> {
  const firstMs = Date.parse(`${firstDay}T12:00:00Z`);
  const events = milliUsd.map((amount, day) =>
    call(new Date(firstMs + day * DAY_MS).toISOString(), {
      ...rest,
      usage: { inputTokens: 0, outputTokens: amount * 100 },
    }),
  );
  expect((await recordUsage(ledger, events)).rejected).toEqual([]);
}

/** 100 on working days, 10 on weekends, from a Monday. */
function weeks(count: number): number[] {
  return Array.from({ length: count * 7 }, (_, day) => (day % 7 < 5 ? 100 : 10));
}

test("trends: the last 7 days against the 7 before, up to the same time", async () => {
  ledger = await openLedger("2026-11-14T15:00:00Z");
  await spend("2026-11-01", [10, 10, 10, 10, 10, 10, 10, 12, 12, 12, 12, 12, 12, 12]);
  // After the time of day that today has reached: not yet comparable.
  await recordUsage(ledger, [call("2026-11-07T18:00:00Z", { usage: { outputTokens: 999_999 } })]);
  const answer = await trends(ledger, {});
  expect(answer.last7Days).toMatchObject({ cost: 0.084, calls: 7 });
  expect(answer.previous7Days).toMatchObject({ cost: 0.07, calls: 7 });
  expect(answer.trend).toBe("up");
  expect(answer.percentageChange).toBeCloseTo(20, 10);
  expect(answer.query.period.name).toBe("7d");
});

test("trends: month over month with the same part", async () => {
  ledger = await openLedger("2026-11-14T15:00:00Z");
  await spend(
    "2026-10-01",
    Array.from({ length: 45 }, () => 10),
  );
  const { monthOverMonth, trend, percentageChange } = await trends(ledger, {});
  expect(monthOverMonth.thisMonth.cost).toBe(0.14);
  expect(monthOverMonth.lastMonthSamePart.cost).toBe(0.14);
  expect(monthOverMonth.lastMonth.cost).toBe(0.31);
  expect([monthOverMonth.percentageChange, trend, percentageChange]).toEqual([0, "stable", 0]);
});

test("trends: from nothing there is no percentage, but a direction", async () => {
  ledger = await openLedger("2026-11-14T15:00:00Z");
  expect(await trends(ledger, {})).toMatchObject({ trend: "stable", percentageChange: null });
  await spend("2026-11-14", [10]);
  expect(await trends(ledger, {})).toMatchObject({ trend: "up", percentageChange: null });
  expect(await trends(ledger, { filter: ["user:nobody"] })).toMatchObject({ trend: "stable", percentageChange: null });
});

test("projection: weekdays and weekends cost what they use to", async () => {
  // Friday 13 November, before noon: today's call is still to come.
  ledger = await openLedger("2026-11-13T09:00:00Z");
  const eightWeeks = weeks(8).slice(0, 53);
  await spend("2026-09-21", eightWeeks);
  const answer = await projection(ledger, {});
  const november = Array.from({ length: 30 }, (_, day) =>
    [6, 0].includes(new Date(Date.UTC(2026, 10, day + 1)).getUTCDay()) ? 10 : 100,
  );
  expect(answer.spent).toBeCloseTo(november.slice(0, 12).reduce((sum, amount) => sum + amount, 0) / 1_000, 9);
  expect(answer.projectedMonthEnd).toBeCloseTo(november.reduce((sum, amount) => sum + amount, 0) / 1_000, 9);
  expect(answer).toMatchObject({ elapsedDays: 13, remainingDays: 17, trend: "stable" });
  expect(answer.method).toContain("each weekday");
});

test("projection: says when there is too little to go by", async () => {
  ledger = await openLedger("2026-11-13T15:00:00Z");
  expect(await projection(ledger, {})).toMatchObject({
    spent: 0,
    projectedMonthEnd: null,
    method: expect.stringContaining("no calls") as string,
  });
  await spend("2026-11-13", [130]);
  const firstDay = await projection(ledger, {});
  // 0.13 in 13 days is 0.01 a day, for 17 more.
  expect(firstDay.projectedMonthEnd).toBeCloseTo(0.3, 9);
  expect(firstDay.method).toContain("too little data");
  await spend("2026-11-10", [10, 10, 10]);
  const fewDays = await projection(ledger, {});
  expect(fewDays.projectedMonthEnd).toBeCloseTo(0.16 + 17 * 0.01, 9);
  expect(fewDays.method).toContain("3 whole days");
});

test("forecast: the next month, with the error that the method has had", async () => {
  ledger = await openLedger("2026-11-16T09:00:00Z");
  // From Monday 20 July: 17 weeks that are all the same, so the method is never wrong.
  await spend("2026-07-20", weeks(17));
  const answer = await forecast(ledger, {});
  expect(answer.month).toEqual({ start: "2026-12-01T00:00:00.000Z", end: "2027-01-01T00:00:00.000Z", timeZone: "UTC" });
  // December 2026 has 23 working days and 8 of weekends.
  expect(answer.expected).toBeCloseTo(2.38, 9);
  expect(answer.errorPercent).toBeCloseTo(0, 9);
  expect(answer.low).toBeCloseTo(2.38, 9);
  expect(answer.basedOnDays).toBe(119);
});

test("forecast: what doubled in between widens the band", async () => {
  ledger = await openLedger("2026-11-16T09:00:00Z");
  await spend(
    "2026-07-20",
    weeks(17).map((amount, day) => (day < 60 ? amount : amount * 2)),
  );
  const answer = await forecast(ledger, {});
  expect(answer.errorPercent).toBeGreaterThan(10);
  expect(answer.low!).toBeLessThan(answer.expected!);
  expect(answer.high!).toBeGreaterThan(answer.expected!);
});

test("forecast: says when there is too little to go by", async () => {
  ledger = await openLedger("2026-11-16T09:00:00Z");
  await spend(
    "2026-11-06",
    Array.from({ length: 10 }, () => 10),
  );
  expect(await forecast(ledger, {})).toMatchObject({ expected: null, low: null, errorPercent: null, basedOnDays: 10 });
  await spend(
    "2026-10-17",
    Array.from({ length: 20 }, () => 10),
  );
  const answer = await forecast(ledger, {});
  expect(answer).toMatchObject({ low: null, high: null, errorPercent: null, basedOnDays: 30 });
  expect(answer.expected).toBeCloseTo(0.31, 9);
});

test("velocity: the pace of the last 24 hours", async () => {
  ledger = await openLedger("2026-11-16T12:00:00Z");
  await recordUsage(ledger, [
    call("2026-11-16T12:00:00Z", { usage: { outputTokens: 2_400 } }),
    call("2026-11-15T12:00:00Z", { usage: { outputTokens: 1_200 } }),
    call("2026-11-14T11:00:00Z", { usage: { outputTokens: 999 } }),
  ]);
  expect(await velocity(ledger, {})).toEqual({
    perHour: 0.001,
    perDay: 0.024,
    perMonth: 0.72,
    last24Hours: 0.024,
    previous24Hours: 0.012,
    percentageChange: 100,
  });
});

test("filters and zones apply, bad ones are refused", async () => {
  ledger = await openLedger("2026-11-14T15:00:00Z");
  await spend("2026-11-13", [10], { user: "u-1" });
  expect((await velocity(ledger, { filter: ["user:u-2"] })).last24Hours).toBe(0);
  // In Auckland the 14th is over, and noon UTC of the 13th was the 14th there.
  expect((await projection(ledger, { tz: ["Pacific/Auckland"] })).elapsedDays).toBe(15);
  await expect(trends(ledger, { tz: ["Mars"] })).rejects.toMatchObject({ code: "unknown_time_zone", field: "tz" });
  await expect(forecast(ledger, { period: ["7d"] })).rejects.toMatchObject({ code: "unknown_parameter" });
});
