import { callTime, count, exactCount, exactTime } from "@outlay/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { metaQuestion } from "../api/questions.ts";
import { sessionFilters, sessionsQuestion } from "../api/sessions.ts";
import type { Session } from "../api/sessions.ts";
import { NotApplied } from "../filters/not-applied.tsx";
import { validateSearch, withFilters } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { SessionBadge } from "../sessions/session-badge.tsx";
import { SessionTotals } from "../sessions/session-totals.tsx";
import { Card } from "../ui/card.tsx";
import { DataTable } from "../ui/data-table.tsx";
import type { Column } from "../ui/data-table.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { LongId } from "../ui/long-id.tsx";
import { useNow } from "../ui/use-now.ts";
import type { EntityKind } from "./entity-kind.ts";
import { narrowedTo } from "./entity-view.ts";

/** The sessions of one user or agent that were active last. */
export function EntitySessions({ kind, value }: { kind: EntityKind; value: string }) {
  const { view: shared } = usePageSearch();
  const { view } = narrowedTo(shared, kind.dimension, [value]);
  const meta = useQuery(metaQuestion).data;
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  const nowMs = useNow();
  const { data, isPlaceholderData, error } = useInfiniteQuery(sessionsQuestion({ view, order: "recent" }, SHOWN));
  const sessions = data?.pages[0]?.sessions;
  const { ignored } = sessionFilters(view.filters);
  return (
    <Card
      id="sessions"
      title="Sessions"
      waiting={isPlaceholderData}
      actions={
        <div className="flex flex-wrap items-center gap-x-4">
          <SessionTotals within={view} />{" "}
          <Link
            to="/sessions"
            search={(before) => withFilters(validateSearch(before), view.filters)}
            className="text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline"
          >
            View all
          </Link>
        </div>
      }
    >
      <div className="px-4 pt-1 sm:px-5">
        <NotApplied filters={ignored} why="Sessions count as a whole." />
        {error === null ? null : <p className="text-high">{error.message}</p>}
      </div>
      {sessions === undefined ? (
        <div className="h-72" />
      ) : sessions.length === 0 ? (
        <EmptyState title={`No session of this ${kind.one} ended in the period`} />
      ) : (
        <DataTable
          caption="Sessions, the most recent first"
          rows={sessions}
          rowKey={({ session }) => session}
          columns={columnsIn(timeZone, nowMs)}
        />
      )}
    </Card>
  );
}

const SHOWN = 8;

function columnsIn(timeZone: string, nowMs: number): Column<Session>[] {
  return [
    {
      key: "session",
      label: "Session",
      width: "w-full",
      cell: ({ session }) => (
        <Link
          to="/sessions"
          search={(before) => ({ ...validateSearch(before), session })}
          className="flex min-h-6 min-w-0 items-center font-medium decoration-control underline-offset-4 group-hover:underline"
        >
          <LongId id={session} />
        </Link>
      ),
    },
    {
      key: "last",
      label: "Last call",
      align: "right",
      title: ({ lastAt }) => exactTime(Date.parse(lastAt), timeZone),
      cell: ({ lastAt }) => (
        <span className="text-muted">{callTime(Date.parse(lastAt), nowMs, timeZone, "short")}</span>
      ),
    },
    {
      key: "calls",
      label: "Calls",
      align: "right",
      from: "sm",
      title: ({ calls }) => exactCount(calls),
      cell: ({ calls }) => count(calls),
    },
    {
      key: "cost",
      label: "Cost",
      align: "right",
      cell: (session) => <SessionBadge session={session} />,
    },
  ];
}
