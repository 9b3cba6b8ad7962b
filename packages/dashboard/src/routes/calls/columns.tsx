import { CostBadge, count, duration, exactCount } from "@outlay/react";
import type { KeyboardEvent, ReactNode } from "react";
import type { Call } from "../../api/answers.ts";
import { CallTime, CallTokens, FailedBadge } from "../../calls/call-cells.tsx";

/** What a cell is made of. */
export interface CellContext {
  call: Call;
  timeZone: string;
  nowMs: number;
  /** Opens the call's sheet. */
  onOpen: () => void;
  /** The one row that the tab key stops at; the arrow keys lead to the others. */
  isTabStop: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** One column of the long list. Widths in pixels. */
export interface CallColumn {
  key: string;
  label: string;
  minWidth: number;
  /** Its part of the width that is left over; 0: as wide as it must be. */
  grow: number;
  align?: "right";
  cell: (context: CellContext) => ReactNode;
  /** The whole of what may be cut, or every digit. */
  title?: (call: Call) => string | undefined;
}

/** Names the row and is its button: always shown. */
export const NAMING_COLUMN = "model";

/** Everything that can be shown, in the order in which it is. */
export const CALL_COLUMNS: readonly CallColumn[] = [
  {
    key: "time",
    label: "Time",
    minWidth: 128,
    grow: 0,
    cell: ({ call, timeZone, nowMs }) => (
      <span className="text-muted">
        <CallTime call={call} timeZone={timeZone} nowMs={nowMs} />
      </span>
    ),
  },
  {
    key: NAMING_COLUMN,
    label: "Model",
    minWidth: 240,
    grow: 6,
    cell: (context) => <ModelCell {...context} />,
    title: (call) => `${call.model}, ${call.provider}`,
  },
  named("provider", "Provider", (call) => call.provider),
  named("operation", "Operation", (call) => call.operation),
  named("agent", "Agent", (call) => call.agent),
  named("user", "User", (call) => call.user),
  named("activity", "Activity", (call) => call.activity, 150),
  named("category", "Category", (call) => call.category),
  named("team", "Team", (call) => call.team),
  named("project", "Project", (call) => call.project),
  named("customer", "Customer", (call) => call.customer),
  named("session", "Session", (call) => call.session),
  named("trace", "Trace", (call) => call.trace),
  named("environment", "Environment", (call) => call.environment),
  named("credential", "Key", (call) => call.credential),
  named("tags", "Tags", (call) =>
    Object.entries(call.tags ?? {})
      .map(([key, value]) => `${key}: ${value}`)
      .join(", "),
  ),
  named("serviceTier", "Service tier", (call) => call.serviceTier),
  named("variant", "Variant", (call) => call.variant),
  named("source", "Source", (call) => call.source),
  {
    key: "tokens",
    label: "Tokens in → out",
    minWidth: 124,
    grow: 0,
    align: "right",
    cell: ({ call }) => <CallTokens call={call} />,
  },
  counted("inputTokens", "Input tokens"),
  counted("cacheReadTokens", "Cached tokens"),
  counted("outputTokens", "Output tokens"),
  counted("reasoningTokens", "Reasoning tokens"),
  timed("took", "Took", (call) => call.durationMs),
  timed("firstToken", "First token", (call) => call.timeToFirstTokenMs),
  number("attempt", "Attempt", (call) => call.attempt),
  number("score", "Score", (call) => call.score),
  { ...named("basis", "Basis", (call) => call.basis), minWidth: 88 },
  {
    key: "cost",
    label: "Cost",
    minWidth: 118,
    grow: 0,
    align: "right",
    cell: ({ call }) => <CostBadge plain event={call} />,
  },
];

/** Shown unless somebody chooses. */
export const DEFAULT_COLUMNS: readonly string[] = [
  "time",
  NAMING_COLUMN,
  "agent",
  "user",
  "activity",
  "tokens",
  "took",
  "cost",
];

/** Where there is room for one thing after the other only: two lines for each call. */
export const NARROW_COLUMNS: readonly CallColumn[] = [
  {
    key: NAMING_COLUMN,
    label: "Call",
    minWidth: 120,
    grow: 1,
    cell: (context) => (
      <>
        <ModelCell {...context} isShort />
        <span className="block truncate text-muted">
          <CallTime {...context} />
          {whoOf(context.call) === "" ? "" : ` · ${whoOf(context.call)}`}
        </span>
      </>
    ),
  },
  {
    key: "cost",
    label: "Cost",
    minWidth: 118,
    grow: 0,
    align: "right",
    cell: ({ call }) => (
      <>
        <CostBadge plain event={call} />
        <span className="mt-0.5 block truncate text-xs">
          <CallTokens call={call} />
        </span>
      </>
    ),
  },
];

function ModelCell({ call, onOpen, isTabStop, onKeyDown, isShort = false }: CellContext & { isShort?: boolean }) {
  return (
    <span className="flex min-w-0 items-center gap-x-2">
      <button
        type="button"
        tabIndex={isTabStop ? 0 : -1}
        onClick={onOpen}
        onKeyDown={onKeyDown}
        className="min-h-6 min-w-0 truncate text-left font-medium underline-offset-4 group-hover:underline decoration-control"
      >
        {call.model}
      </button>
      {isShort || call.success === false ? null : (
        <span className="min-w-0 shrink-[3] truncate text-muted">
          {call.operation === "chat" ? call.provider : `${call.provider} · ${call.operation ?? ""}`}
        </span>
      )}
      {call.success === false ? (
        <span className="shrink-0">
          <FailedBadge call={call} />
        </span>
      ) : null}
    </span>
  );
}

function whoOf(call: Call): string {
  return [call.agent, call.user].filter(Boolean).join(" · ");
}

function named(
  key: string,
  label: string,
  read: (call: Call) => string | null | undefined,
  minWidth = 108,
): CallColumn {
  return {
    key,
    label,
    minWidth,
    grow: 1,
    cell: ({ call }) => read(call) || <span className="text-muted">—</span>,
    title: (call) => read(call) || undefined,
  };
}

function counted(key: string, label: string): CallColumn {
  return number(
    key,
    label,
    (call) => {
      const quantity = call.usage?.[key];
      return typeof quantity === "number" ? quantity : null;
    },
    116,
  );
}

function number(
  key: string,
  label: string,
  read: (call: Call) => number | null | undefined,
  minWidth = 76,
): CallColumn {
  return {
    key,
    label,
    minWidth,
    grow: 0,
    align: "right",
    cell: ({ call }) => {
      const value = read(call) ?? null;
      return (
        <span title={value === null ? undefined : exactCount(value)}>{isWhole(value) ? count(value) : value}</span>
      );
    },
  };
}

function timed(key: string, label: string, read: (call: Call) => number | null | undefined): CallColumn {
  return {
    key,
    label,
    minWidth: 84,
    grow: 0,
    align: "right",
    cell: ({ call }) => {
      const ms = read(call) ?? null;
      return (
        <span className="text-muted" title={ms === null ? undefined : `${exactCount(ms)} ms`}>
          {duration(ms)}
        </span>
      );
    },
  };
}

const isWhole = (value: number | null) => value === null || Number.isInteger(value);
