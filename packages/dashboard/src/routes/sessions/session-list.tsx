import { callTime, count, counted, exactCount, exactTime } from "@outlay/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { metaQuestion } from "../../api/questions.ts";
import { sessionFilters, sessionsQuestion } from "../../api/sessions.ts";
import type { Session } from "../../api/sessions.ts";
import { NotApplied } from "../../filters/not-applied.tsx";
import { usePageSearch } from "../../filters/use-search.ts";
import { SessionBadge } from "../../sessions/session-badge.tsx";
import { SessionTotals } from "../../sessions/session-totals.tsx";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { otherButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { LongId } from "../../ui/long-id.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useNow } from "../../ui/use-now.ts";
import { Toolbar } from "./toolbar.tsx";
import { useArrivals } from "./use-arrivals.ts";
import { useSessionsState } from "./use-sessions-state.ts";

/** The sessions, page by page, in one of four orders. */
export function SessionList() {
  const { view } = usePageSearch();
  const { state, change } = useSessionsState();
  const meta = useQuery(metaQuestion).data;
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  const nowMs = useNow();
  const { order = "recent", min: minCost, max: maxCost } = state;
  const list = useInfiniteQuery(sessionsQuestion({ view, order, minCost, maxCost }));
  const arrivals = useArrivals(view, list.dataUpdatedAt);
  const sessions = list.data?.pages.flatMap((page) => page.sessions);
  const { ignored } = sessionFilters(view.filters);
  return (
    <Card
      id="sessions"
      title={TITLES[order]}
      waiting={list.isPlaceholderData}
      actions={
        <div className="flex flex-wrap items-center gap-3">
          <SessionTotals />
          {arrivals > 0 ? (
            <button
              type="button"
              onClick={() => void list.refetch()}
              className="inline-flex h-8 items-center gap-1.5 rounded-full bg-strong pr-3 pl-2.5 text-[0.8125rem] font-medium text-on-strong"
            >
              <Icon name="up" className="size-3.5" />
              {counted(arrivals, "new call")}
            </button>
          ) : null}
        </div>
      }
    >
      <div className="flex flex-col gap-3 px-4 pt-2 pb-1 sm:px-5">
        <Toolbar />
        <NotApplied
          filters={ignored}
          why="Sessions can be narrowed to one model, user, agent and project, each by its exact name."
        />
        {list.error === null ? null : <ProblemNote error={list.error} />}
      </div>
      {sessions === undefined ? (
        <div className={list.error === null ? "h-[40rem]" : "h-4"} />
      ) : sessions.length === 0 ? (
        <EmptyState
          title="No session matches"
          action={
            minCost === undefined && maxCost === undefined ? undefined : (
              <button
                type="button"
                className={otherButton}
                onClick={() => change(({ min: _min, max: _max, ...rest }) => rest)}
              >
                Any cost
              </button>
            )
          }
        >
          A session is known by the <code className="font-mono text-[0.8125rem]">session</code> that its calls carry.
        </EmptyState>
      ) : (
        <>
          <DataTable
            caption={TITLES[order]}
            columns={columnsIn(timeZone, nowMs)}
            rows={sessions}
            rowKey={(session) => session.session}
            isOpen={({ session }) => session === state.session}
          />
          {list.hasNextPage ? (
            <div className="px-3 pb-3 sm:px-4">
              <MoreButton
                label="Show more sessions"
                isLoading={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              />
            </div>
          ) : null}
        </>
      )}
    </Card>
  );
}

function columnsIn(timeZone: string, nowMs: number): Column<Session>[] {
  return [
    {
      key: "session",
      label: "Session",
      width: "w-full md:w-[26%]",
      cell: (session) => (
        <>
          <Link
            to="."
            search={(before) => ({ ...before, session: session.session })}
            resetScroll={false}
            aria-label={`Session ${session.session}`}
            className="flex min-h-6 min-w-0 items-center font-medium decoration-control underline-offset-4 group-hover:underline"
          >
            <LongId id={session.session} />
          </Link>
          <span className="block truncate text-[0.8125rem] text-muted sm:hidden">
            {lastCall(session, nowMs, timeZone)} · {counted(session.calls, "call")}
          </span>
        </>
      ),
    },
    {
      key: "who",
      label: "Agent and user",
      from: "md",
      width: "md:w-[24%]",
      title: (session) => whoOf(session) ?? undefined,
      cell: (session) => whoOf(session) ?? <span className="text-muted">unattributed</span>,
    },
    {
      key: "models",
      label: "Models",
      from: "lg",
      width: "lg:w-[26%]",
      title: ({ models }) => models.join(", "),
      cell: ({ models }) => (
        <>
          {models[0]}
          {models.length > 1 ? <span className="text-muted"> and {models.length - 1} more</span> : null}
        </>
      ),
    },
    {
      key: "last",
      label: "Last call",
      from: "sm",
      align: "right",
      title: ({ lastAt }) => exactTime(Date.parse(lastAt), timeZone),
      cell: (session) => <span className="text-muted">{lastCall(session, nowMs, timeZone)}</span>,
    },
    {
      key: "calls",
      label: "Calls",
      from: "sm",
      align: "right",
      title: ({ calls, errors }) => `${exactCount(calls)} calls, ${exactCount(errors)} failed`,
      cell: ({ calls }) => count(calls),
    },
    {
      key: "tokens",
      label: "Tokens",
      from: "md",
      align: "right",
      title: ({ inputTokens, outputTokens }) => `${exactCount(inputTokens)} in, ${exactCount(outputTokens)} out`,
      cell: ({ tokens }) => count(tokens),
    },
    { key: "cost", label: "Cost", align: "right", cell: (session) => <SessionBadge session={session} /> },
  ];
}

const lastCall = ({ lastAt }: Session, nowMs: number, timeZone: string) =>
  callTime(Date.parse(lastAt), nowMs, timeZone, "short");

function whoOf({ agent, user, project }: Session): string | null {
  const who = [agent, user, project].filter(Boolean).join(" · ");
  return who === "" ? null : who;
}

const TITLES = {
  recent: "Most recent sessions",
  cost: "Dearest sessions",
  tokens: "Sessions with the most tokens",
  calls: "Sessions with the most calls",
} as const;
