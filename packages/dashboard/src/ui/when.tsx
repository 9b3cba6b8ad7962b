import { callTime, exactTime } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../api/questions.ts";
import { dayRange } from "../format/time.ts";
import { useNow } from "./use-now.ts";

/** An instant: its time when it is near, else its day; every digit on hover. In the server's zone. */
export function When({ at, never = "never" }: { at: string | null; never?: string }) {
  const zone = useQuery(metaQuestion).data?.timeZone ?? "UTC";
  const nowMs = useNow();
  if (at === null) return <span className="text-muted">{never}</span>;
  const ms = Date.parse(at);
  const isNear = Math.abs(ms - nowMs) < NEAR_MS;
  return (
    <time dateTime={at} title={exactTime(ms, zone)}>
      {isNear ? callTime(ms, nowMs, zone, "short") : dayRange(ms, ms + 1, zone)}
    </time>
  );
}

const NEAR_MS = 14 * 86_400_000;
