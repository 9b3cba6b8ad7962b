import { expect, test } from "vitest";
import { bucketDays, bucketName } from "./bucket-names.ts";

test.each([
  ["2026-11-22T05:00:00+01:00", "hour", "05:00", "Sun, 22 Nov 2026, 05:00"],
  ["2026-11-22", "day", "22 Nov", "Sun, 22 Nov 2026"],
  ["2026-11-16", "week", "16 Nov", "Week of Mon, 16 Nov 2026"],
  ["2026-11", "month", "Nov 26", "November 2026"],
  ["2026-Q4", "quarter", "2026-Q4", "2026-Q4"],
] as const)("%s as %s", (label, unit, short, long) => {
  expect(bucketName(label, unit)).toEqual({ short, long });
});

test("a bucket's days exclude the end", () => {
  expect(bucketDays("2026-12-31", "day")).toEqual({ from: "2026-12-31", to: "2027-01-01" });
  expect(bucketDays("2026-11-16", "week")).toEqual({ from: "2026-11-16", to: "2026-11-23" });
  expect(bucketDays("2026-12", "month")).toEqual({ from: "2026-12-01", to: "2027-01-01" });
  expect(bucketDays("2026-11-22T05:00:00+01:00", "hour")).toBeNull();
});
