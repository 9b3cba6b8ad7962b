import type { Dimension } from "@outlay/core";
import type { Filter } from "../storage/storage.ts";

/** An amount for a part of the calls and a stretch of time: a budget raises alerts, a limit is enforced. */
export interface Limit {
  id: string;
  name: string;
  kind: "budget" | "limit";
  enabled: boolean;
  /** Whose spending counts, all of them together; none: everything, whatever its source, charges included. */
  filters: Filter[];
  /** One account for each value of this dimension instead of one for all: "1 dollar a day for every user". */
  each: Dimension | null;
  amountNanoUsd: number;
  period: LimitPeriod;
  /** Spending before this instant does not count; null: the whole period does, also what was spent before the limit was made. */
  startsAtMs: number | null;
  /** What a period left unspent is added to the next one. Not with rolling, session and total periods. */
  carryOver: boolean;
  /** Ascending, in percent of the amount: each is told of once in a period. */
  thresholdsPercent: number[];
  /** null: a budget, which only tells. */
  enforcement: Enforcement | null;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface LimitPeriod {
  /** `session`: of each session on its own; `total`: for good. */
  unit: "day" | "week" | "month" | "quarter" | "year" | "session" | "total";
  /** The last 24 hours, 7, 30, 91 or 365 days instead of the calendar's; moves on every quarter-hour. */
  rolling: boolean;
  /** Where its days begin; null: the server's zone. */
  timeZone: string | null;
}

/** What happens to calls as a limit fills. Percentages are of the amount, with what is set aside for running calls. */
export interface Enforcement {
  /** When the next call does not fit: refused, or let through with a warning. */
  atLimit: "block" | "warn";
  /** A call has to fit with the most that it can cost (`max_tokens`), not with what such calls have cost. */
  strict: boolean;
  /** From `fromPercent` on, calls a minute shrink evenly from `callsPerMinute` to one at 100 %. */
  throttle: { fromPercent: number; callsPerMinute: number } | null;
  /** From `fromPercent` on, calls for a model that is named here go to the other one, of the same provider. */
  swap: { fromPercent: number; models: Record<string, string> } | null;
  /** A stream that has used up what could be set aside for it: ended cleanly, or let finish. */
  whenStreamRunsOut: "end" | "finish";
  /** Calls of models without a price: refused, counted at a stand-in price for a million tokens, or let through. */
  unpriced: { policy: "block" } | { policy: "pass" } | { policy: "standIn"; nanoUsdPerMillionTokens: number };
}

/** What an administrator allowed for a time: a larger amount, or no enforcement at all. In the audit trail. */
export interface LimitOverride {
  id: string;
  limitId: string;
  /** Of the limit's `each`; null: everybody. */
  value: string | null;
  /** The amount instead of the limit's; null: nothing is refused until then. */
  amountNanoUsd: number | null;
  reason: string;
  fromMs: number;
  untilMs: number;
  actor: string;
}

/** A call that is about to be made. */
export interface CallToCheck {
  /** The id under which its usage will be stored: that settles what is set aside. */
  eventId: string;
  provider: string;
  model: string;
  /** As in events; of a call, only what is known. */
  dimensions: Partial<Record<Exclude<Dimension, `tag:${string}`>, string>>;
  tags: Record<string, string>;
  worstCase: WorstCase;
  /** What the same call may cost with another model, for limits that swap; absent: as much as with its own. */
  worstCaseOf?: (model: string) => WorstCase;
}

/** What a call may cost. */
export interface WorstCase {
  /** With everything that the request allows; null: the model has no price. 0: the model is free. */
  mostNanoUsd: number | null;
  /** What calls of this route and model mostly stay below, learned from those before; null: nothing is known yet. */
  likelyNanoUsd: number | null;
  /** For limits that count unpriced models at a stand-in price. */
  mostTokens: number;
}

/** One limit as a call meets it. */
export interface LimitState {
  limitId: string;
  name: string;
  /** Of the limit's `each` or session; null: one for all. */
  value: string | null;
  /** In words: "user alice, a day". */
  scope: string;
  amountNanoUsd: number;
  spentNanoUsd: number;
  /** Set aside for calls that are running. */
  leasedNanoUsd: number;
  /** null: never (sessions, totals). Of rolling periods: when enough will have left the period for this call, if that is known. */
  resetsAtMs: number | null;
}

export type Verdict =
  | {
      kind: "pass";
      lease: Lease;
      /** Goes to this model instead; null: as asked. */
      swappedModel: string | null;
      /** Limits that this call found above one of their thresholds, or above the amount where they only warn. */
      warnings: LimitState[];
      /** Left in the fullest limit that applies, after what was set aside for this call; null: none applies. */
      remainingNanoUsd: number | null;
    }
  | {
      kind: "refused";
      /** `limit_exceeded`, `rate_limited` (throttle) or `unpriced_model`. */
      code: "limit_exceeded" | "rate_limited" | "unpriced_model";
      limit: LimitState;
      /** What the call would have had set aside. */
      wantedNanoUsd: number;
      /** Whole seconds for the header Retry-After; null: waiting does not help. */
      retryAfterSeconds: number | null;
      /** For `explain`: kept for a day. */
      refusalId: string;
    };

/**
 * What is set aside for one call. It is settled by its event: as soon as an event with its id is stored, spending has grown by
 * the true cost and nothing is set aside any more. Always: counter = ledger + open leases.
 */
export interface Lease {
  id: string;
  /** Over all limits the largest amount set aside; 0: no limit applies. */
  leasedNanoUsd: number;
  /** Sets aside more, up to this in all; false: it does not fit, and nothing changed. Limits that only warn never say no. */
  raiseTo(nanoUsd: number): boolean;
  /** What is to happen when `raiseTo` said no to a stream: `end` when any of its limits says so. */
  whenStreamRunsOut: "end" | "finish";
  /** The call cost nothing and no event will come. */
  release(): void;
  /** Its owner is alive: the lease does not expire for another while. */
  renew(): void;
}
