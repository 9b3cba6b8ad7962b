import { resolvePeriod, usdNumber } from "@outlay/core";
import { addMonths, dateMs, dateText, placeInDay, startOfDate } from "./calendar.ts";
import { findOut, type ReportParts } from "./find-out.ts";
import { sumCharges } from "./match-charges.ts";
import type { BudgetAnswer } from "./report-answer.ts";
import { feeOf } from "./seat-fees.ts";
import { termsBefore } from "./terms.ts";
import { totalsOf } from "./totals.ts";

/** Fees of the whole month that runs, and what was metered in it so far. */
export async function budgetOf(parts: ReportParts, timeZone: string): Promise<BudgetAnswer | null> {
  const { ledger, monthlyBudgetUsd } = parts;
  if (monthlyBudgetUsd === null) return null;
  const nowMs = ledger.now();
  const soFar = resolvePeriod({ period: "month" }, { timeZone, nowMs });
  const first = dateText(dateMs(placeInDay(timeZone, soFar.startMs).date));
  const whole = { ...soFar, endMs: startOfDate(timeZone, addMonths(first, 1, 1)) };
  const found = await findOut(parts, soFar);
  const { metered, otherChargesUsd } = totalsOf(found);
  const fees = parts.seen.reduce((sum, seen) => {
    const { subscription } = seen;
    const terms = termsBefore(subscription, whole.endMs, ledger.timeZone);
    const one = { ...found.each.find((each) => each.seen === seen)!, terms };
    return sum + feeOf(one, whole);
  }, sumCharges(found.charges.fees));
  const feesUsd = usdNumber(fees);
  const used = metered.usd === null ? null : usdNumber(fees + toNano(metered.usd) + toNano(otherChargesUsd));
  return {
    amountUsd: monthlyBudgetUsd,
    month: { start: new Date(whole.startMs).toISOString(), end: new Date(whole.endMs).toISOString() },
    feesUsd,
    meteredUsd: metered.usd,
    otherChargesUsd,
    usedUsd: used,
    usedPercent: used === null || monthlyBudgetUsd === 0 ? null : Math.round((used / monthlyBudgetUsd) * 10_000) / 100,
    leftUsd: used === null ? null : usdNumber(toNano(monthlyBudgetUsd) - toNano(used)),
  };
}

const toNano = (usd: number) => BigInt(Math.round(usd * 1e9));
