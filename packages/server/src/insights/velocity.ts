import { roundUsd } from "@outlay/core";
import type { QueryParams } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { costIn, percentChange, readScope } from "./costs.ts";

export interface VelocityAnswer {
  /** Dollars, at the pace of the last 24 hours. A month is 30 days. */
  perHour: number;
  perDay: number;
  perMonth: number;
  last24Hours: number;
  previous24Hours: number;
  /** null when nothing was spent before. */
  percentageChange: number | null;
}

const DAY_MS = 86_400_000;

/** How fast is money going out right now? */
export async function velocity(ledger: Ledger, params: QueryParams): Promise<VelocityAnswer> {
  const scope = readScope(ledger, params);
  // The millisecond that has begun is part of the last day.
  const endMs = ledger.now() + 1;
  const [last24Hours, previous24Hours] = await Promise.all([
    costIn(ledger, scope, { startMs: endMs - DAY_MS, endMs }),
    costIn(ledger, scope, { startMs: endMs - 2 * DAY_MS, endMs: endMs - DAY_MS }),
  ]);
  return {
    perHour: roundUsd(last24Hours / 24),
    perDay: last24Hours,
    perMonth: roundUsd(last24Hours * 30),
    last24Hours,
    previous24Hours,
    percentageChange: percentChange(last24Hours, previous24Hours),
  };
}
