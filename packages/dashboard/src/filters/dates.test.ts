import { expect, test } from "vitest";
import { addDays, addMonths, daysBetween, isDate } from "./dates.ts";

test("days and months cross their borders", () => {
  expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
  expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  expect(addMonths("2026-12-01", 1)).toBe("2027-01-01");
  expect(addMonths("2026-01-01", -1)).toBe("2025-12-01");
  expect(daysBetween("2026-10-24", "2026-11-23")).toBe(30);
});

test.each(["2026-02-30", "2026-13-01", "2026-1-01", "yesterday", ""])("%s is no date", (text) => {
  expect(isDate(text)).toBe(false);
});

test("2028-02-29 is one", () => {
  expect(isDate("2028-02-29")).toBe(true);
});
