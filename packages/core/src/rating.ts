import type { Basis } from "./vocabulary.ts";
import type { Meter } from "./meters.ts";

/** One priced meter of one call. Decimal strings are exact; the lines' exact sum, rounded once, is the call's cost. */
export interface CostLine {
  meter: Meter;
  quantity: number;
  /** Rate in USD for `per` units, after all adjustments. */
  rateUsd: string;
  per: number;
  costUsd: string;
}

/** What a call cost and how that is known. Money in integer nano-dollars. */
export interface Rating {
  basis: Basis;
  /** The cost that counts; null when unpriced. */
  costNanoUsd: number | null;
  /** What our prices say, kept beside a reported cost; null when no price is known. */
  computedNanoUsd: number | null;
  /** What the provider said, when it did. */
  reportedNanoUsd: number | null;
  /** What the cached tokens would have cost more as plain input. */
  cacheSavingsNanoUsd: number;
  /** What an answer from the application's own cache would have cost. */
  avoidedNanoUsd: number;
  priceId: string | null;
  /** The price was found by an approximate match, or a condition of the call has no known price. */
  approximate: boolean;
  /** Why it is unpriced or approximate, in a sentence. */
  note?: string;
}
