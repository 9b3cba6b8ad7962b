import { weightedPicker } from "./random.ts";
import type { Random } from "./random.ts";
import type { Rhythm } from "./organisation.ts";

/** What is special about days, counted from the anchor. */
const SPIKE_DAY = -24;
const INCIDENT_DAY = -11;
/** Each day is this much busier than the one before. */
const dailyGrowth = 0.004;
/** Mean of a week: 5 working days at 1.28 and two days at 0.3. */
const workingDayWeight = 1.28;
const weekendWeight = 0.3;

/** How busy a day is against the average day: weekday, growth, chance, and the day of the spike. */
export function dayWeight(day: number, anchorDay: number, random: Random): number {
  const weekly = isWeekend(day) ? weekendWeight : workingDayWeight;
  const chance = 0.9 + 0.2 * random.next();
  const spike = isSpikeDay(day, anchorDay) ? 2.6 : 1;
  return weekly * chance * spike * Math.exp(dailyGrowth * (day - anchorDay + 45));
}

/** `day` counts UTC days since Thursday, 1 January 1970. */
export function isWeekend(day: number): boolean {
  const weekday = (day + 4) % 7;
  return weekday === 0 || weekday === 6;
}

/** On this day an agent runs in circles. A spike on a weekend would drown in the quiet: the Monday after takes it. */
export function isSpikeDay(day: number, anchorDay: number): boolean {
  return day === workingDayFrom(anchorDay + SPIKE_DAY);
}

/** In the afternoon of this day one provider fails often. */
export function isIncident(day: number, anchorDay: number): boolean {
  return day === workingDayFrom(anchorDay + INCIDENT_DAY);
}

/** Calls in each UTC hour: two offices, in Europe and on the American east coast, share the day. */
const officeHours = [1, 0.5, 0.3, 0.3, 0.5, 2, 8, 18, 28, 32, 30, 24, 27, 36, 42, 40, 36, 28, 20, 15, 11, 7, 4, 2];
const nightHours = [8, 30, 40, 36, 20, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4];
const alwaysHours = [10, 9, 8, 8, 9, 11, 14, 17, 19, 20, 20, 20, 21, 22, 23, 23, 22, 21, 20, 19, 18, 16, 14, 12];

/** Picks the UTC hour in which a session begins. */
export const pickHour: Record<Rhythm, (random: Random) => number> = {
  office: hourPicker(officeHours),
  night: hourPicker(nightHours),
  always: hourPicker(alwaysHours),
};

function hourPicker(weights: readonly number[]): (random: Random) => number {
  return weightedPicker(weights.map((weight, hour) => [hour, weight] as const));
}

function workingDayFrom(day: number): number {
  let working = day;
  while (isWeekend(working)) working++;
  return working;
}
