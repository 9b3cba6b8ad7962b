import type { WireEvent } from "@outlay/core";
import { castOfDay } from "./cast.ts";
import { DayOfCalls } from "./day-of-calls.ts";
import { createRandom } from "./random.ts";
import { dayWeight } from "./rhythm.ts";
import { addSession } from "./session.ts";
import type { Cardinality } from "./cast.ts";

/** What to generate. The same options give the same events. */
export interface GenerateOptions {
  /** Default 1. */
  seed?: number;
  /** Events occur before this instant. */
  untilMs: number;
  /** How many UTC days, the last one being that of `untilMs`. Default 90. */
  days?: number;
  /**
   * Average of a day, weekends included; default 650. A day's events do not depend on the days around it nor on
   * `untilMs`: generating again with a later `untilMs` and the same `anchorMs` repeats what was there and adds the rest.
   */
  eventsPerDay?: number;
  /** Instead of `eventsPerDay`: exactly this many over all days, the last day squeezed into the part before `untilMs`. */
  totalEvents?: number;
  /** The spike, the new models and the growth are placed relative to this instant. Default `untilMs`. */
  anchorMs?: number;
  /** More distinct values for benchmarks; absent: those that the organisation has. */
  cardinality?: Cardinality;
}

interface PlannedDay {
  /** UTC days since 1970. */
  day: number;
  count: number;
  /** Part of the day into which the calls are put. */
  lengthMs: number;
}

const dayMs = 86_400_000;

/**
 * Calls of a believable organisation in the order of their time: weekdays and office hours, growth, a day on which
 * an agent ran in circles, an afternoon of failures at a provider, models that come and go. Pure.
 */
export function* generateEvents(options: GenerateOptions): Generator<WireEvent, void, undefined> {
  const { seed = 1, untilMs, anchorMs = untilMs, cardinality = {} } = options;
  const anchorDay = utcDay(anchorMs - 1);
  for (const { day, count, lengthMs } of planDays(options, anchorDay)) {
    const random = createRandom(seed, day);
    const calls = new DayOfCalls({ startMs: day * dayMs, lengthMs, count, random });
    const cast = castOfDay(day, anchorDay, cardinality);
    while (!calls.isFull) addSession(calls, cast, random);
    yield* calls.inOrder(untilMs);
  }
}

function planDays(options: GenerateOptions, anchorDay: number): PlannedDay[] {
  const { seed = 1, untilMs, days = 90, eventsPerDay = 650, totalEvents } = options;
  const lastDay = utcDay(untilMs - 1);
  const planned: PlannedDay[] = [];
  for (let day = lastDay - days + 1; day <= lastDay; day++) {
    const count = Math.round(eventsPerDay * dayWeight(day, anchorDay, createRandom(seed, day, 1)));
    planned.push({ day, count, lengthMs: dayMs });
  }
  return totalEvents === undefined ? planned : spread(planned, totalEvents, untilMs);
}

/** Shares `total` among the days by their weight; rounding carries over, so that the sum is exact. */
function spread(planned: PlannedDay[], total: number, untilMs: number): PlannedDay[] {
  const inDay = (day: number) => Math.min(dayMs, untilMs - day * dayMs);
  const weights = planned.map(({ day, count }) => (Math.max(count, 1) * inDay(day)) / dayMs);
  const sum = weights.reduce((a, b) => a + b, 0);
  let weighed = 0;
  let given = 0;
  return planned.map(({ day }, index) => {
    weighed += weights[index]!;
    const reached = index === planned.length - 1 ? total : Math.round((weighed / sum) * total);
    const count = reached - given;
    given = reached;
    return { day, count, lengthMs: inDay(day) };
  });
}

function utcDay(instantMs: number): number {
  return Math.floor(instantMs / dayMs);
}
