import { expect, test } from "vitest";
import { viewOf } from "./search.ts";
import { wholeDays } from "./whole-days.ts";

test.each([
  [{}, { period: "30d" }],
  [{ period: "month" }, { period: "month" }],
  [
    { from: "2026-11-01", to: "2026-11-21" },
    { from: "2026-11-01", to: "2026-11-21" },
  ],
  // in Berlin two days, of which UTC knows three
  [
    { from: "2026-11-01T00:00:00+01:00", to: "2026-11-03T00:00:00+01:00" },
    { from: "2026-10-31", to: "2026-11-03" },
  ],
  [
    { from: "2026-11-01T00:00:00Z", to: "2026-11-03T00:00:00Z" },
    { from: "2026-11-01", to: "2026-11-03" },
  ],
  [
    { from: "2026-11-01T05:00:00Z", to: "2026-11-01T06:00:00Z" },
    { from: "2026-11-01", to: "2026-11-02" },
  ],
] as const)("%j asks for %j", (search, asked) => {
  expect(wholeDays(viewOf(search))).toEqual(asked);
});
