import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInput } from "./errors.ts";
import { buckets, dayIn, previousPeriod, resolvePeriod, type Period, type PeriodRequest } from "./period.ts";
import { TIME_UNITS, type TimeUnit } from "./vocabulary.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ZONES = Intl.supportedValuesOf("timeZone");

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function range(period: Period | null): string {
  return period === null ? "none" : `${iso(period.startMs)}/${iso(period.endMs)}`;
}

function resolve(request: PeriodRequest, timeZone: string, now: string, firstEventMs: number | null = null): Period {
  return resolvePeriod(request, { timeZone, nowMs: Date.parse(now), firstEventMs });
}

function labels(period: Period, unit: TimeUnit): string[] {
  return buckets(period, unit).map((bucket) => bucket.label);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInput) return `${error.field}: ${error.code}`;
    throw error;
  }
  return "accepted";
}

describe("named periods", () => {
  const now = "2026-11-22T14:30:00Z";
  test.each([
    ["today", "2026-11-22", "2026-11-23"],
    ["yesterday", "2026-11-21", "2026-11-22"],
    ["week", "2026-11-16", "2026-11-23"],
    ["month", "2026-11-01", "2026-11-23"],
    ["quarter", "2026-10-01", "2026-11-23"],
    ["year", "2026-01-01", "2026-11-23"],
    ["7d", "2026-11-16", "2026-11-23"],
    ["30d", "2026-10-24", "2026-11-23"],
    ["90d", "2026-08-25", "2026-11-23"],
  ])("%s", (name, start, end) => {
    expect(range(resolve({ period: name }, "UTC", now))).toBe(`${start}T00:00:00.000Z/${end}T00:00:00.000Z`);
  });

  test("thirty days when nothing is asked", () => {
    expect(resolve({}, "UTC", now).name).toBe("30d");
  });

  test("all begins with the day of the first event, and ends with today", () => {
    const first = Date.parse("2025-03-04T23:30:00Z");
    expect(range(resolve({ period: "all" }, "Asia/Kathmandu", now, first))).toBe(
      "2025-03-04T18:15:00.000Z/2026-11-22T18:15:00.000Z",
    );
  });

  test("all reaches to events that came with a clock running ahead", () => {
    const period = resolvePeriod(
      { period: "all" },
      { timeZone: "UTC", nowMs: Date.parse(now), firstEventMs: 0, lastEventMs: Date.parse("2026-12-24T08:00:00Z") },
    );
    expect(iso(period.endMs)).toBe("2026-12-25T00:00:00.000Z");
  });

  test("a day in Kathmandu starts at 18:15 UTC", () => {
    expect(range(resolve({ period: "today" }, "Asia/Kathmandu", now))).toBe(
      "2026-11-21T18:15:00.000Z/2026-11-22T18:15:00.000Z",
    );
  });
});

