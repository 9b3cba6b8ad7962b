import { useState } from "react";
import type { OutlayEvent, OutlaySession, SessionsPage } from "../api/answers.ts";
import type { OutlayClient, SessionOrder } from "../api/outlay-client.ts";
import type { CostThresholds } from "../badge/cost-level.ts";
import { BadgeOf } from "../badge/badge-of.tsx";
import { counted, exactCount } from "../format/count.ts";
import { callTime, exactTime } from "../format/time.ts";
import { useLiveCosts } from "../live/use-live-costs.ts";
import { ListState, MoreButton } from "./list-state.tsx";
import { NOTHING_NARROWED, narrowedCount, questionOf } from "./narrowing.ts";
import { Toolbar } from "./toolbar.tsx";
import { useAnswer } from "./use-answer.ts";

/** Whose sessions; what is absent does not narrow. */
export interface SessionScope {
  user?: string | undefined;
  agent?: string | undefined;
  project?: string | undefined;
}

interface SessionListProps {
  client: OutlayClient;
  scope: SessionScope;
  pageSize: number;
  timeZone: string;
  thresholds: Partial<CostThresholds> | undefined;
  initialOrder: SessionOrder;
  isLive: boolean;
  onOpen: (session: string) => void;
}

/** Sessions with what each cost, page by page. New calls never move the rows: a button counts them. */
export function SessionList(props: SessionListProps) {
  const { client, scope, pageSize, timeZone, thresholds, initialOrder, isLive, onOpen } = props;
  const [order, setOrder] = useState(initialOrder);
  const [narrowing, setNarrowing] = useState(NOTHING_NARROWED);
  const question = { ...scope, ...questionOf(narrowing, timeZone), order, limit: pageSize };
  const answer = useAnswer(JSON.stringify(question), (signal) => client.sessions(question, signal));
  const news = useNews(scope, isLive);
  const { data } = answer;
  const reload = () => {
    news.seen();
    answer.reload();
  };
  return (
    <>
      <Toolbar orders={ORDERS} order={order} onOrder={setOrder} narrowing={narrowing} onNarrow={setNarrowing} />
      <div className="body" aria-busy={answer.isWaiting}>
        {news.calls > 0 && data !== null ? (
          <button type="button" className="news" onClick={reload}>
            {counted(news.calls, "new call")}: show
          </button>
        ) : null}
        {data === null || data.sessions.length === 0 ? null : (
          <ul aria-label="Sessions" className={answer.isWaiting ? "waiting" : undefined}>
            {data.sessions.map((session) => (
              <li key={session.session}>
                <SessionRow {...{ session, nowMs: answer.answeredAtMs, timeZone, thresholds, onOpen }} />
              </li>
            ))}
          </ul>
        )}
        <ListState
          answer={answer}
          isEmpty={data?.sessions.length === 0}
          whenEmpty={narrowedCount(narrowing) > 0 ? "No session matches the filter." : "There are no sessions yet."}
        />
        {data === null || data.nextCursor === null ? null : (
          <MoreButton
            key={data.nextCursor}
            label="Show more sessions"
            load={async () => {
              const page = await client.sessions({ ...question, cursor: data.nextCursor ?? undefined });
              answer.change((before) => joined(before, page));
            }}
          />
        )}
      </div>
    </>
  );
}

function SessionRow(
  props: Pick<SessionListProps, "timeZone" | "thresholds" | "onOpen"> & { session: OutlaySession; nowMs: number },
) {
  const { session, nowMs, timeZone, thresholds, onOpen } = props;
  const lastMs = Date.parse(session.lastAt);
  const who = [session.agent, session.user].filter(Boolean).join(" · ");
  return (
    <button type="button" className="row" data-session={session.session} onClick={() => onOpen(session.session)}>
      <span className="what">
        <span className="name" title={session.session}>
          {session.session}
        </span>
        <span className="more">
          <time dateTime={session.lastAt} title={exactTime(lastMs, timeZone)}>
            {callTime(lastMs, nowMs, timeZone, "short")}
          </time>
          {who === "" ? "" : ` · ${who}`}
        </span>
        <span className="more" title={`${exactCount(session.tokens)} tokens`}>
          {counted(session.calls, "call")} · {counted(session.tokens, "token")}
          {session.errors > 0 ? ` · ${session.errors} failed` : ""}
        </span>
      </span>
      <BadgeOf plain costUsd={session.cost} unpricedCalls={session.unpricedCalls} thresholds={thresholds} />
    </button>
  );
}

/** Calls of these sessions since the list was last asked for. */
function useNews(scope: SessionScope, isLive: boolean) {
  const filter = (event: OutlayEvent) =>
    event.session !== undefined &&
    event.session !== null &&
    SCOPE_NAMES.every((name) => scope[name] === undefined || event[name] === scope[name]);
  const { sum } = useLiveCosts({ enabled: isLive, filter, limit: 1 });
  const [seen, setSeen] = useState(0);
  return { calls: sum.calls - seen, seen: () => setSeen(sum.calls) };
}

/** Pages may overlap when calls arrived between them. */
function joined(before: SessionsPage, page: SessionsPage): SessionsPage {
  const known = new Set(before.sessions.map(({ session }) => session));
  const fresh = page.sessions.filter(({ session }) => !known.has(session));
  return { sessions: [...before.sessions, ...fresh], nextCursor: page.nextCursor };
}

const ORDERS = ["recent", "cost", "tokens", "calls"] as const;
const SCOPE_NAMES = ["user", "agent", "project"] as const;
