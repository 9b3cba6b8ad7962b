import type { PeriodName } from "@outlay/core";
import { addDays } from "./dates.ts";
import type { View } from "./search.ts";

/** A period that the API takes for what is only known by whole UTC days; instants of the address become their days. */
export function wholeDays({ range }: View): { period: PeriodName } | { from: string; to: string } {
  if ("name" in range) return { period: range.name };
  const [from, to] = [utcDay(range.from), utcDay(range.to)];
  const isWithin = !/^\d{4}-\d{2}-\d{2}$/.test(range.to) && Date.parse(range.to) > Date.parse(to);
  return { from, to: isWithin || from === to ? addDays(to, 1) : to };
}

function utcDay(bound: string): string {
  return new Date(bound).toISOString().slice(0, 10);
}
