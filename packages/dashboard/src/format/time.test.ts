import { expect, test } from "vitest";
import { dateInWords, dayRange } from "./time.ts";

const at = (iso: string) => Date.parse(iso);

test("a period names its last day, not its excluded end", () => {
  const start = at("2026-11-01T00:00:00+01:00");
  const end = at("2026-11-23T00:00:00+01:00");
  expect(dayRange(start, end, "Europe/Berlin")).toBe("1 – 22 Nov 2026");
  expect(dayRange(end, at("2026-11-24T00:00:00+01:00"), "Europe/Berlin")).toBe("23 Nov 2026");
});

test("dates in words know no zone", () => {
  expect(dateInWords("2026-11-22", "short")).toBe("22 Nov");
  expect(dateInWords("2026-11-22", "long")).toBe("Sun, 22 Nov 2026");
  expect(dateInWords("2026-11-01", "month")).toBe("November 2026");
});
