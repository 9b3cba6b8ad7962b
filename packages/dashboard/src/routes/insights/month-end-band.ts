import type { MonthProjection } from "../../api/insights.ts";
import type { Projected } from "../../charts/prepare/lines.ts";

/**
 * The month's end with the method's usual error on what is still to come; what is spent is certain.
 *
 *   60 spent, 85 expected, off by 20 % on average → 80 to 90
 */
export function monthEndBand(
  { spent, projectedMonthEnd }: Pick<MonthProjection, "spent" | "projectedMonthEnd">,
  errorPercent: number | null,
): Projected | null {
  if (projectedMonthEnd === null) return null;
  if (errorPercent === null) return { value: projectedMonthEnd, low: null, high: null };
  const rest = projectedMonthEnd - spent;
  const error = (rest * errorPercent) / 100;
  return { value: projectedMonthEnd, low: Math.max(spent, projectedMonthEnd - error), high: projectedMonthEnd + error };
}
