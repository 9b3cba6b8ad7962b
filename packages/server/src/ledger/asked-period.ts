import { dependsOnEvents, resolvePeriod, type Period, type PeriodRequest } from "@outlay/core";
import type { RangeAnswer, ResolvedQuery } from "./answers.ts";
import type { Ledger } from "./ledger.ts";
import type { Parameters } from "./parameters.ts";

/** A period as it was asked for. Read once already, so that a wrong word is found before anything is done. */
export interface AskedPeriod {
  request: PeriodRequest;
  timeZone: string;
}

/** InvalidInput as `resolvePeriod`. `otherwise`: the period when none is asked. */
export function parsePeriod(
  parameters: Parameters,
  context: { now: number; timeZone: string },
  otherwise = "30d",
): AskedPeriod {
  const timeZone = parameters.one("tz") ?? context.timeZone;
  const request: PeriodRequest = {
    period: parameters.one("period"),
    from: parameters.one("from"),
    to: parameters.one("to"),
  };
  if (request.period === undefined && request.from === undefined && request.to === undefined)
    request.period = otherwise;
  resolvePeriod(request, { timeZone, nowMs: context.now });
  return { request, timeZone };
}

/** Looks up the oldest event where the period begins with it. */
export async function findPeriod(ledger: Ledger, asked: AskedPeriod): Promise<Period> {
  const context = { timeZone: asked.timeZone, nowMs: ledger.now() };
  if (!dependsOnEvents(asked.request)) return resolvePeriod(asked.request, context);
  const { firstEventMs, lastEventMs } = await ledger.storage.stats();
  return resolvePeriod(asked.request, { ...context, firstEventMs, lastEventMs });
}

export function rangeAnswer(range: { startMs: number; endMs: number }): RangeAnswer {
  return { start: new Date(range.startMs).toISOString(), end: new Date(range.endMs).toISOString() };
}

export function periodAnswer(period: Period): ResolvedQuery["period"] {
  return {
    ...(period.name === undefined ? {} : { name: period.name }),
    ...rangeAnswer(period),
    timeZone: period.timeZone,
  };
}

/** First and last UTC day, as names of files say them: `2026-11-01-2026-11-30`. */
export function daysIn({ startMs, endMs }: { startMs: number; endMs: number }): string {
  return [startMs, endMs - 1].map((atMs) => new Date(atMs).toISOString().slice(0, 10)).join("-");
}
