import type { Basis } from "@outlay/core";
import { costLevel, exactMoney, money } from "@outlay/react";
import type { CostLevel } from "@outlay/react";

/** What one call cost: the amount, coloured by its size, and how it is known when that is not by price and usage. */
export function CostBadge({ usd, basis, approximate }: { usd: number | null; basis: Basis; approximate: boolean }) {
  if (usd === null) {
    return (
      <span
        title="No price is known for this model"
        className={`${SHAPE} border border-dashed border-control text-muted`}
      >
        unpriced
      </span>
    );
  }
  const isEstimate = basis === "estimated" || approximate;
  const title = [exactMoney(usd), BASIS_WORDS[basis], approximate ? "price found by a similar model name" : ""];
  return (
    <span title={title.filter(Boolean).join(", ")} className={`${SHAPE} ${LEVEL_CLASSES[costLevel(usd)]}`}>
      {isEstimate ? <span aria-label="about">~</span> : null}
      {money(usd)}
    </span>
  );
}

const SHAPE = "inline-block rounded-md px-1.5 py-0.5 text-[0.8125rem] font-medium whitespace-nowrap";
const LEVEL_CLASSES: Record<CostLevel, string> = {
  low: "bg-low-back text-low",
  middle: "bg-middle-back text-middle",
  high: "bg-high-back text-high",
};
const BASIS_WORDS: Record<Basis, string> = {
  rated: "by price and usage",
  reported: "as the provider reported it",
  estimated: "tokens were estimated",
  unpriced: "no price is known",
};
