import { amountOf, nanoUsdOf, percentOf, type Account } from "./account.ts";
import type { WorstCase } from "./limit.ts";
import { allowedCallsPerMinute } from "./throttle-window.ts";

/** What one account says to a call. */
export interface Judgement {
  account: Account;
  /** To set aside when the call passes; 0 where it only tells, or cannot know. */
  wantedNanoUsd: number;
  /** The cost is not known: raising the lease does not raise this part. */
  fixed: boolean;
  refusal: { code: "limit_exceeded" | "unpriced_model" } | { code: "rate_limited"; retryAfterSeconds: number } | null;
  /** The call finds it above a threshold, or does not fit and goes on all the same. */
  warns: boolean;
}

/** `ownNanoUsd`: what is set aside for this very call already, which is asked about anew. The account is loaded. */
export function judge(account: Account, worst: WorstCase, nowMs: number, ownNanoUsd: number): Judgement {
  const { enforcement, thresholdsPercent } = account.active.limit;
  const amount = amountOf(account, nowMs);
  const used = spentNanoUsd(account, nowMs) + account.leasedNanoUsd - ownNanoUsd;
  const percent = percentOf(used, amount.nanoUsd);
  const isAbove = thresholdsPercent.length > 0 && percent >= thresholdsPercent[0]!;
  const judgement: Judgement = { account, wantedNanoUsd: 0, fixed: false, refusal: null, warns: isAbove };
  if (enforcement === null) return judgement;

  const wanted = wantedOf(account, worst);
  if (wanted === null) {
    judgement.fixed = true;
    judgement.warns = true;
    if (enforcement.unpriced.policy === "block" && !amount.lifted) judgement.refusal = { code: "unpriced_model" };
    return judgement;
  }
  judgement.wantedNanoUsd = wanted;
  judgement.fixed = worst.mostNanoUsd === null;
  if (used + wanted > amount.nanoUsd) {
    judgement.warns = true;
    if (enforcement.atLimit === "block" && !amount.lifted) {
      judgement.refusal = { code: "limit_exceeded" };
      return judgement;
    }
  }
  if (enforcement.throttle !== null && !amount.lifted) {
    const allowed = allowedCallsPerMinute(enforcement.throttle, percent);
    const passed = account.throttle?.count(nowMs) ?? 0;
    if (passed >= allowed) {
      const retryAfterSeconds = account.throttle!.secondsUntil(nowMs, allowed - 1);
      judgement.refusal = { code: "rate_limited", retryAfterSeconds };
    }
  }
  return judgement;
}

/** The model that a call for this one goes to while the limit is as full as it is; null: the one it asked for. */
export function swappedModel(account: Account, model: string, nowMs: number, ownNanoUsd: number): string | null {
  const swap = account.active.limit.enforcement?.swap;
  if (!swap || !Object.hasOwn(swap.models, model)) return null;
  const amount = amountOf(account, nowMs);
  const used = spentNanoUsd(account, nowMs) + account.leasedNanoUsd - ownNanoUsd;
  if (amount.lifted || percentOf(used, amount.nanoUsd) < swap.fromPercent) return null;
  return swap.models[model]!;
}

/** Of an account that is loaded. */
export function spentNanoUsd(account: Account, nowMs: number): number {
  return nanoUsdOf(account.active, account.spent!.at(nowMs));
}

/** null: nobody knows. A call that costs something wants something, so that it does not fit where nothing is left. */
function wantedOf(account: Account, { mostNanoUsd, likelyNanoUsd, mostTokens }: WorstCase): number | null {
  const { strict, unpriced } = account.active.limit.enforcement!;
  if (mostNanoUsd !== null) {
    const wanted = strict ? mostNanoUsd : Math.min(likelyNanoUsd ?? mostNanoUsd, mostNanoUsd);
    return Math.max(1, Math.ceil(wanted));
  }
  if (unpriced.policy !== "standIn") return null;
  return Math.max(1, Math.ceil((mostTokens * unpriced.nanoUsdPerMillionTokens) / 1e6));
}
