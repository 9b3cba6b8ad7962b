import { useEffect, useState } from "react";
import type { OutlayEvent, OutlaySession, SessionDetail } from "../api/answers.ts";
import type { OutlayClient, SessionOrder } from "../api/outlay-client.ts";
import { OutlayProblem } from "../api/outlay-problem.ts";
import { BadgeOf } from "../badge/badge-of.tsx";
import type { CostThresholds } from "../badge/cost-level.ts";
import { count, counted, exactCount } from "../format/count.ts";
import { UNKNOWN, money } from "../format/money.ts";
import { callTime, exactTime } from "../format/time.ts";
import { useLiveCosts } from "../live/use-live-costs.ts";
import { ListState } from "./list-state.tsx";
import { NOTHING_NARROWED, narrowCalls, narrowedCount } from "./narrowing.ts";
import { Toolbar } from "./toolbar.tsx";
import { useAnswer } from "./use-answer.ts";

interface SessionCallsProps {
  client: OutlayClient;
  session: string;
  pageSize: number;
  timeZone: string;
  thresholds: Partial<CostThresholds> | undefined;
  isLive: boolean;
}

/** One session: what it comes to, and each of its calls with its cost. Grows while calls arrive. */
export function SessionCalls({ client, session, pageSize, timeZone, thresholds, isLive }: SessionCallsProps) {
  const [order, setOrder] = useState<SessionOrder>("recent");
  const [narrowing, setNarrowing] = useState(NOTHING_NARROWED);
  const [pages, setPages] = useState(1);
  const answer = useAnswer(session, (signal) => askSession(client, session, signal));
  useReloadOnCalls(session, isLive, answer.reload);

  const { data } = answer;
  const calls = narrowCalls(data?.events ?? [], narrowing, order, timeZone);
  const shown = calls.slice(0, pages * pageSize);
  return (
    <>
      {data === null ? null : <Sums session={data.session} thresholds={thresholds} />}
      <Toolbar orders={ORDERS} order={order} onOrder={setOrder} narrowing={narrowing} onNarrow={setNarrowing} />
      <div className="body" aria-busy={answer.isWaiting}>
        {shown.length === 0 ? null : (
          <ul aria-label="Calls">
            {shown.map((event) => (
              <li key={event.id}>
                <CallRow event={event} nowMs={answer.answeredAtMs} timeZone={timeZone} thresholds={thresholds} />
              </li>
            ))}
          </ul>
        )}
        <ListState
          answer={answer}
          isEmpty={calls.length === 0}
          whenEmpty={narrowedCount(narrowing) > 0 ? "No call matches the filter." : "There are no calls yet."}
        />
        {shown.length < calls.length ? (
          <button type="button" className="more-button" onClick={() => setPages(pages + 1)}>
            Show more calls ({exactCount(calls.length - shown.length)} left)
          </button>
        ) : null}
        {data !== null && data.events.length < data.session.calls && shown.length === calls.length ? (
          <p className="say">
            The newest {exactCount(data.events.length)} of {exactCount(data.session.calls)} calls. The sums above are of
            all.
          </p>
        ) : null}
      </div>
    </>
  );
}

function Sums({ session, thresholds }: { session: OutlaySession; thresholds: Partial<CostThresholds> | undefined }) {
  const { cost, unpricedCalls, inputTokens, cacheReadTokens, outputTokens, cacheSavings } = session;
  return (
    <dl className="sums">
      <div>
        <dt>Cost</dt>
        <dd>
          {session.calls === 0 ? (
            UNKNOWN
          ) : (
            <BadgeOf
              costUsd={cost}
              inputTokens={inputTokens}
              cachedTokens={cacheReadTokens}
              outputTokens={outputTokens}
              cacheSavingsUsd={cacheSavings}
              unpricedCalls={cost === null ? 0 : unpricedCalls}
              thresholds={thresholds}
            />
          )}
        </dd>
      </div>
      <div>
        <dt>Calls</dt>
        <dd className="number">{count(session.calls)}</dd>
      </div>
      <div>
        <dt>Tokens</dt>
        <dd className="number" title={exactCount(session.tokens)}>
          {count(session.tokens)}
        </dd>
      </div>
      {cacheSavings > 0 ? (
        <div>
          <dt>Cache saved</dt>
          <dd className="number saved">{money(cacheSavings)}</dd>
        </div>
      ) : null}
    </dl>
  );
}

function CallRow(props: {
  event: OutlayEvent;
  nowMs: number;
  timeZone: string;
  thresholds: Partial<CostThresholds> | undefined;
}) {
  const { event, nowMs, timeZone, thresholds } = props;
  const { usage } = event;
  const atMs = Date.parse(event.occurredAt);
  const about = [event.activity, event.agent].filter(Boolean).join(" · ");
  return (
    <div className="row">
      <span className="what">
        <span className="name" title={event.model}>
          {event.model}
        </span>
        <span className="more">
          <time dateTime={event.occurredAt} title={exactTime(atMs, timeZone)}>
            {callTime(atMs, nowMs, timeZone)}
          </time>
          {about === "" ? "" : ` · ${about}`}
        </span>
        <span className="more">
          {count(usage?.inputTokens ?? null)} in · {count(usage?.outputTokens ?? null)} out
          {event.success === false ? ` · failed (${event.errorType ?? "no reason given"})` : ""}
        </span>
      </span>
      <BadgeOf event={event} thresholds={thresholds} label={`Cost of ${counted(1, "call")}`} />
    </div>
  );
}

/** A session without calls is an empty one, not a failure. */
async function askSession(client: OutlayClient, id: string, signal: AbortSignal): Promise<SessionDetail> {
  try {
    return await client.session(id, signal);
  } catch (error) {
    if (!(error instanceof OutlayProblem) || error.code !== "session_not_found") throw error;
    return { session: emptySession(id), events: [] };
  }
}

function emptySession(id: string): OutlaySession {
  const now = new Date().toISOString();
  const counts = {
    calls: 0,
    errors: 0,
    tokens: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    unpricedCalls: 0,
  };
  const whose = { user: null, agent: null, project: null };
  return { session: id, firstAt: now, lastAt: now, cost: null, cacheSavings: 0, models: [], ...counts, ...whose };
}

/** Calls that arrive together are one reload. */
function useReloadOnCalls(session: string, isLive: boolean, reload: () => void): void {
  const { sum, resets } = useLiveCosts({ enabled: isLive, filter: (event) => event.session === session, limit: 1 });
  useEffect(() => {
    if (sum.calls + resets === 0) return undefined;
    const timer = setTimeout(reload, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [sum, resets, reload]);
}

const SETTLE_MS = 250;
const ORDERS = ["recent", "cost", "tokens"] as const;
