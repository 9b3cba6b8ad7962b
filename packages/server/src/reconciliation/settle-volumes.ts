import { DAY_MS } from "../sync/utc-day.ts";
import { absolute, type ExplainedCell } from "./explain-cell.ts";

/** Calls about midnight are a small part of a day. One in so many. */
const EDGE_SHARE = 4n;

/**
 * Explains what calls make, now that the days beside are known: what one day has too much and the next too little are calls
 * about midnight UTC, which both sides count by another instant (start or end). What is left are calls that only one side
 * knows; where there are no counts, nobody knows.
 */
export function settleVolumes(cells: ExplainedCell[], hasTokens: (provider: string, dayMs: number) => boolean): void {
  const byModel = Map.groupBy(cells, ({ provider, model }) => JSON.stringify([provider, model]));
  for (const list of byModel.values()) {
    const days = new Map(list.map((cell) => [cell.dayMs, cell]));
    for (const cell of list.toSorted((one, other) => one.dayMs - other.dayMs)) {
      const next = days.get(cell.dayMs + DAY_MS);
      if (next !== undefined) moveOverMidnight(cell, next);
    }
  }
  for (const cell of cells) {
    const { provider, dayMs, volumeNanoUsd: rest, reported, recorded } = cell;
    if (rest === 0n) continue;
    cell.volumeNanoUsd = 0n;
    const known = hasTokens(provider, dayMs);
    if (!known) cell.unexplainedNanoUsd += rest;
    else if (recorded.unpricedCalls > 0n) add(cell, "no_price", rest);
    else if (rest > 0n && (reported.tokens > recorded.tokens || recorded.calls === 0n)) add(cell, "not_recorded", rest);
    else if (rest < 0n && reported.tokens < recorded.tokens) add(cell, "not_reported", rest);
    // more tokens that cost less: cached ones, another tier
    else cell.unexplainedNanoUsd += rest;
  }
}

function moveOverMidnight(cell: ExplainedCell, next: ExplainedCell): void {
  const [one, other] = [cell.volumeNanoUsd, next.volumeNanoUsd];
  if (one === 0n || other === 0n || one > 0n === other > 0n) return;
  const moved = absolute(one) < absolute(other) ? absolute(one) : absolute(other);
  if (moved * EDGE_SHARE > sizeOf(cell) && moved * EDGE_SHARE > sizeOf(next)) return;
  const amount = one > 0n ? moved : -moved;
  add(cell, "day_edge", amount);
  add(next, "day_edge", -amount);
  cell.volumeNanoUsd -= amount;
  next.volumeNanoUsd += amount;
}

function sizeOf({ recorded, reported, billed }: ExplainedCell): bigint {
  const sizes = [recorded.costNanoUsd, reported.costNanoUsd, billed.netNanoUsd].map(absolute);
  return sizes.reduce((most, size) => (size > most ? size : most));
}

function add(
  cell: ExplainedCell,
  reason: "day_edge" | "no_price" | "not_recorded" | "not_reported",
  amount: bigint,
): void {
  cell.amounts.set(reason, (cell.amounts.get(reason) ?? 0n) + amount);
}