describe("custom periods", () => {
  test("dates are their starts in the zone, to is excluded", () => {
    expect(range(resolve({ from: "2026-03-28", to: "2026-03-30" }, "Europe/Berlin", "2026-11-22T00:00:00Z"))).toBe(
      "2026-03-27T23:00:00.000Z/2026-03-29T22:00:00.000Z",
    );
  });

  test("local times, instants and milliseconds", () => {
    const now = "2026-11-22T00:00:00Z";
    expect(range(resolve({ from: "2026-07-01T08:30", to: "2026-07-01T06:30:00.250Z" }, "Europe/Berlin", now))).toBe(
      "2026-07-01T06:30:00.000Z/2026-07-01T06:30:00.250Z",
    );
    expect(range(resolve({ from: "2026-07-01T08:30:00-03:30", to: "2026-07-02T00:00:00+0545" }, "UTC", now))).toBe(
      "2026-07-01T12:00:00.000Z/2026-07-01T18:15:00.000Z",
    );
  });

  test("a local time that the clock skips lies after the gap", () => {
    const period = resolve({ from: "2026-03-29T02:30", to: "2026-03-30" }, "Europe/Berlin", "2026-11-22T00:00:00Z");
    expect(iso(period.startMs)).toBe("2026-03-29T01:30:00.000Z");
  });

  test("a local time that the clock shows twice is the first of the two", () => {
    const period = resolve({ from: "2026-10-25T02:30", to: "2026-10-26" }, "Europe/Berlin", "2026-11-22T00:00:00Z");
    expect(iso(period.startMs)).toBe("2026-10-25T00:30:00.000Z");
  });

  test("a missing end is the end of today, a missing start the first event", () => {
    const now = "2026-11-22T10:00:00Z";
    expect(range(resolve({ from: "2026-11-20" }, "UTC", now))).toBe(
      "2026-11-20T00:00:00.000Z/2026-11-23T00:00:00.000Z",
    );
    const first = Date.parse("2026-10-01T07:00:00Z");
    expect(range(resolve({ to: "2026-11-20" }, "UTC", now, first))).toBe(
      "2026-10-01T07:00:00.000Z/2026-11-20T00:00:00.000Z",
    );
  });

  test.each([
    [{ from: "2026-02-30", to: "2026-03-01" }, "from: unreadable_time"],
    [{ from: "2026-11-01", to: "2026-11-02T25:00" }, "to: unreadable_time"],
    [{ from: "yesterday" }, "from: unreadable_time"],
    [{ from: "0000-01-01" }, "from: time_out_of_range"],
    [{ from: "2026-01-01", to: "9999-12-31" }, "to: time_out_of_range"],
    [{ from: "2026-01-02", to: "2026-01-01" }, "to: period_empty"],
    [{ from: "2026-01-02", to: "2026-01-02" }, "to: period_empty"],
    [{ from: "2026-12-02" }, "from: period_empty"],
    [{ period: "7d", from: "2026-01-02" }, "period: period_ambiguous"],
    [{ period: "fortnight" }, "period: unknown_period"],
  ])("%o is refused as %s", (request, expected) => {
    expect(refusal(() => resolve(request, "UTC", "2026-11-22T10:00:00Z"))).toBe(expected);
  });

  test("an unknown zone is refused", () => {
    expect(refusal(() => resolve({}, "Mars/Olympus", "2026-11-22T10:00:00Z"))).toBe("tz: unknown_time_zone");
  });
});

