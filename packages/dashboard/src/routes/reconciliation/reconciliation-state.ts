import { oneIn, textIn } from "../../filters/use-page-state.ts";

/** What the page keeps in its address. */
export interface ReconciliationState {
  /** Whose days are shown; absent: of the one that differs most. */
  provider?: string;
  /** The day and model that is looked at, as `rowName` has it. */
  row?: string;
  /** Which days are listed; absent: all. */
  only?: "look";
  /** By which column they are ordered, with `-` before it for the largest first; absent: those that differ most. */
  order?: string;
  /** All rows, not only the first. */
  rows?: "all";
  /** `new`, or the invoice that is looked at, as `invoiceName` has it. */
  invoice?: string;
  /** The provider of which an adjustment is being posted. */
  adjust?: string;
  /** What may differ is being set. */
  tolerance?: "set";
  tolerancePercent?: string;
  toleranceUsd?: string;
}

const TEXTS = ["provider", "row", "order", "invoice", "adjust"] as const;
const NUMBERS = ["tolerancePercent", "toleranceUsd"] as const;

export function readReconciliationState(raw: Record<string, unknown>): ReconciliationState {
  const state: ReconciliationState = {};
  for (const key of TEXTS) {
    const text = textIn(raw, key);
    if (text !== undefined) state[key] = text;
  }
  for (const key of NUMBERS) {
    const text = textIn(raw, key);
    if (text !== undefined && /^\d+(\.\d+)?$/.test(text)) state[key] = text;
  }
  if (oneIn(raw, "only", ["look"]) !== undefined) state.only = "look";
  if (oneIn(raw, "rows", ["all"]) !== undefined) state.rows = "all";
  if (oneIn(raw, "tolerance", ["set"]) !== undefined) state.tolerance = "set";
  return state;
}

/** The same page without any sheet. */
export function withoutSheets(state: ReconciliationState): ReconciliationState {
  const { row: _row, invoice: _invoice, adjust: _adjust, tolerance: _tolerance, ...page } = state;
  return page;
}
