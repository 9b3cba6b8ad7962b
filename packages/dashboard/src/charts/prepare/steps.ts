import { logScale, niceScale } from "./ticks.ts";
import type { ValueScale } from "./ticks.ts";

export interface StepInput {
  name: string;
  /** Each holds until the next; `from` is a date (2026-11-22, UTC), null: always. Value null: no price. */
  versions: readonly { from: string | null; value: number | null }[];
}

/** A stretch of time in which a price stays the same. */
interface Step {
  fromMs: number;
  toMs: number;
  value: number;
  /** Announced: begins after today. */
  future: boolean;
}

/** A day on which something changed, with what holds from then on. */
export interface PriceChange {
  /** Null: before anything is known. */
  date: string | null;
  fromMs: number;
  toMs: number;
  /** One for each line. */
  values: (number | null)[];
}

export interface PreparedSteps {
  /** Null is a gap. */
  lines: { name: string; steps: Step[] }[];
  changes: PriceChange[];
  startMs: number;
  endMs: number;
  nowMs: number;
  scale: ValueScale;
  isLog: boolean;
}

/** Turns dated prices into steps that only need drawing. `log` is left where a price is 0, which has no place on such a scale. */
export function prepareSteps(input: {
  lines: readonly StepInput[];
  nowMs: number;
  log?: boolean | undefined;
}): PreparedSteps {
  const { nowMs } = input;
  const dates = [
    ...new Set(input.lines.flatMap(({ versions }) => versions.flatMap(({ from }) => from ?? []))),
  ].toSorted();
  const first = dates[0] === undefined ? nowMs - YEAR_MS : Math.min(Date.parse(dates[0]), nowMs);
  const last = dates.at(-1) === undefined ? nowMs : Math.max(Date.parse(dates.at(-1) ?? ""), nowMs);
  const room = Math.max(DAY_MS, (last - first) * 0.05);
  const always = input.lines.some(({ versions }) => versions.some(({ from }) => from === null));
  const startMs = Math.min(always && dates.length > 0 ? first - room : first, nowMs - DAY_MS);
  // What begins after today needs room behind it to be seen.
  const endMs = last > nowMs ? last + room : nowMs;
  const begins = [...(always ? [null] : []), ...dates];
  const changes = begins.map((date, index): PriceChange => {
    const next = begins[index + 1];
    return {
      date,
      fromMs: date === null ? startMs : Date.parse(date),
      toMs: next === undefined || next === null ? endMs : Date.parse(next),
      values: input.lines.map((line) => holding(line, date)),
    };
  });
  const known = changes.flatMap(({ values }) => values.flatMap((value) => value ?? []));
  const isLog = input.log === true && known.length > 0 && known.every((value) => value > 0);
  return {
    lines: input.lines.map(({ name }, index) => ({ name, steps: stepsOf(changes, index, nowMs) })),
    changes,
    startMs,
    endMs,
    nowMs,
    scale: isLog
      ? logScale(Math.min(...known), Math.max(...known))
      : niceScale(Math.max(0, ...known), { lowest: Math.min(0, ...known) }),
    isLog,
  };
}

/** The version that holds on a date: the last one that began. */
function holding({ versions }: StepInput, date: string | null): number | null {
  const begun = versions
    .filter(({ from }) => from === null || (date !== null && from <= date))
    .toSorted((a, b) => (a.from ?? "").localeCompare(b.from ?? ""));
  return begun.at(-1)?.value ?? null;
}

/** Neighbours of the same price are one step; today cuts what runs on from what is only announced. */
function stepsOf(changes: readonly PriceChange[], line: number, nowMs: number): Step[] {
  const steps: Step[] = [];
  for (const { fromMs, toMs, values } of changes) {
    const value = values[line] ?? null;
    if (value === null) continue;
    const last = steps.at(-1);
    if (last !== undefined && last.value === value && last.toMs === fromMs) last.toMs = toMs;
    else steps.push({ fromMs, toMs, value, future: fromMs > nowMs });
  }
  return steps.flatMap((step) =>
    step.future || step.toMs <= nowMs
      ? [step]
      : [
          { ...step, toMs: nowMs },
          { ...step, fromMs: nowMs, future: true },
        ].filter(({ fromMs, toMs }) => toMs > fromMs),
  );
}

/** Days for the marks below a stretch of time, at most `max`: starts of years or months, of weeks or days where it is short. ISO dates. */
export function dateMarks(startMs: number, endMs: number, max: number): string[] {
  const days = (endMs - startMs) / DAY_MS;
  const dayStep = [1, 2, 7, 14].find((step) => days / step <= max);
  if (dayStep !== undefined && days < 60) {
    const first = Math.ceil(startMs / DAY_MS);
    const count = Math.floor((endMs - first * DAY_MS) / DAY_MS / dayStep) + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => isoDate((first + index * dayStep) * DAY_MS));
  }
  const start = new Date(startMs);
  const firstMonth = start.getUTCFullYear() * 12 + start.getUTCMonth();
  const months = days / 30.4;
  const step = [1, 2, 3, 6, 12, 24, 60].find((each) => months / each <= max) ?? 120;
  const marks: string[] = [];
  for (let month = Math.floor(firstMonth / step) * step; ; month += step) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (at > endMs) return marks;
    if (at >= startMs) marks.push(isoDate(at));
  }
}

const isoDate = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
