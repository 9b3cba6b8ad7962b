import { afterEach, beforeEach, expect, it } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import { anEvent, openLimitsFixture, type OpenLimits } from "./open-limits.fixture.ts";
import { openPersonalLimits, type PersonalLimitsDesk } from "./personal-limits.ts";

let open: OpenLimits;
let ledger: Ledger;
let personal: PersonalLimitsDesk;
beforeEach(async () => {
  open = await openLimitsFixture("2026-11-22T12:00:00Z");
  ledger = { storage: open.storage, now: open.now, timeZone: "UTC" } as Ledger;
  personal = openPersonalLimits(ledger, open.limits);
});
afterEach(() => open.close());

it("keeps what an earlier version has stored as proposals, until limits are made of it", async () => {
  await open.storage.putDocument("limits.personal", { dailyLimit: 3, weeklyLimit: null, emailAlerts: false });
  expect(await personal.read()).toEqual({
    dailyLimit: 3,
    weeklyLimit: null,
    monthlyLimit: 20,
    sessionLimit: 0.5,
    emailAlerts: false,
    made: false,
  });
  expect(open.limits.list()).toEqual([]);
  await personal.change({ monthlyLimit: 30 }, "test");
  expect(await personal.read()).toMatchObject({
    dailyLimit: 3,
    weeklyLimit: null,
    monthlyLimit: 30,
    emailAlerts: false,
    made: true,
  });
  expect(
    open.limits.list().map(({ name, amountNanoUsd, thresholdsPercent }) => [name, amountNanoUsd, thresholdsPercent]),
  ).toEqual([
    ["Each user, a day", 3e9, [80, 100]],
    ["Each user, a month", 30e9, [80, 100]],
    ["Each session", 0.5e9, [80, 100]],
  ]);
});

it("makes each limit once, whoever asks at the same time, and makes again what was removed elsewhere", async () => {
  await Promise.all([
    personal.change({}, "one"),
    personal.change({ dailyLimit: 2 }, "two"),
    personal.change({}, "three"),
  ]);
  expect(open.limits.list()).toHaveLength(4);
  const [daily] = await personal.limits();
  await open.limits.remove(daily!.id, "elsewhere");
  expect(await personal.read()).toMatchObject({ dailyLimit: null, weeklyLimit: 5 });
  await personal.change({ dailyLimit: 1.5 }, "again");
  expect(open.limits.list()).toHaveLength(4);
  expect(await personal.read()).toMatchObject({ dailyLimit: 1.5 });
});

it("shows what is used as the limits count it, also when one is switched off", async () => {
  await personal.change({}, "test");
  await open.storage.appendEvents([anEvent(0.9, open.now(), { user: "ann", session: "s-1" })]);
  expect(await personal.use(ledger, { user: "ann", session: "s-1" })).toMatchObject({
    allowed: false,
    warning: true,
    limits: [
      { period: "day", limit: 1, used: 0.9, percentage: 90, resetsAt: "2026-11-23T00:00:00.000Z" },
      { period: "week", used: 0.9 },
      { period: "month", used: 0.9 },
      { period: "session", limit: 0.5, used: 0.9, percentage: 180, resetsAt: null },
    ],
  });
  expect(await personal.use(ledger, { user: "ben" })).toMatchObject({ allowed: true, warning: false });
  const session = (await personal.limits()).at(-1)!;
  await open.limits.change(session.id, { enabled: false }, "test");
  const after = await personal.use(ledger, { user: "ann", session: "s-1" });
  expect(after.limits.map(({ period }) => period)).toEqual(["day", "week", "month"]);
  await personal.change({ dailyLimit: 2, emailAlerts: false }, "test");
  expect(open.limits.get(session.id)).toMatchObject({ enabled: false });
  await personal.change({ emailAlerts: true }, "test");
  expect(await personal.read()).toMatchObject({ dailyLimit: 2, sessionLimit: null, emailAlerts: true });
  await personal.change({ sessionLimit: 0.25 }, "test");
  expect(open.limits.get(session.id)).toMatchObject({ enabled: true, amountNanoUsd: 0.25e9 });
});
