import type { Dimension, Metric, TimeUnit } from "@outlay/core";
import type { Filter } from "../storage/storage.ts";
import type { QueryParams } from "./answers.ts";

/** A question whose words are all known. The period is resolved when it is asked: `all` depends on the first event. */
export interface AskedQuestion {
  metrics: Metric[];
  by: Dimension[];
  unit: TimeUnit | null;
  filters: Filter[];
  period: { period?: string; from?: string; to?: string };
  timeZone: string;
  compare: boolean;
  order: { metric: Metric; descending: boolean };
  limit: number | null;
}

/** Throws InvalidInput naming the parameter, its value and what is allowed. */
export function parseQuestion(_params: QueryParams, _context: { now: number; timeZone: string }): AskedQuestion {
  throw new Error("in work");
}
