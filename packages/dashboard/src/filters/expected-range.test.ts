import { expect, test } from "vitest";
import { dayRange } from "../format/time.ts";
import { expectedRange } from "./expected-range.ts";
import { validateSearch, viewOf } from "./search.ts";

const nowMs = Date.parse("2026-11-22T23:30:00Z");
const named = (search: Record<string, unknown>, timeZone: string) => {
  const range = expectedRange(viewOf(validateSearch(search)), timeZone, nowMs);
  const words = (stretch: { startMs: number; endMs: number } | null | undefined) =>
    stretch == null ? null : dayRange(stretch.startMs, stretch.endMs, timeZone);
  return [words(range), words(range?.before)];
};

test("names the days of a period that ends today, in the zone, and those before", () => {
  expect(named({}, "UTC")).toEqual(["24 Oct – 22 Nov 2026", "24 Sept – 23 Oct 2026"]);
  expect(named({}, "Pacific/Kiritimati")).toEqual(["25 Oct – 23 Nov 2026", "25 Sept – 24 Oct 2026"]);
  expect(named({ period: "today" }, "America/Los_Angeles")).toEqual(["22 Nov 2026", "21 Nov 2026"]);
  expect(named({ period: "yesterday", compare: "off" }, "Europe/Berlin")).toEqual(["22 Nov 2026", null]);
});

test("stays silent where a calendar decides", () => {
  expect(named({ period: "month" }, "UTC")).toEqual([null, null]);
  expect(named({ from: "2026-11-01", to: "2026-11-03" }, "UTC")).toEqual([null, null]);
});
