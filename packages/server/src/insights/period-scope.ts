import type { Period } from "@outlay/core";
import type { Filter } from "../storage/storage.ts";
import type { QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { findPeriod, parsePeriod, periodAnswer } from "../ledger/asked-period.ts";
import { parseFilters } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters, type Parameters } from "../ledger/parameters.ts";

/** Which events a comparison is about. */
export interface PeriodScope {
  parameters: Parameters;
  period: Period;
  filters: Filter[];
  /** As the answer repeats them. */
  asked: Pick<ResolvedQuery, "filters" | "period">;
}

/** Reads `period`, `from`, `to`, `tz` and `filter`; `further` are the comparison's own parameters. InvalidInput as any question. */
export async function readPeriodScope(
  ledger: Ledger,
  params: QueryParams,
  further: readonly string[],
): Promise<PeriodScope> {
  const parameters = readParameters(params, [...PERIOD_PARAMETERS, ...FILTER_PARAMETERS, ...further]);
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone });
  const filterTexts = parameters.all("filter").filter((text) => text !== "");
  const filters = parseFilters(filterTexts);
  const period = await findPeriod(ledger, asked);
  return { parameters, period, filters, asked: { filters: filterTexts, period: periodAnswer(period) } };
}
