import fc from "fast-check";
import { expect, it } from "vitest";
import { countedAt, periodAt, periodStarts } from "./limit-period.ts";

const UNITS = ["day", "week", "month", "quarter", "year"] as const;
const ZONES = Intl.supportedValuesOf("timeZone");
const DAY_MS = 86_400_000;

/** The unit that a date lies in, by name, worked out from what a calendar on the wall shows. */
function unitOf(unit: (typeof UNITS)[number], date: string): string {
  const [year, month] = date.split("-").map(Number) as [number, number];
  const atMs = Date.parse(date);
  if (unit === "day") return date;
  if (unit === "week")
    return new Date(atMs - ((new Date(atMs).getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
  if (unit === "month") return `${year}-${month}`;
  return unit === "quarter" ? `${year}-Q${Math.ceil(month / 3)}` : String(year);
}

it("periods of the calendar begin and end where the date on the wall changes, in every zone", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom(...UNITS),
      fc.integer({ min: Date.UTC(2012, 0, 1), max: Date.UTC(2036, 0, 1) }),
      (timeZone, unit, atMs) => {
        const format = new Intl.DateTimeFormat("en-CA", {
          timeZone,
          year: "numeric",
          month: "2-digit",
          day: "2-digit",
        });
        const shown = (ms: number) => unitOf(unit, format.format(ms));
        const { startMs, endMs } = periodAt({ period: { unit, rolling: false, timeZone } }, atMs, "UTC");
        expect(startMs <= atMs && atMs < endMs).toBe(true);
        expect([shown(startMs), shown(endMs - 1)]).toEqual([shown(atMs), shown(atMs)]);
        expect(shown(startMs - 1)).not.toBe(shown(atMs));
        expect(shown(endMs)).not.toBe(shown(atMs));
      },
    ),
    { numRuns: 300 },
  );
});

it("a limit without a zone has the server's, and one that starts later counts from there", () => {
  const atMs = Date.parse("2026-11-22T23:30:00Z");
  const day = { period: { unit: "day" as const, rolling: false, timeZone: null }, startsAtMs: null };
  expect(countedAt(day, atMs, "Europe/Berlin")).toEqual({
    startMs: Date.parse("2026-11-22T23:00:00Z"),
    endMs: Date.parse("2026-11-23T23:00:00Z"),
  });
  expect(countedAt({ ...day, startsAtMs: atMs }, atMs, "Europe/Berlin").startMs).toBe(atMs);
  const tomorrowMs = atMs + 2 * DAY_MS;
  const { startMs, endMs } = countedAt({ ...day, startsAtMs: tomorrowMs }, atMs, "UTC");
  expect(startMs).toBe(endMs);
});

it("periods that carry over follow each other from the limit's first one", () => {
  const month = { period: { unit: "month" as const, rolling: false, timeZone: "America/New_York" }, startsAtMs: null };
  const createdAtMs = Date.parse("2026-09-10T12:00:00Z");
  const starts = periodStarts({ ...month, createdAtMs }, Date.parse("2026-11-22T12:00:00Z"), "UTC");
  expect(starts.map((startMs) => new Date(startMs).toISOString())).toEqual([
    "2026-09-01T04:00:00.000Z",
    "2026-10-01T04:00:00.000Z",
    "2026-11-01T04:00:00.000Z",
  ]);
});
