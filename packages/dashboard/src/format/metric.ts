import { METRICS } from "@outlay/core";
import type { Metric } from "@outlay/core";
import { UNKNOWN, count, duration, exactCount, exactMoney, money, percent } from "@outlay/react";

/** How the values of a metric are written: short for the eye, exact for hover, table and copies. Null is "—". */
export interface ValueFormat {
  short: (value: number | null) => string;
  exact: (value: number | null) => string;
}

/** `cost` → `$1.2k` and `$1,234.567`; `errorRate` → `3.1 %`; `p95DurationMs` → `1.2 s` and `1,234 ms`. */
export function metricFormat(metric: Metric): ValueFormat {
  return FORMATS[METRICS[metric].unit];
}

const MONEY: ValueFormat = { short: money, exact: exactMoney };
const COUNT: ValueFormat = { short: count, exact: exactCount };

const FORMATS: Record<(typeof METRICS)[Metric]["unit"], ValueFormat> = {
  usd: MONEY,
  usdPerCall: MONEY,
  count: COUNT,
  tokens: COUNT,
  ratio: { short: percent, exact: (value) => (value === null ? UNKNOWN : `${Number((value * 100).toFixed(4))} %`) },
  ms: { short: duration, exact: (value) => (value === null ? UNKNOWN : `${exactCount(value)} ms`) },
};
