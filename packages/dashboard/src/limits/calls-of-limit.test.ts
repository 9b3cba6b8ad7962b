import { expect, test } from "vitest";
import { callsOfLimit } from "./calls-of-limit.ts";

const month = { unit: "month", rolling: false, timeZone: null } as const;
const november = { start: "2026-11-01T00:00:00.000Z", end: "2026-12-01T00:00:00.000Z" };

test("the calls that count: its filters, whose account it is, its period", () => {
  const limit = { filters: ["project:shop"], each: "user", period: month, startsAt: null };
  expect(callsOfLimit(limit, "a*b", november)).toEqual({
    from: november.start,
    to: november.end,
    filter: ["project:shop", "user:a\\*b"],
  });
  expect(callsOfLimit({ ...limit, filters: [], each: null }, null, november)).not.toHaveProperty("filter");
});

test("from its start on, and for good where it has no period", () => {
  const limit = { filters: [], each: null, period: month, startsAt: "2026-11-10T00:00:00.000Z" };
  expect(callsOfLimit(limit, null, november)).toMatchObject({ from: "2026-11-10T00:00:00.000Z" });
  const session = { ...limit, period: { unit: "session", rolling: false, timeZone: null } } as const;
  expect(callsOfLimit(session, "s-1", null)).toEqual({ period: "all", filter: ["session:s-1"] });
});
