import { usdNumber } from "@outlay/core";
import { sumOf, type Use } from "./attribute-usage.ts";
import type { Found } from "./find-out.ts";
import { sumCharges } from "./match-charges.ts";
import type { SubscriptionsReport, UseAnswer } from "./report-answer.ts";
import { feeOf, paidIn } from "./seat-fees.ts";

/** Fees, metered, value and money of a period. */
export function totalsOf(
  found: Found,
): Pick<SubscriptionsReport, "fees" | "metered" | "otherChargesUsd" | "value" | "moneyUsd"> {
  const { charges, each, uncovered, period } = found;
  const spread = each.reduce((sum, one) => sum + feeOf(one, period), 0n);
  const paid = each.some(({ seen }) => seen.isPart) ? null : each.reduce((sum, one) => sum + paidIn(one, period), 0n);
  const feeCharges = sumCharges(charges.fees);
  const extra = each.reduce((sum, one) => sum + one.chargesNanoUsd, 0n);
  const others = sumCharges(charges.others);
  const beyond = each.some((one) => one.beyondNanoUsd === null)
    ? null
    : each.reduce((sum, one) => sum + one.beyondNanoUsd!, 0n);
  const rest = uncovered === null ? null : sumOf(uncovered);
  const metered = rest === null || beyond === null ? null : rest.costNanoUsd + beyond + extra;
  const values = each.map(({ cells }) => cells);
  return {
    fees: {
      spreadUsd: usdNumber(spread),
      paidUsd: paid === null ? null : usdNumber(paid),
      chargesUsd: usdNumber(feeCharges),
    },
    metered: {
      usd: usdOrNull(metered),
      uncoveredUsd: usdOrNull(rest?.costNanoUsd ?? null),
      beyondIncludedUsd: usdOrNull(beyond),
      chargesUsd: usdNumber(extra),
      calls: rest === null ? null : Number(rest.calls),
      unpricedCalls: rest === null ? null : Number(rest.unpricedCalls),
    },
    otherChargesUsd: usdNumber(others),
    value: uncovered === null ? null : useAnswer(sumOf(values.flatMap((cells) => cells ?? []))),
    moneyUsd: usdOrNull(metered === null ? null : metered + spread + feeCharges + others),
  };
}

export function useAnswer({ costNanoUsd, calls, tokens, unpricedCalls }: Use): UseAnswer {
  return {
    usd: usdNumber(costNanoUsd),
    calls: Number(calls),
    tokens: Number(tokens),
    unpricedCalls: Number(unpricedCalls),
  };
}

export const usdOrNull = (nanoUsd: bigint | null) => (nanoUsd === null ? null : usdNumber(nanoUsd));
