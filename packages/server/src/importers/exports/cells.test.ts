import { expect, test } from "vitest";
import { cellCount, cellInstant, cellNumber, cellText, PLAIN_CELLS, type CellFormat } from "./cells.ts";

const number = (cell: unknown, decimal: "." | "," = ".") => cellNumber(cell, "Cost", { ...PLAIN_CELLS, decimal });
const instant = (cell: unknown, format: Partial<CellFormat> = {}) => {
  const atMs = cellInstant(cell, "Date", { ...PLAIN_CELLS, ...format });
  return atMs === null ? null : new Date(atMs).toISOString();
};

test("numbers as people and programs write them", () => {
  for (const cell of [
    "1,234,567",
    "1'234'567",
    "1 234 567",
    "1\u00a0234\u202f567",
    "1234567",
    "1_234_567",
    1_234_567,
  ]) {
    expect(number(cell)).toBe(1_234_567);
  }
  expect(number("$0.12")).toBe(0.12);
  expect(number("USD 3")).toBe(3);
  expect(number("US$1,234.50")).toBe(1_234.5);
  expect(number("1.5e-7")).toBe(1.5e-7);
  expect(number(".5")).toBe(0.5);
  expect(number("1.234,5 $", ",")).toBe(1_234.5);
  for (const nothing of ["", " ", "-", "n/a", "NULL", null, undefined, {}]) expect(number(nothing)).toBeNull();
  for (const wrong of ["0,12", "1,23,4", "12 EUR", "1.2.3", "€5", "abc", "1,2345"]) {
    expect(() => number(wrong), wrong).toThrow("Cost is");
  }
  expect(() => number("1.234,5")).toThrow("see --decimal");
  expect(() => cellCount("-1", "Tokens", PLAIN_CELLS)).toThrow("Tokens is -1");
  expect(() => cellCount("1.5", "Tokens", PLAIN_CELLS)).toThrow("whole number");
});

test("times with a zone and without, days, seconds, and dates in an order that somebody named", () => {
  expect(instant("2026-06-01T10:00:00Z")).toBe("2026-06-01T10:00:00.000Z");
  expect(instant("2026-06-01 10:00:00.250+02:00")).toBe("2026-06-01T08:00:00.250Z");
  expect(instant("2026-06-01 10:00:00 UTC", { timeZone: "Europe/Berlin" })).toBe("2026-06-01T10:00:00.000Z");
  expect(instant("2026-06-01 10:00", { timeZone: "Europe/Berlin" })).toBe("2026-06-01T08:00:00.000Z");
  expect(instant("2026-06-01", { timeZone: "America/New_York" })).toBe("2026-06-01T04:00:00.000Z");
  for (const seconds of ["1780308000", "1780308000.0", "1780308000000", 1_780_308_000]) {
    expect(instant(seconds)).toBe("2026-06-01T10:00:00.000Z");
  }
  expect(instant("Nov 22, 2026, 5:04 PM")).toBe("2026-11-22T17:04:00.000Z");
  expect(instant("22 November 2026")).toBe("2026-11-22T00:00:00.000Z");
  expect(instant("11/22/2026 12:30 am")).toBe("2026-11-22T00:30:00.000Z");
  expect(instant("03/04/2026", { dateOrder: "mdy" })).toBe("2026-03-04T00:00:00.000Z");
  expect(instant("03.04.2026 05:06", { dateOrder: "dmy" })).toBe("2026-04-03T05:06:00.000Z");
  expect(() => instant("03/04/2026")).toThrow("--date-order");
  for (const wrong of ["yesterday", "2026-13-01", "2026-02-30", "2026-06-01 25:00", "32 Nov 2026"]) {
    expect(() => instant(wrong), wrong).toThrow("Date is");
  }
  expect(instant("")).toBeNull();
});

test("a text is of one line, whatever stands in the cell", () => {
  expect(cellText(" a\r\n b\u0000 ")).toBe("a b");
  expect(cellText("x".repeat(600))).toHaveLength(512);
  expect(cellText("—")).toBeNull();
});
