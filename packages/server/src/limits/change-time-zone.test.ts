import { afterEach, beforeEach, expect, test } from "vitest";
import { aCall, anEvent, openLimitsFixture, passed, refused, type OpenLimits } from "./open-limits.fixture.ts";

let open: OpenLimits;
beforeEach(async () => {
  open = await openLimitsFixture("2026-11-22T12:00:00Z", "UTC");
});
afterEach(() => open.close());

test("another zone moves the days of limits that name none, with what was spent in them, and keeps what is set aside", async () => {
  const { limits, storage } = open;
  const { id } = await limits.create({ name: "server's", amountUsd: 1, period: "day" }, "test");
  const own = { name: "own", amountUsd: 9, period: { unit: "day", timeZone: "Europe/Berlin" } };
  const berlin = await limits.create(own, "test");
  // today in Tokyo, yesterday in UTC and in Berlin
  await storage.appendEvents([anEvent(0.75, Date.parse("2026-11-21T20:00:00Z"))]);
  passed(await limits.lease(aCall(0.5)));
  const spent = async (limitId: string) => (await limits.states(limitId))[0]!;
  expect(await spent(id)).toMatchObject({ spentNanoUsd: 0, leasedNanoUsd: 500_000_000 });

  limits.setTimeZone("Asia/Tokyo");
  expect(await spent(id)).toMatchObject({ spentNanoUsd: 750_000_000, leasedNanoUsd: 500_000_000 });
  expect(await spent(berlin.id)).toMatchObject({ spentNanoUsd: 0 });
  refused(await limits.lease(aCall(0.1)));

  limits.setTimeZone("UTC");
  passed(await limits.lease(aCall(0.1)));
});

test("a zone that changes while counters are loaded counts in the end", async () => {
  const { limits, storage } = open;
  const { id } = await limits.create({ name: "day", amountUsd: 1, period: "day" }, "test");
  await storage.appendEvents([anEvent(0.75, Date.parse("2026-11-21T20:00:00Z"))]);
  const loading = limits.states(id);
  limits.setTimeZone("Asia/Tokyo");
  expect((await loading)[0]).toMatchObject({ spentNanoUsd: 750_000_000 });
});
