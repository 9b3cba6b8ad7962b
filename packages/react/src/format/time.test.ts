import { expect, test } from "vitest";
import { callTime, localDate } from "./time.ts";

const at = (iso: string) => Date.parse(iso);

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
