import type { Cell } from "./gather-cells.ts";
import type { Reason } from "./reasons.ts";

/** A cell, and where what is billed parts from what was recorded. All amounts together are the difference, to the nano-dollar. */
export interface ExplainedCell extends Cell {
  /** null: of this day nobody has said. */
  differenceNanoUsd: bigint;
  amounts: Map<Reason, bigint>;
  /** More or less calls on the provider's side, as far as nothing else explains them. */
  volumeNanoUsd: bigint;
  unexplainedNanoUsd: bigint;
}

/** Half a cent for each row that a provider rounds. */
const ROUNDING_NANO_USD = 5_000_000n;

/** What is known of this provider on this day. */
export interface CellCoverage {
  /** Its counts. */
  tokens: boolean;
  /** Its costs. */
  cost: boolean;
}

/**
 * Takes the difference apart, from what is certain to what is left over: taxes, credits, fees and discounts as the provider
 * names them; then, where it counts tokens, what the price makes (its costs against its own counts at our prices) and what
 * the calls make (its counts at our prices against what was recorded).
 */
export function explainCell(cell: Cell, covered: CellCoverage): ExplainedCell {
  const explained: ExplainedCell = {
    ...cell,
    differenceNanoUsd: 0n,
    amounts: new Map(),
    volumeNanoUsd: 0n,
    unexplainedNanoUsd: 0n,
  };
  const { recorded, reported, billed } = cell;
  const put = (reason: Reason, amount: bigint) => {
    if (amount !== 0n) explained.amounts.set(reason, (explained.amounts.get(reason) ?? 0n) + amount);
  };
  if (!covered.tokens && !covered.cost) {
    explained.differenceNanoUsd = -recorded.costNanoUsd;
    put("not_covered", -recorded.costNanoUsd);
    return explained;
  }
  if (covered.cost) {
    put("tax", billed.taxNanoUsd);
    put("credit", billed.creditNanoUsd);
    put("fee", billed.feeNanoUsd);
    put("discount", billed.netNanoUsd - billed.listNanoUsd);
    explained.differenceNanoUsd =
      billed.netNanoUsd + billed.creditNanoUsd + billed.taxNanoUsd + billed.feeNanoUsd - recorded.costNanoUsd;
  } else {
    explained.differenceNanoUsd = reported.costNanoUsd - recorded.costNanoUsd;
  }
  if (!covered.tokens) {
    const rest = billed.listNanoUsd - recorded.costNanoUsd;
    if (recorded.unpricedCalls > 0n) put("no_price", rest);
    else if (isRounding(rest, billed.rows)) put("rounding", rest);
    // without counts nobody knows whether calls or prices differ
    else explained.volumeNanoUsd = rest;
    return explained;
  }
  if (covered.cost) notePrice(cell, put);
  noteCalls(explained, put);
  return explained;
}

/** The provider's costs against its own counts at our prices. */
function notePrice({ model, reported, billed }: Cell, put: (reason: Reason, amount: bigint) => void): void {
  const rest = billed.listNanoUsd - reported.costNanoUsd;
  if (isRounding(rest, billed.rows)) put("rounding", rest);
  else if (model === null) put("other_items", rest);
  else if (reported.isUnpriced) put("no_price", rest);
  else put("different_price", rest);
}

/** The provider's counts at our prices against what was recorded. */
function noteCalls(explained: ExplainedCell, put: (reason: Reason, amount: bigint) => void): void {
  const { recorded, reported } = explained;
  put("other_keys", reported.otherKeysNanoUsd);
  const rest = reported.costNanoUsd - reported.otherKeysNanoUsd - recorded.costNanoUsd;
  if (reported.tokens !== recorded.tokens || recorded.calls === 0n) {
    explained.volumeNanoUsd = rest;
    return;
  }
  // the same tokens
  const tier = reported.costNanoUsd - reported.standardNanoUsd;
  const isTier = tier !== 0n && absolute(rest - tier) < absolute(rest);
  if (isTier) put("service_tier", tier);
  const left = isTier ? rest - tier : rest;
  put(isRounding(left, 1) ? "rounding" : "rated_differently", left);
}

function isRounding(amount: bigint, rows: number): boolean {
  return absolute(amount) <= ROUNDING_NANO_USD * BigInt(Math.max(1, Math.min(rows, 2)));
}

export function absolute(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
