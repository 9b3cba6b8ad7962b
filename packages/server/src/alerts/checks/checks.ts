import type { RuleKind } from "../rule.ts";
import type { Check } from "./check.ts";
import { checkCost } from "./cost.ts";
import { checkErrorRate } from "./error-rate.ts";
import { checkKeyNewPlace } from "./key-new-place.ts";
import { checkKeyUnused } from "./key-unused.ts";
import { checkLimitThreshold } from "./limit-threshold.ts";
import { checkMonthlyBudget } from "./monthly-budget.ts";
import { checkPriceChange } from "./price-change.ts";
import { checkProjectedMonth } from "./projected-month.ts";
import { checkProjectedOverrun } from "./projected-overrun.ts";
import { checkReconciliation } from "./reconciliation.ts";
import { checkSpike } from "./spike.ts";
import { checkSyncFailing } from "./sync-failing.ts";
import { checkSubscriptionRenewal } from "./subscription-renewal.ts";
import { checkTrend } from "./trend.ts";
import { checkUnpricedModel } from "./unpriced-model.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface KnownCheck<Kind extends RuleKind> {
  look: Check<Kind>;
  /** At least so long after one look comes the next. Looks that read much come less often. */
  everyMs: number;
  /** Time alone can begin an alert; otherwise nothing is looked at while nothing is recorded. */
  byTime: boolean;
}

/** What each kind of rule looks at. */
export const CHECKS: { [Kind in RuleKind]: KnownCheck<Kind> } = {
  limitThreshold: { look: checkLimitThreshold, everyMs: MINUTE_MS, byTime: true },
  projectedOverrun: { look: checkProjectedOverrun, everyMs: 15 * MINUTE_MS, byTime: true },
  cost: { look: checkCost, everyMs: MINUTE_MS, byTime: false },
  projectedMonth: { look: checkProjectedMonth, everyMs: 5 * MINUTE_MS, byTime: false },
  trend: { look: checkTrend, everyMs: 5 * MINUTE_MS, byTime: false },
  spike: { look: checkSpike, everyMs: MINUTE_MS, byTime: false },
  errorRate: { look: checkErrorRate, everyMs: MINUTE_MS, byTime: false },
  unpricedModel: { look: checkUnpricedModel, everyMs: MINUTE_MS, byTime: false },
  priceChange: { look: checkPriceChange, everyMs: 6 * HOUR_MS, byTime: true },
  reconciliation: { look: checkReconciliation, everyMs: HOUR_MS, byTime: true },
  syncFailing: { look: checkSyncFailing, everyMs: 15 * MINUTE_MS, byTime: true },
  keyUnused: { look: checkKeyUnused, everyMs: HOUR_MS, byTime: true },
  keyNewPlace: { look: checkKeyNewPlace, everyMs: MINUTE_MS, byTime: true },
  subscriptionRenewal: { look: checkSubscriptionRenewal, everyMs: 6 * HOUR_MS, byTime: true },
  monthlyBudget: { look: checkMonthlyBudget, everyMs: 5 * MINUTE_MS, byTime: true },
};
