import { callTime, count, counted, exactCount, exactTime } from "@outlay/react";
import type { Call } from "../api/answers.ts";

/** When it happened; the short form on a narrow table. */
export function CallTime({ call, timeZone, nowMs }: { call: Call; timeZone: string; nowMs: number }) {
  const atMs = Date.parse(call.occurredAt);
  return (
    <time dateTime={call.occurredAt} title={exactTime(atMs, timeZone)}>
      <span className="@lg:hidden">{callTime(atMs, nowMs, timeZone, "short")}</span>
      <span className="hidden @lg:inline">{callTime(atMs, nowMs, timeZone)}</span>
    </time>
  );
}

/** Says that a call failed, and of what. */
export function FailedBadge({ call }: { call: Call }) {
  return (
    <span
      title={call.errorMessage ?? undefined}
      className="rounded-md border border-high px-1.5 text-xs leading-5 font-medium whitespace-nowrap text-high"
    >
      failed{call.errorType ? `: ${call.errorType}` : ""}
    </span>
  );
}

/** `1,234 → 90`: tokens in and out; where none are counted, what is. */
export function CallTokens({ call }: { call: Call }) {
  const input = quantityOf(call, "inputTokens");
  const output = quantityOf(call, "outputTokens");
  const cached = quantityOf(call, "cacheReadTokens");
  if (input === null && output === null) return <span className="text-muted">{otherUsage(call) ?? "—"}</span>;
  const title = `${exactCount(input)} in${cached === null ? "" : `, ${exactCount(cached)} of them cached`}; ${exactCount(output)} out`;
  return (
    <span title={title}>
      {count(input)}
      {output === null ? null : (
        <>
          {" "}
          <span className="text-muted">→</span> {count(output)}
        </>
      )}
    </span>
  );
}

/** What was counted where no tokens are: `2 images`; null when nothing was. */
function otherUsage(call: Call): string | null {
  for (const [meter, singular, plural] of OTHER_METERS) {
    const quantity = quantityOf(call, meter);
    if (quantity !== null && quantity > 0) return counted(quantity, singular, plural);
  }
  return null;
}

function quantityOf(call: Call, name: string): number | null {
  const quantity = call.usage?.[name];
  return typeof quantity === "number" ? quantity : null;
}

const OTHER_METERS = [
  ["images", "image", "images"],
  ["audioSeconds", "second of audio", "seconds of audio"],
  ["characters", "character", "characters"],
  ["pages", "page", "pages"],
  ["searches", "search", "searches"],
] as const;
