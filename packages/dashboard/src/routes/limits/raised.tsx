import { callTime, exactMoney, exactTime, money } from "@outlay/react";
import { useState } from "react";
import { endOverride } from "../../api/limits.ts";
import type { LimitOverride } from "../../api/limits.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { smallButton } from "../../ui/form.tsx";
import { useNow } from "../../ui/use-now.ts";

/** A limit that is raised for a time: for whom, to what, until when, why; and the way to end it. */
export function Raised({
  override,
  name,
  mayChange,
  timeZone,
  onOpen,
}: {
  override: LimitOverride;
  name: string;
  mayChange: boolean;
  timeZone: string;
  onOpen: () => void;
}) {
  const refresh = useRefresh();
  const [isEnding, setIsEnding] = useState(false);
  const nowMs = useNow();
  const [fromMs, untilMs] = [Date.parse(override.from), Date.parse(override.until)];
  return (
    <li className="flex items-start justify-between gap-3">
      <div className="min-w-0">
        <p>
          <button
            type="button"
            onClick={onOpen}
            className="min-h-6 text-left font-medium underline-offset-4 hover:underline decoration-control"
          >
            {name}
          </button>
          {override.value === null ? "" : ` for ${override.value}`}:{" "}
          {override.amountUsd === null ? (
            "nothing is refused"
          ) : (
            <span title={exactMoney(override.amountUsd)}>{money(override.amountUsd)}</span>
          )}
        </p>
        <p className="text-[0.8125rem] text-muted">
          {fromMs > nowMs ? `From ${callTime(fromMs, nowMs, timeZone, "short")} until` : "Until"}{" "}
          <time dateTime={override.until} title={exactTime(untilMs, timeZone)}>
            {callTime(untilMs, nowMs, timeZone, "short")}
          </time>
          . {override.reason}
        </p>
      </div>
      {mayChange ? (
        <button type="button" onClick={() => setIsEnding(true)} className={smallButton}>
          End
          <span className="sr-only">
            {" "}
            the raise of {name}
            {override.value === null ? "" : ` for ${override.value}`}
          </span>
        </button>
      ) : null}
      {isEnding ? (
        <ConfirmSheet
          title={`End the raise of ${name}`}
          action="End it now"
          onConfirm={async () => {
            await endOverride(override.id);
            await refresh();
          }}
          onClose={() => setIsEnding(false)}
        >
          From now on the limit's own amount holds again{override.value === null ? "" : ` for ${override.value}`}.
        </ConfirmSheet>
      ) : null}
    </li>
  );
}
