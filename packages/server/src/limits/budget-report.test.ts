import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { budgetReport } from "./budget-report.ts";
import type { Limit } from "./limit.ts";
import { aCharge, anEvent, openLimitsFixture, type OpenLimits } from "./open-limits.fixture.ts";

const DAY_MS = 86_400_000;
/** A Wednesday. */
const NOW = "2026-11-18T12:00:00Z";
const USD = 1e9;

/** One for all tests: each has a project of its own. */
let open: OpenLimits;
let project = "";
let count = 0;
beforeAll(async () => {
  open = await openLimitsFixture(NOW);
});
afterAll(() => open.close());
beforeEach(() => {
  project = `project-${++count}`;
});

const at = (time: string) => Date.parse(`2026-${time}Z`);
const make = (wanted: Record<string, unknown>): Promise<Limit> =>
  open.limits.create(
    { name: "made", kind: "budget", filters: [`project:${project}`], period: "month", amountUsd: 15, ...wanted },
    "test",
  );
const report = ({ id }: Limit, options: { value?: string; periods?: number } = {}) =>
  budgetReport({ ledger: { storage: open.storage, now: open.now, timeZone: "UTC" }, limits: open.limits }, id, options);
const spend = (costUsd: number, time: string, rest: object = {}) =>
  open.storage.appendEvents([anEvent(costUsd, at(time), { project, ...rest })]);

/** A dollar at nine o'clock of every weekday from 20 October to now. */
async function spendOnWeekdays(): Promise<void> {
  const days = Array.from({ length: 30 }, (_, index) => at("10-20T09:20:00") + index * DAY_MS);
  const weekdays = days.filter((day) => ![0, 6].includes(new Date(day).getUTCDay()));
  await open.storage.appendEvents(weekdays.map((day) => anEvent(1, day, { project })));
}

it("goes on from here as such hours have cost, to the end of the month and to where the amount is used up", async () => {
  await spendOnWeekdays();
  const { standing, projection, history, period } = await report(await make({}), { periods: 2 });
  // Thirteen weekdays of November are over, eight are to come: the fifteenth dollar is spent by ten o'clock on Friday.
  expect(standing).toMatchObject({
    state: { spentNanoUsd: 13 * USD },
    usedPercent: 86.67,
    elapsedPercent: 58.33,
    pace: 1.49,
  });
  expect(projection).toEqual({
    endNanoUsd: 21 * USD,
    exhaustedAtMs: at("11-20T10:00:00"),
    method: expect.stringContaining("each hour of the week"),
  });
  expect(history.map(({ startMs, spentNanoUsd }) => [startMs, spentNanoUsd])).toEqual([
    [at("10-01T00:00:00"), 9 * USD],
    [at("11-01T00:00:00"), 13 * USD],
  ]);
  expect(period).toEqual({ startMs: at("11-01T00:00:00"), endMs: at("12-01T00:00:00") });
});

it("looks ahead of totals too, which have no end", async () => {
  await spendOnWeekdays();
  const { projection, history, standing, period } = await report(await make({ period: "total", amountUsd: 24 }));
  expect(standing).toMatchObject({ state: { spentNanoUsd: 22 * USD }, elapsedPercent: null, pace: null });
  expect(projection).toMatchObject({ endNanoUsd: null, exhaustedAtMs: at("11-20T10:00:00") });
  expect([history, period]).toEqual([[], null]);
});

it("knows that a rolling period also lets go", async () => {
  await spendOnWeekdays();
  const rolling = { unit: "week", rolling: true };
  const steady = await report(await make({ period: rolling, amountUsd: 5.5 }), { periods: 3 });
  expect(steady).toMatchObject({
    standing: { state: { spentNanoUsd: 5 * USD } },
    projection: { endNanoUsd: null, exhaustedAtMs: null },
  });
  expect(steady.history.map(({ spentNanoUsd }) => spentNanoUsd)).toEqual([5 * USD, 5 * USD, 5 * USD]);
});

it("begins where the limit does, in the limit's zone, with charges", async () => {
  await spend(3, "11-09T23:30:00");
  await spend(1, "11-10T00:30:00");
  await open.storage.appendCharges([aCharge(0.5, at("11-11T00:00:00"), { project })]);
  const berlin = { unit: "month", timeZone: "Europe/Berlin" };
  // Midnight of the tenth in Berlin.
  const { history, standing, period } = await report(await make({ period: berlin, startsAt: "2026-11-09T23:00:00Z" }));
  expect(period).toEqual({ startMs: at("10-31T23:00:00"), endMs: at("11-30T23:00:00") });
  expect(history).toEqual([{ startMs: at("11-09T23:00:00"), endMs: at("11-30T23:00:00"), spentNanoUsd: 4.5 * USD }]);
  expect(standing).toMatchObject({ state: { spentNanoUsd: 4.5 * USD }, usedPercent: 30 });
  const later = await report(await make({ period: berlin, startsAt: "2026-11-09T23:45:00Z" }));
  expect(later.standing).toMatchObject({ state: { spentNanoUsd: 1.5 * USD } });
});

it("tells of each value how it stands, and of one all that is known", async () => {
  await spend(6, "11-10T08:00:00", { user: "ann" });
  await spend(3, "11-10T08:00:00", { user: "ben" });
  await spend(9, "10-10T08:00:00", { user: "ann" });
  const limit = await make({ each: "user" });
  const all = await report(limit, { periods: 2 });
  expect(all.values.map(({ state, usedPercent }) => [state.value, usedPercent])).toEqual([
    ["ann", 40],
    ["ben", 20],
  ]);
  expect(all).toMatchObject({ standing: null, projection: null });
  expect(all.history.map(({ spentNanoUsd }) => spentNanoUsd)).toEqual([9 * USD, 9 * USD]);
  const ann = await report(limit, { value: "ann", periods: 2 });
  expect(ann).toMatchObject({ value: "ann", standing: { usedPercent: 40 }, values: [] });
  expect(ann.history.map(({ spentNanoUsd }) => spentNanoUsd)).toEqual([9 * USD, 6 * USD]);
  const nobody = await report(limit, { value: "zed", periods: 1 });
  expect(nobody).toMatchObject({
    standing: { usedPercent: 0, pace: 0 },
    projection: null,
    history: [{ spentNanoUsd: 0 }],
  });
});

it("has neither time nor future for sessions", async () => {
  await spend(6, "11-10T08:00:00", { session: "s-1" });
  const limit = await make({ period: "session" });
  expect(await report(limit)).toMatchObject({
    period: null,
    standing: null,
    projection: null,
    history: [],
    values: [{ usedPercent: 40, pace: null }],
  });
  expect(await report(limit, { value: "s-1" })).toMatchObject({ standing: { usedPercent: 40 }, projection: null });
});

it("refuses what there is not, and a value where all share one account", async () => {
  const limit = await make({});
  await expect(report({ ...limit, id: "nothing" })).rejects.toMatchObject({ code: "limit_not_found", status: 404 });
  await expect(report(limit, { value: "ann" })).rejects.toMatchObject({ code: "value_not_counted", field: "value" });
});
