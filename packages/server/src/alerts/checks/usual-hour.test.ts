import { expect, test } from "vitest";
import { usualHour, type KnownHour } from "./usual-hour.ts";

const HOUR_MS = 3_600_000;
/** A Monday. */
const startMs = Date.UTC(2026, 8, 7);

function hours(count: number, costUsd: (index: number) => number, offsetMs = 0): KnownHour[] {
  return Array.from({ length: count }, (_, index) => {
    const cost = costUsd(index);
    return { startMs: startMs + index * HOUR_MS, offsetMs, costUsd: cost, calls: cost > 0 ? 1 : 0 };
  });
}

function next(known: KnownHour[], offsetMs = 0): KnownHour {
  return { startMs: startMs + known.length * HOUR_MS, offsetMs, costUsd: 0, calls: 0 };
}

/** Ten around noon of every day but Saturday. */
function dearAtNoon(index: number): number {
  const [hour, day] = [index % 24, Math.floor(index / 24) % 7];
  return hour >= 10 && hour <= 14 && day !== 5 ? 10 : 1;
}

test("fewer than three days are too little; hours before the first call do not count as known", () => {
  const two = hours(71, () => 1);
  expect(usualHour(two, next(two))).toBeNull();
  const late = hours(200, (index) => (index < 150 ? 0 : 1));
  expect(usualHour(late, next(late))).toBeNull();
  const three = hours(72, () => 1);
  expect(usualHour(three, next(three))).toMatchObject({ medianUsd: 1, spreadUsd: 0 });
});

test("with some days the hour of the day counts, with three weeks the hour of the week", () => {
  const days = hours(4 * 24 + 12, dearAtNoon);
  expect(usualHour(days, next(days))).toMatchObject({ medianUsd: 10 });
  // Saturday noon after four weeks
  const weeks = hours(28 * 24 + 5 * 24 + 12, dearAtNoon);
  expect(usualHour(weeks, next(weeks))).toMatchObject({ medianUsd: 1 });
  expect(usualHour(weeks, next(weeks))!.comparedWith).toContain("of the week");
});

test("a spike of the past does not make the next one usual", () => {
  const known = hours(28 * 24, (index) => (index % 168 === 100 && index < 200 ? 500 : 2));
  const hour = { ...next(known), startMs: startMs + (28 * 24 + 100) * HOUR_MS };
  expect(usualHour(known, hour)).toMatchObject({ medianUsd: 2, spreadUsd: 0 });
});

test("hours are those of the clock: in Kathmandu they begin at a quarter past", () => {
  const offsetMs = 5.75 * HOUR_MS;
  const atQuarter = (hour: KnownHour) => ({ ...hour, startMs: hour.startMs + HOUR_MS / 4 });
  const known = hours(10 * 24, (index) => ((index + 6) % 24 >= 8 && (index + 6) % 24 < 18 ? 10 : 1), offsetMs).map(
    atQuarter,
  );
  const noon = { ...known[0]!, startMs: startMs + HOUR_MS / 4 + (10 * 24 + 6) * HOUR_MS };
  const night = { ...known[0]!, startMs: startMs + HOUR_MS / 4 + (10 * 24 + 18) * HOUR_MS };
  expect(usualHour(known, noon)).toMatchObject({ medianUsd: 10 });
  expect(usualHour(known, night)).toMatchObject({ medianUsd: 1 });
});
