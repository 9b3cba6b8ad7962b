import type { EventAnswer } from "../ledger/answers.ts";
import type { Table } from "./draw/table.ts";
import { formatDuration, formatInstant, formatTokens, formatUsd, UNKNOWN } from "./draw/values.ts";

/** Recorded calls, one a line. */
export function callTable(events: EventAnswer[], timeZone: string | undefined): Table {
  return {
    columns: [
      { header: "Time", align: "left" },
      { header: "Agent", align: "left" },
      { header: "Activity", align: "left" },
      { header: "Model", align: "left" },
      { header: "Tokens", align: "right" },
      { header: "Latency", align: "right" },
      { header: "Cost", align: "point" },
      { header: "Result", align: "left" },
    ],
    rows: events.map((event) => [
      formatInstant(event.occurredAt, timeZone),
      event.agent ?? UNKNOWN,
      event.activity ?? event.operation,
      event.model,
      formatTokens(tokensOf(event)),
      formatDuration(event.durationMs),
      formatUsd(event.costUsd),
      resultOf(event),
    ]),
  };
}

/** Input and output; null when the call says neither (an image, a second of audio). */
export function tokensOf({ usage }: EventAnswer): number | null {
  if (usage.inputTokens == null && usage.outputTokens == null) return null;
  return (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
}

function resultOf(event: EventAnswer): string {
  if (!event.success) return event.errorType ?? "failed";
  if (event.cacheHit === true) return "own cache";
  return event.basis === "rated" ? "ok" : event.basis;
}