describe("the period before, with the same unfinished part", () => {
  const now = "2026-11-14T15:00:00Z";
  test.each([
    ["today", "2026-11-13T00:00:00.000Z/2026-11-13T15:00:00.000Z"],
    ["yesterday", "2026-11-12T00:00:00.000Z/2026-11-13T00:00:00.000Z"],
    ["week", "2026-11-02T00:00:00.000Z/2026-11-07T15:00:00.000Z"],
    ["month", "2026-10-01T00:00:00.000Z/2026-10-14T15:00:00.000Z"],
    ["quarter", "2026-07-01T00:00:00.000Z/2026-08-14T15:00:00.000Z"],
    ["year", "2025-01-01T00:00:00.000Z/2025-11-14T15:00:00.000Z"],
    ["7d", "2026-11-01T00:00:00.000Z/2026-11-07T15:00:00.000Z"],
    ["30d", "2026-09-16T00:00:00.000Z/2026-10-15T15:00:00.000Z"],
    ["all", "none"],
  ])("%s", (name, expected) => {
    expect(range(previousPeriod(resolve({ period: name }, "UTC", now), Date.parse(now)))).toBe(expected);
  });

  test("on the 31st of March all of February", () => {
    const lateMarch = "2026-03-31T15:00:00Z";
    expect(range(previousPeriod(resolve({ period: "month" }, "UTC", lateMarch), Date.parse(lateMarch)))).toBe(
      "2026-02-01T00:00:00.000Z/2026-03-01T00:00:00.000Z",
    );
  });

  test("the time of day is the local one, also after a clock change", () => {
    // Berlin: 14 November 16:00 is UTC+1, 14 October 16:00 was UTC+2.
    expect(range(previousPeriod(resolve({ period: "month" }, "Europe/Berlin", now), Date.parse(now)))).toBe(
      "2026-09-30T22:00:00.000Z/2026-10-14T14:00:00.000Z",
    );
  });

  test("whole custom days: as many days before, whatever their hours", () => {
    const period = resolve({ from: "2026-03-28", to: "2026-03-31" }, "Europe/Berlin", now);
    expect(range(previousPeriod(period, Date.parse(now)))).toBe("2026-03-24T23:00:00.000Z/2026-03-27T23:00:00.000Z");
  });

  test("any other custom range: as many milliseconds before", () => {
    const period = resolve({ from: "2026-03-28T10:00Z", to: "2026-03-28T10:00:00.007Z" }, "Europe/Berlin", now);
    expect(range(previousPeriod(period, Date.parse(now)))).toBe("2026-03-28T09:59:59.993Z/2026-03-28T10:00:00.000Z");
  });

  test("never reaches into the period itself, in any zone, at any time", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom("today", "yesterday", "week", "month", "quarter", "year", "7d", "30d", "90d"),
        fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2030, 0, 1) }),
        (timeZone, name, nowMs) => {
          const period = resolvePeriod({ period: name }, { timeZone, nowMs });
          const before = previousPeriod(period, nowMs);
          expect(before).not.toBeNull();
          expect(before!.endMs).toBeLessThanOrEqual(period.startMs);
          expect(before!.endMs).toBeGreaterThanOrEqual(before!.startMs);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("buckets", () => {
  const now = "2026-11-22T10:00:00Z";

  test("labels of every unit", () => {
    const period = resolve({ from: "2026-09-30", to: "2026-10-02" }, "Europe/Berlin", now);
    expect(labels(period, "hour")[1]).toBe("2026-09-30T01:00:00+02:00");
    expect(labels(period, "day")).toEqual(["2026-09-30", "2026-10-01"]);
    expect(labels(period, "week")).toEqual(["2026-09-28"]);
    expect(labels(period, "month")).toEqual(["2026-09", "2026-10"]);
    expect(labels(period, "quarter")).toEqual(["2026-Q3", "2026-Q4"]);
    expect(labels(period, "year")).toEqual(["2026"]);
  });

  test("the hour that a clock change repeats is two buckets", () => {
    const period = resolve({ from: "2026-10-25", to: "2026-10-26" }, "Europe/Berlin", now);
    expect(labels(period, "hour").slice(1, 5)).toEqual([
      "2026-10-25T01:00:00+02:00",
      "2026-10-25T02:00:00+02:00",
      "2026-10-25T02:00:00+01:00",
      "2026-10-25T03:00:00+01:00",
    ]);
    expect(labels(period, "hour")).toHaveLength(25);
  });

  test("the hour that a clock change skips is none", () => {
    const period = resolve({ from: "2026-03-29", to: "2026-03-30" }, "Europe/Berlin", now);
    expect(labels(period, "hour").slice(1, 3)).toEqual(["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]);
    expect(labels(period, "hour")).toHaveLength(23);
  });

  test.each([
    // Where clocks go forward at midnight, the day starts at one.
    ["America/Santiago", "2026-09-06", "2026-09-06T04:00:00.000Z", 23],
    ["Africa/Cairo", "2025-04-25", "2025-04-24T22:00:00.000Z", 23],
    ["Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00.000Z", 23],
    // Where they go back at midnight, the day before has 25 hours.
    ["America/Santiago", "2026-04-04", "2026-04-04T03:00:00.000Z", 25],
    ["Africa/Cairo", "2025-10-30", "2025-10-29T21:00:00.000Z", 25],
    // Half an hour of daylight saving.
    ["Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00.000Z", 23.5],
    ["Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00.000Z", 24.5],
    ["Asia/Kathmandu", "2026-04-05", "2026-04-04T18:15:00.000Z", 24],
    ["America/St_Johns", "2026-03-08", "2026-03-08T03:30:00.000Z", 23],
  ])("%s on %s starts at %s and has %d hours", (zone, date, start, hours) => {
    const from = Date.parse(`${date}T00:00:00Z`);
    const period = resolve({ from: iso(from - 3 * DAY_MS), to: iso(from + 3 * DAY_MS) }, zone, now);
    const day = buckets(period, "day").find((bucket) => bucket.label === date);
    expect(iso(day!.startMs)).toBe(start);
    expect((day!.endMs - day!.startMs) / HOUR_MS).toBe(hours);
  });

  test("a day that a zone never had is no bucket", () => {
    // Samoa went from 29 to 31 December 2011 when it crossed the date line.
    const period = resolve({ from: "2011-12-29", to: "2012-01-01" }, "Pacific/Apia", now);
    expect(labels(period, "day")).toEqual(["2011-12-29", "2011-12-31"]);
  });

  test("too many are refused", () => {
    const period = resolve({ from: "2000-01-01", to: "2026-01-01" }, "UTC", now);
    expect(refusal(() => buckets(period, "hour"))).toBe("by: too_many_buckets");
  });

  test("tile any period exactly, in every zone, on quarter-hours, with unique labels", () => {
    for (const timeZone of ZONES) {
      fc.assert(
        fc.property(
          fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2027, 0, 1) }),
          fc.integer({ min: 1, max: 120 * DAY_MS }),
          fc.constantFrom(...TIME_UNITS),
          (startMs, lengthMs, unit) => {
            const period = { startMs, endMs: startMs + lengthMs, timeZone };
            const parts = buckets(period, unit);
            expect(parts[0]!.startMs).toBe(period.startMs);
            expect(parts.at(-1)!.endMs).toBe(period.endMs);
            const torn = parts.filter(
              (part, index) =>
                part.endMs <= part.startMs ||
                (index > 0 && (part.startMs !== parts[index - 1]!.endMs || part.startMs % 900_000 !== 0)),
            );
            expect(torn).toEqual([]);
            expect(new Set(parts.map((part) => part.label)).size).toBe(parts.length);
          },
        ),
        { numRuns: 6 },
      );
    }
  });

  test("every day since 2000 in every zone has as many hours as the clock says", () => {
    const odd = new Set<number>();
    const offTheGrain: string[] = [];
    for (const timeZone of ZONES) {
      const period = { startMs: Date.UTC(2000, 0, 1), endMs: Date.UTC(2027, 0, 1), timeZone };
      for (const day of buckets(period, "day").slice(1, -1)) {
        if (day.startMs % 900_000 !== 0) offTheGrain.push(`${timeZone} ${day.label}`);
        const hours = (day.endMs - day.startMs) / HOUR_MS;
        if (hours !== 24) odd.add(hours);
      }
    }
    expect(offTheGrain).toEqual([]);
    // Beyond the usual 23 and 25: half-hour changes, Troll's two hours, Antarctic stations that changed their supplier.
    for (const hours of odd) expect(hours).toSatisfy((value: number) => value >= 20 && value <= 28);
    expect(odd).toContain(23);
    expect(odd).toContain(25);
  });
});

test("the calendar day of an instant is that of the zone's clock", () => {
  const lateAtNightMs = Date.parse("2026-11-22T23:30:00Z");
  expect(dayIn("UTC", lateAtNightMs)).toBe("2026-11-22");
  expect(dayIn("Europe/Berlin", lateAtNightMs)).toBe("2026-11-23");
  expect(dayIn("America/New_York", lateAtNightMs)).toBe("2026-11-22");
  // 18:15 UTC is midnight in Kathmandu, 5 hours 45 minutes ahead.
  const midnightMs = Date.parse("2026-11-22T18:15:00Z");
  expect(dayIn("Asia/Kathmandu", midnightMs - 1)).toBe("2026-11-22");
  expect(dayIn("Asia/Kathmandu", midnightMs)).toBe("2026-11-23");
});
