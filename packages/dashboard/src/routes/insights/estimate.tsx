import { UNKNOWN, exactMoney, money } from "@outlay/react";
import type { Estimate as Value } from "../../api/insights.ts";
import { metricFormat } from "../../format/metric.ts";
import type { ValueFormat } from "../../format/metric.ts";

/** A value, and below it the bounds of its 95 % interval. */
export function Estimate({
  value,
  format,
  note,
}: {
  value: Value | null;
  format: ValueFormat;
  /** Below the bounds: of how many calls. */
  note?: string | undefined;
}) {
  if (value === null) return <span className="text-muted">{UNKNOWN}</span>;
  return (
    <span className="inline-flex flex-col items-end" title={estimateInWords(value, format)}>
      <span className="font-medium">{format.short(value.value)}</span>
      <span className="text-xs text-muted">
        {value.low === null || value.high === null
          ? "too few calls"
          : `${format.short(value.low)} – ${format.short(value.high)}`}
      </span>
      {note === undefined ? null : <span className="text-xs text-muted">{note}</span>}
    </span>
  );
}

function estimateInWords({ value, low, high }: Value, format: ValueFormat): string {
  return low === null || high === null
    ? `${format.exact(value)}; too few calls for an interval`
    : `${format.exact(value)}; 95 % interval ${format.exact(low)} to ${format.exact(high)}`;
}

/** One digit behind the point, so that a rate and its bounds can be told apart: `97.3%`. */
export const RATE_FORMAT: ValueFormat = {
  short: (value) => (value === null ? UNKNOWN : `${(value * 100).toFixed(1)}%`),
  exact: metricFormat("successRate").exact,
};

/** Three digits, for the same reason: `$0.0532`, `$0.000312`. Two of what is smaller still. */
export const MONEY_FORMAT: ValueFormat = {
  short: (value) => {
    if (value === null || Math.abs(value) >= 100 || value === 0) return money(value);
    const digits = Math.abs(value) < 0.0001 ? twoDigits : threeDigits;
    return `${value < 0 ? "−" : ""}$${digits.format(Math.abs(value))}`;
  },
  exact: exactMoney,
};

/** Scores lie between 0 and 1, or where the application puts them. */
export const SCORE_FORMAT: ValueFormat = {
  short: (value) => (value === null ? UNKNOWN : threeDigits.format(value)),
  exact: (value) => (value === null ? UNKNOWN : value.toLocaleString("en", { maximumFractionDigits: 9 })),
};

const twoDigits = new Intl.NumberFormat("en-US", { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });
const threeDigits = new Intl.NumberFormat("en-US", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
