import type { EventAnswer } from "../ledger/answers.ts";
import type { Column, Table } from "./draw/table.ts";
import { formatDuration, formatInstant, formatMinute, formatTokens, formatUsd, UNKNOWN } from "./draw/values.ts";

/** From this many columns on there is room for the seconds and the activity, and for what the call used. */
const roomyColumns = 110;
const middlingColumns = 74;

/** Recorded calls, one a line. `width`: what fits, in columns. */
export function callTable(events: EventAnswer[], options: { timeZone: string | undefined; width: number }): Table {
  const fields = FIELDS.filter(({ fromColumns = 0 }) => options.width >= fromColumns);
  const isCompact = options.width < roomyColumns;
  return {
    columns: fields.map(({ header, align }) => ({ header, align })),
    rows: events.map((event) => fields.map(({ cell }) => cell(event, { ...options, isCompact }))),
  };
}

interface Field {
  header: string;
  align: Column["align"];
  /** Left out when there is less room than this. */
  fromColumns?: number;
  cell(event: EventAnswer, shown: { timeZone: string | undefined; isCompact: boolean }): string;
}

const FIELDS: readonly Field[] = [
  {
    header: "Time",
    align: "fixed",
    cell: ({ occurredAt }, { timeZone, isCompact }) =>
      isCompact ? formatMinute(occurredAt, timeZone) : formatInstant(occurredAt, timeZone),
  },
  { header: "Agent", align: "left", cell: ({ agent }) => agent ?? UNKNOWN },
  {
    header: "Activity",
    align: "left",
    fromColumns: roomyColumns,
    cell: ({ activity, operation }) => activity ?? operation,
  },
  { header: "Model", align: "left", cell: ({ model }) => model },
  { header: "Tokens", align: "right", fromColumns: middlingColumns, cell: (event) => formatTokens(tokensOf(event)) },
  {
    header: "Latency",
    align: "right",
    fromColumns: middlingColumns,
    cell: ({ durationMs }) => formatDuration(durationMs),
  },
  { header: "Cost", align: "point", cell: ({ costUsd }) => formatUsd(costUsd) },
  { header: "Result", align: "left", cell: resultOf },
];

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
