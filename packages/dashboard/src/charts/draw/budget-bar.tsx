import { exactMoney, money } from "@outlay/react";
import { prepareBudget, projectedText, thresholdText, usedText } from "../prepare/budget.ts";
import type { BudgetNumbers } from "../prepare/budget.ts";
import { Track, TrackMark } from "./track.tsx";

/** How far a budget is used up: spent, reserved, where the pace leads, and the thresholds. Coloured only when one is passed. */
export function BudgetBar({
  name,
  compact = false,
  ...budget
}: BudgetNumbers & {
  /** Whose budget; only assistive technology reads it. */
  name: string;
  /** The bar alone; its words are then for assistive technology only. */
  compact?: boolean;
}) {
  const { amountUsd, spentUsd, reservedUsd, projectedUsd, thresholdsPercent } = budget;
  const { state, passedPercent, max, ratio, text } = prepareBudget(budget);
  const spentTo = Math.max(0, spentUsd);
  return (
    <div className="flex min-w-0 flex-col gap-1.5 text-[0.8125rem] tabular-nums">
      <p className="sr-only">
        {name}: {text}
      </p>
      {compact ? null : (
        <p aria-hidden="true" className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span title={`${exactMoney(spentUsd)} of ${exactMoney(amountUsd)}`}>
            <span className="font-semibold">{money(spentUsd)}</span>
            <span className="text-muted"> of {money(amountUsd)}</span>
          </span>
          <span className={`ml-auto ${STATE_TEXT[state]}`}>
            {[
              ...(state === "over" ? ["over budget"] : []),
              ...(state === "threshold" && passedPercent !== null ? [thresholdText(passedPercent)] : []),
              ...(ratio === null || ratio === 1 ? [] : [usedText(ratio)]),
            ].join(" · ")}
          </span>
        </p>
      )}
      <div aria-hidden="true" className={`relative ${compact ? "" : "pb-1.5"}`} title={compact ? text : undefined}>
        <div className="overflow-hidden rounded-sm bg-raised">
          <Track
            min={0}
            max={max}
            height={compact ? "h-2" : "h-3"}
            stretches={[
              ...(spentTo > 0 ? [{ key: "spent", from: 0, to: spentTo, background: STATE_FILL[state] }] : []),
              ...(reservedUsd > 0
                ? [{ key: "reserved", from: spentTo, to: spentTo + reservedUsd, background: RESERVED }]
                : []),
            ]}
          >
            {thresholdsPercent
              .map((threshold) => (threshold / 100) * amountUsd)
              .filter((at) => at > 0 && at < max)
              .map((at) => (
                <TrackMark
                  key={at}
                  at={at}
                  min={0}
                  max={max}
                  className={`inset-y-0 ${at === amountUsd ? "w-0.5 bg-ink" : "w-px bg-ink/50"}`}
                />
              ))}
            {projectedUsd === null || !compact ? null : (
              <TrackMark
                // At its very end it would be cut.
                at={Math.max(0, Math.min(projectedUsd, max * 0.995))}
                min={0}
                max={max}
                className="inset-y-0 border-l-2 border-dotted border-ink"
              />
            )}
          </Track>
        </div>
        {projectedUsd === null || compact ? null : (
          <span className="absolute inset-x-0 bottom-0 h-1.5">
            <TrackMark
              at={Math.max(0, projectedUsd)}
              min={0}
              max={max}
              className="bottom-0 border-x-[5px] border-b-[6px] border-x-transparent border-b-ink"
            />
          </span>
        )}
      </div>
      {compact || (reservedUsd <= 0 && projectedUsd === null) ? null : (
        <p aria-hidden="true" className="flex flex-wrap justify-between gap-x-4 text-muted">
          <span title={exactMoney(reservedUsd)}>{reservedUsd > 0 ? `${money(reservedUsd)} reserved` : ""}</span>
          {projectedUsd === null ? null : (
            <span className="ml-auto" title={exactMoney(projectedUsd)}>
              projected {projectedText(projectedUsd, amountUsd)}
            </span>
          )}
        </p>
      )}
    </div>
  );
}

const STATE_FILL = {
  ok: "var(--control)",
  threshold: "color-mix(in oklab, var(--series-1) 70%, var(--middle))",
  over: "var(--high)",
};
const STATE_TEXT = { ok: "text-muted", threshold: "font-medium text-middle", over: "font-medium text-high" };
const RESERVED =
  "repeating-linear-gradient(135deg, var(--control) 0 1.5px, color-mix(in oklab, var(--control) 25%, transparent) 1.5px 4px)";
