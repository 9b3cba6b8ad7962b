import { callTime, counted, exactMoney, exactTime, money } from "@outlay/react";
import { refusalsQuestion } from "../../api/limits.ts";
import type { RefusalCode } from "../../api/limits.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useNow } from "../../ui/use-now.ts";

/** Calls that were refused in the last day, the newest first. A click explains one. */
export function RefusalsCard({ timeZone, onOpen }: { timeZone: string; onOpen: (id: string) => void }) {
  const { data, error, isWaiting } = useKeptQuery(refusalsQuestion);
  const nowMs = useNow();
  return (
    <Card
      title="Refused in the last day"
      id="refusals"
      waiting={isWaiting}
      actions={
        data === undefined || data.total === 0 ? undefined : (
          <span className="text-[0.8125rem] text-muted">{counted(data.total, "call")}</span>
        )
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {data === undefined ? <div className="h-24" /> : null}
      {data?.refusals.length === 0 ? (
        <EmptyState title="No call was refused">Refusals are kept for a day.</EmptyState>
      ) : null}
      {data !== undefined && data.refusals.length > 0 ? (
        <DataTable
          caption="Calls that limits refused, newest first"
          rows={data.refusals}
          rowKey={({ id }) => id}
          onOpen={({ id }) => onOpen(id)}
          openLabel={({ call, limit }) =>
            `Why ${limit.name} refused a call of ${call.dimensions["user"] ?? call.model}`
          }
          columns={[
            {
              key: "limit",
              label: "Limit",
              width: "w-[30%]",
              cell: ({ limit }) => limit.name,
              title: ({ message }) => message,
            },
            {
              key: "at",
              label: "When",
              cell: ({ at }) => callTime(Date.parse(at), nowMs, timeZone, "short"),
              title: ({ at }) => exactTime(Date.parse(at), timeZone),
            },
            { key: "user", label: "User", cell: ({ call }) => call.dimensions["user"] ?? "—", from: "sm" },
            {
              key: "model",
              label: "Model",
              width: "w-[42%] sm:w-[26%]",
              cell: ({ call }) => call.model,
              title: ({ call }) => call.model,
            },
            { key: "why", label: "Why", from: "md", cell: ({ code }) => REASONS[code] },
            {
              key: "wanted",
              label: "May cost",
              align: "right",
              from: "sm",
              cell: ({ wantedUsd }) => money(wantedUsd),
              title: ({ wantedUsd }) => exactMoney(wantedUsd),
            },
          ]}
        />
      ) : null}
    </Card>
  );
}

const REASONS: Record<RefusalCode, string> = {
  limit_exceeded: "No room",
  rate_limited: "Slowed down",
  unpriced_model: "No price",
};
