import { expect, test } from "vitest";
import { callTime, dateInWords, dayRange, localDate } from "./time.ts";

const at = (iso: string) => Date.parse(iso);

test("a period names its last day, not its excluded end", () => {
  const start = at("2026-11-01T00:00:00+01:00");
  const end = at("2026-11-23T00:00:00+01:00");
  expect(dayRange(start, end, "Europe/Berlin")).toBe("1 – 22 Nov 2026");
  expect(dayRange(end, at("2026-11-24T00:00:00+01:00"), "Europe/Berlin")).toBe("23 Nov 2026");
});

test("the local date follows the zone", () => {
  expect(localDate(at("2026-11-21T23:30:00Z"), "Europe/Berlin")).toBe("2026-11-22");
  expect(localDate(at("2026-11-21T23:30:00Z"), "America/New_York")).toBe("2026-11-21");
  expect(localDate(at("2026-01-05T00:00:00Z"), "Asia/Kathmandu")).toBe("2026-01-05");
});

test("a call of today shows its second, one of another day its date", () => {
  const now = at("2026-11-22T12:00:00Z");
  expect(callTime(at("2026-11-22T05:03:09Z"), now, "UTC")).toBe("05:03:09");
  expect(callTime(at("2026-11-22T05:03:09Z"), now, "UTC", "short")).toBe("05:03");
  expect(callTime(at("2026-11-20T05:03:09Z"), now, "UTC")).toBe("20 Nov, 05:03");
});

test("dates in words know no zone", () => {
  expect(dateInWords("2026-11-22", "short")).toBe("22 Nov");
  expect(dateInWords("2026-11-22", "long")).toBe("Sun, 22 Nov 2026");
  expect(dateInWords("2026-11-01", "month")).toBe("November 2026");
});
