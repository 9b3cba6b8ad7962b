import { exactTime } from "@outlay/react";
import type { ReactNode } from "react";
import type { LimitReport } from "../api/limits.ts";
import { callTime } from "@outlay/react";
import { useNow } from "../ui/use-now.ts";
import { ResetNote } from "./reset-note.tsx";
import { paceInWords, untilInWords } from "./words.ts";

/** Until when an amount lasts: when it begins anew, how fast it goes, when it is used up at that pace. */
export function StandingFacts({ report, timeZone }: { report: LimitReport; timeZone: string }) {
  const { standing, projection } = report;
  if (standing === null) return null;
  const pace = paceInWords(standing.pace);
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-0.5 text-[0.8125rem] text-muted">
      <ResetNote resetsAt={standing.state.resetsAt} timeZone={timeZone} />
      {pace === null ? null : (
        <span title="What was spent, against what an even pace would have spent by now">{pace}</span>
      )}
      <Outlook report={report} timeZone={timeZone} method={projection?.method} />
    </p>
  );
}

/** When the money is gone, or that it lasts. */
function Outlook({
  report: { standing, projection, limit },
  timeZone,
  method,
}: {
  report: LimitReport;
  timeZone: string;
  method: string | undefined;
}): ReactNode {
  const nowMs = useNow();
  if (standing === null || projection === null) return null;
  const { spentUsd, amountUsd } = standing.state;
  if (spentUsd >= amountUsd) return <span className="font-medium text-high">used up</span>;
  if (projection.exhaustedAt === null) {
    return (
      <span title={method}>{limit.period.unit === "total" ? "lasts two years and more" : "lasts at this pace"}</span>
    );
  }
  const ms = Date.parse(projection.exhaustedAt);
  return (
    <span title={`${exactTime(ms, timeZone)}; ${method ?? ""}`} className="font-medium text-middle">
      used up {callTime(ms, nowMs, timeZone, "short")}, {untilInWords(ms - nowMs)}
    </span>
  );
}
