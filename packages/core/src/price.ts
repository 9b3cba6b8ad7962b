import type { Meter } from "./meters.ts";

/** USD for the meter's stated quantity (`METERS[meter].per`), as a decimal string: `{ input: "3", output: "15", images: "0.04" }`. */
export type Rates = Partial<Record<Meter, string>>;

/**
 * When an adjustment applies. All given parts must hold; an empty condition always holds.
 * Context thresholds look at the one request's whole prompt: `inputTokens`, cached and written ones included.
 */
export interface Condition {
  /** Applies when `inputTokens` is greater than this. */
  inputTokensAbove?: number;
  /** Applies when `inputTokens` is this or more. */
  inputTokensFrom?: number;
  /** Served tier, lower case: batch, flex, priority, fast, … */
  serviceTier?: string[];
  /** Lower case: us, eu, global, … */
  geo?: string[];
  /** Start included, end excluded, in UTC: `{ days: [1,2,3,4,5], from: "01:00", to: "04:00" }`; 1 = Monday. Dates in `except` never match. */
  window?: { days?: number[]; from?: string; to?: string; except?: string[] };
  imageSize?: string[];
  imageQuality?: string[];
  searchContext?: string[];
}

/**
 * A change to the rates under a condition. Adjustments are applied in the order in which they are listed:
 * `rates` replaces the named meters' rates, `multiply` multiplies.
 */
export interface Adjustment {
  when: Condition;
  rates?: Rates;
  /** An exact fraction as a decimal string or "11/10". Token meters only, unless `meters` names others: fees for tools are not discounted. */
  multiply?: string;
  meters?: Meter[];
  /**
   * `whole` (default): the condition moves the whole request.
   * `part`: only the tokens above `inputTokensAbove` pay `rates`.
   */
  applies?: "whole" | "part";
}

/** One dated price of one model at one provider. Versions are appended, never changed. */
export interface PriceVersion {
  /** Stable and unique: `<layer>:<provider>/<model>@<start>#<hash of the content>`. Events keep it. */
  id: string;
  layer: "override" | "catalogue" | "refreshed" | "bundled";
  provider: string;
  model: string;
  /** Start included; null: since ever. */
  startMs: number | null;
  /** End excluded; null: until replaced. */
  endMs: number | null;
  rates: Rates;
  adjustments: Adjustment[];
  /** Smallest billable quantity of a meter in one call: Groq bills at least 10 seconds of audio. */
  minimums?: Partial<Record<Meter, number>>;
  /** Where the facts come from, and the date on which somebody looked. */
  source?: string;
  checkedOn?: string;
  /** What a reader of the price should know. */
  note?: string;
}

/** The answer to "which price would this call get?". Unknown is a value with a reason, never a zero. */
export type PriceMatch =
  | { found: true; version: PriceVersion; how: "exact" | "alias" | "approximate"; note?: string }
  | { found: false; reason: string };
