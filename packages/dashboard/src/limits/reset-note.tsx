import { callTime, exactTime } from "@outlay/react";
import { useNow } from "../ui/use-now.ts";
import { untilInWords } from "./words.ts";

/** When an account begins anew, in the zone in which its period does: `Resets 1 Dec, 00:00 · in 8 days`. */
export function ResetNote({ resetsAt, timeZone }: { resetsAt: string | null; timeZone: string }) {
  const nowMs = useNow();
  if (resetsAt === null) return null;
  const ms = Date.parse(resetsAt);
  return (
    <span title={`${exactTime(ms, timeZone)} (${timeZone})`}>
      Resets <time dateTime={resetsAt}>{callTime(ms, nowMs, timeZone, "short")}</time>, {untilInWords(ms - nowMs)}
    </span>
  );
}
