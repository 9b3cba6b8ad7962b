import { CostBadge, duration } from "@outlay/react";
import type { ReactNode } from "react";
import type { Call } from "../api/answers.ts";
import { useNow } from "../ui/use-now.ts";
import { CallTime, CallTokens, FailedBadge } from "./call-cells.tsx";
import { useOpenCall } from "./use-open-call.ts";

/** What a short list of calls can show. `who`: agent, user and activity in one. */
export type ShortColumn = "time" | "model" | "activity" | "who" | "tokens" | "took" | "cost";

/**
 * A short list of calls; a click on one opens its sheet. Columns give way to the table's own width, not the window's: what has
 * no room stands in a second line or is left out. For lists of any length see routes/calls.
 */
export function CallsTable({
  caption,
  calls,
  timeZone,
  columns = DEFAULT_COLUMNS,
}: {
  /** Names the table for assistive technology. */
  caption: string;
  calls: readonly Call[];
  timeZone: string;
  columns?: readonly ShortColumn[];
}) {
  const nowMs = useNow();
  const { id: openId, open } = useOpenCall();
  const shown = COLUMNS.filter(({ key }) => columns.includes(key));
  return (
    <div className="@container">
      <table className="w-full border-separate border-spacing-0">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-left text-xs text-muted">
            {shown.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={`px-2 py-1.5 font-normal whitespace-nowrap ${column.className}`}
              >
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr
              key={call.id}
              aria-current={call.id === openId ? "true" : undefined}
              className="group hover:bg-raised/60 aria-[current]:bg-raised"
            >
              {shown.map((column) => (
                <td
                  key={column.key}
                  className={`border-t border-line px-2 py-2 align-top @lg:align-middle ${column.className}`}
                >
                  {column.cell({ call, timeZone, nowMs, columns, onOpen: () => open(call.id) })}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Cell {
  call: Call;
  timeZone: string;
  nowMs: number;
  /** All that the table shows: what is missing here may stand in a second line. */
  columns: readonly ShortColumn[];
  onOpen: () => void;
}

interface ShownColumn {
  key: ShortColumn;
  label: string;
  cell: (cell: Cell) => ReactNode;
  className: string;
}

const DEFAULT_COLUMNS: readonly ShortColumn[] = ["time", "model", "who", "tokens", "took", "cost"];

const COLUMNS: readonly ShownColumn[] = [
  {
    key: "time",
    label: "Time",
    cell: ({ call, timeZone, nowMs }) => <CallTime call={call} timeZone={timeZone} nowMs={nowMs} />,
    className: "whitespace-nowrap text-muted",
  },
  {
    key: "activity",
    label: "Activity",
    cell: ({ call }) => (
      <span className="block truncate" title={call.activity ?? undefined}>
        {call.activity ?? <span className="text-muted">unattributed</span>}
      </span>
    ),
    className: "hidden max-w-0 normal-nums @2xl:table-cell @2xl:w-[28%]",
  },
  {
    key: "model",
    label: "Model",
    cell: (cell) => <ModelCell {...cell} />,
    className: "w-full max-w-0 normal-nums @2xl:w-[36%]",
  },
  {
    key: "who",
    label: "Agent and user",
    cell: ({ call }) => (
      <span className="block truncate" title={whoOf(call)}>
        {whoOf(call) ?? <span className="text-muted">unattributed</span>}
        {call.activity ? <span className="text-muted"> · {call.activity}</span> : null}
      </span>
    ),
    className: "hidden max-w-0 normal-nums @2xl:table-cell @2xl:w-[34%]",
  },
  {
    key: "tokens",
    label: "Tokens in → out",
    cell: ({ call }) => <CallTokens call={call} />,
    className: "hidden text-right whitespace-nowrap @lg:table-cell",
  },
  {
    key: "took",
    label: "Took",
    cell: ({ call }) => duration(call.durationMs ?? null),
    className: "hidden text-right whitespace-nowrap text-muted @3xl:table-cell",
  },
  {
    key: "cost",
    label: "Cost",
    cell: ({ call, columns }) => (
      <>
        <CostBadge plain event={call} />
        {columns.includes("tokens") ? (
          <span className="mt-0.5 block text-xs @lg:hidden">
            <CallTokens call={call} />
          </span>
        ) : null}
      </>
    ),
    className: "text-right whitespace-nowrap",
  },
];

function ModelCell({ call, columns, onOpen }: Cell) {
  const second = columns.includes("activity") ? call.activity : columns.includes("who") ? whoOf(call) : null;
  return (
    <>
      <span className="flex min-w-0 flex-wrap items-center gap-x-2">
        <button
          type="button"
          title={`${call.model}, ${call.provider}: what this call cost`}
          onClick={onOpen}
          className="min-h-6 max-w-full truncate text-left font-medium underline-offset-4 group-hover:underline decoration-control"
        >
          {call.model}
        </button>
        <span className="hidden truncate text-muted @lg:inline">
          {call.operation === "chat" ? call.provider : `${call.provider} · ${call.operation ?? ""}`}
        </span>
        {call.success === false ? <FailedBadge call={call} /> : null}
      </span>
      {second === null ? null : (
        <span className="block truncate text-muted @2xl:hidden">{second ?? "unattributed"}</span>
      )}
    </>
  );
}

function whoOf(call: Call): string | undefined {
  const who = [call.agent, call.user].filter(Boolean).join(" · ");
  return who === "" ? undefined : who;
}
