import { percent } from "@outlay/react";
import type { ToldLimits } from "../../api/subscriptions.ts";
import { Track } from "../../charts/draw/track.tsx";
import { When } from "../../ui/when.tsx";

/** How full the windows of a plan are: its provider's own numbers, of when a tool was told them. */
export function PlanLimits({ limits }: { limits: readonly ToldLimits[] }) {
  return (
    <ul className="flex flex-col gap-3 text-[0.8125rem]">
      {limits.map(({ tool, plan, user, account, reportedAt, windows }) => (
        <li key={JSON.stringify([tool, user, account])} className="flex min-w-0 flex-col gap-1">
          <p className="flex flex-wrap justify-between gap-x-4 text-muted">
            <span className="min-w-0 wrap-anywhere">
              Limits, as {tool}
              {inBrackets([plan, user, account === "default" ? null : account])} was told
            </span>
            <span>
              as of <When at={reportedAt} />
            </span>
          </p>
          {windows.map((window) => (
            <LimitWindow key={window.name} window={window} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function inBrackets(words: readonly (string | null)[]): string {
  const known = words.filter((word) => word !== null);
  return known.length === 0 ? "" : ` (${known.join(", ")})`;
}

function LimitWindow({ window: { name, minutes, usedPercent, resetsAt } }: { window: ToldLimits["windows"][number] }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="flex flex-wrap justify-between gap-x-4 tabular-nums">
        <span className="min-w-0 wrap-anywhere">{lengthInWords(minutes) ?? name.replaceAll("_", " ")}</span>
        <span>
          {usedPercent === null ? "begun anew since then" : `${percent(usedPercent / 100)} used`}
          {resetsAt === null || usedPercent === null ? null : (
            <span className="text-muted">
              , anew <When at={resetsAt} />
            </span>
          )}
        </span>
      </p>
      {usedPercent === null ? null : (
        <div className="overflow-hidden rounded-sm bg-raised">
          <Track
            min={0}
            max={100}
            height="h-1.5"
            stretches={[{ key: "used", from: 0, to: usedPercent, background: colourOf(usedPercent) }]}
          />
        </div>
      )}
    </div>
  );
}

const NEARLY_FULL_PERCENT = 90;

function colourOf(usedPercent: number): string {
  return usedPercent >= NEARLY_FULL_PERCENT ? "var(--high)" : "var(--control)";
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** `5 hours`, `7 days`; null: not said. */
function lengthInWords(minutes: number | null): string | null {
  if (minutes === null) return null;
  if (minutes % DAY === 0) return minutes === DAY ? "1 day" : `${minutes / DAY} days`;
  if (minutes % HOUR === 0) return minutes === HOUR ? "1 hour" : `${minutes / HOUR} hours`;
  return `${minutes} minutes`;
}
