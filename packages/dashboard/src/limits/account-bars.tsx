import { exactMoney, money } from "@outlay/react";
import { BudgetBar } from "../charts/draw/budget-bar.tsx";
import type { LimitState } from "../api/limits.ts";
import { usedRatio } from "./words.ts";

/** The accounts of a limit that has one for each, fullest first. A click opens one. */
export function AccountBars({
  states,
  thresholdsPercent,
  onSelect,
}: {
  states: readonly LimitState[];
  thresholdsPercent: readonly number[];
  onSelect: (value: string) => void;
}) {
  return (
    <ul className="flex flex-col">
      {states
        .toSorted((one, other) => usedRatio(other) - usedRatio(one))
        .map((state) => (
          <li key={state.value ?? ""} className="flex flex-col gap-1 py-2">
            <span className="flex flex-wrap items-baseline justify-between gap-x-3 text-[0.8125rem]">
              <button
                type="button"
                onClick={() => onSelect(state.value ?? "")}
                className="-my-1 inline-flex min-h-7 min-w-0 items-center truncate text-left font-medium underline-offset-4 hover:underline decoration-control"
              >
                {state.value ?? "unattributed"}
              </button>
              <span className="text-muted" title={exactMoney(state.spentUsd)}>
                {money(state.spentUsd)} of {money(state.amountUsd)}
              </span>
            </span>
            <BudgetBar
              compact
              name={state.value ?? "unattributed"}
              amountUsd={state.amountUsd}
              spentUsd={state.spentUsd}
              reservedUsd={state.leasedUsd}
              projectedUsd={null}
              thresholdsPercent={thresholdsPercent}
            />
          </li>
        ))}
    </ul>
  );
}
