import { SessionCosts, count, counted, exactCount, exactMoney, money } from "@outlay/react";
import type { CostSum, LiveCosts } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { limitsQuestion } from "./limits.ts";
import type { LimitUse } from "./limits.ts";

/** What this talk came to so far, as it is recorded, and how it stands against the limits. */
export function SessionSum({ session, live: { sum, status } }: { session: string; live: LiveCosts }) {
  const [drawer, setDrawer] = useState<"chat" | "all" | null>(null);
  return (
    <section aria-labelledby="session-sum" className="rounded-xl border border-line bg-surface px-4 py-4 sm:px-5">
      <h2 id="session-sum" className="text-[0.8125rem] text-muted">
        This chat
      </h2>
      <p
        className="mt-0.5 text-[1.625rem] leading-9 font-semibold tracking-[-0.025em] tabular-nums"
        title={sum.costUsd === null ? undefined : exactMoney(sum.costUsd)}
        data-testid="session-cost"
      >
        {sum.calls === 0
          ? "No cost yet"
          : sum.costUsd === null
            ? "Unpriced"
            : aboutMoney(sum.costUsd, sum.estimatedCalls)}
      </p>
      <p className="text-[0.8125rem] text-muted" title={`${exactCount(sum.tokens)} tokens`}>
        {counted(sum.calls, "call")} · {count(sum.tokens)} tokens
      </p>
      {sum.unpricedCalls > 0 ? (
        <p className="mt-1 text-[0.8125rem] text-middle">
          {counted(sum.unpricedCalls, "call")} without a known price {sum.unpricedCalls === 1 ? "is" : "are"} not in the
          sum.
        </p>
      ) : null}
      {sum.estimatedCalls > 0 ? (
        <p className="mt-1 text-[0.8125rem] text-muted">
          The tokens of {counted(sum.estimatedCalls, "call")} were estimated.
        </p>
      ) : null}
      {status === "away" ? (
        <p className="mt-1 text-[0.8125rem] text-high">Not connected: the sum may be behind.</p>
      ) : null}
      <div className="mt-3 grid grid-cols-2 gap-2">
        <button type="button" onClick={() => setDrawer("chat")} className={BUTTON}>
          Call by call
        </button>
        <button type="button" onClick={() => setDrawer("all")} className={BUTTON}>
          All sessions
        </button>
      </div>
      <SessionCosts
        mode="drawer"
        open={drawer !== null}
        onClose={() => setDrawer(null)}
        {...(drawer === "chat" ? { session, title: "Costs of this chat" } : {})}
      />
      <Limits session={session} spent={sum} />
    </section>
  );
}

function Limits({ session, spent }: { session: string; spent: CostSum }) {
  const { data, error } = useQuery(limitsQuestion(session, spent));
  return (
    <div className="mt-4 border-t border-line pt-3">
      <h3 className="text-[0.8125rem] font-medium">Limits</h3>
      {error === null ? null : <p className="mt-1 text-[0.8125rem] text-high">{error.message}</p>}
      {data?.length === 0 ? <p className="mt-1 text-[0.8125rem] text-muted">No limit set.</p> : null}
      {data === undefined || data.length === 0 ? null : (
        <>
          <ul className="mt-2 flex flex-col gap-2.5">
            {data.map((use) => (
              <LimitBar key={use.period} use={use} />
            ))}
          </ul>
          <p className="mt-2.5 text-xs text-muted">For warnings only: no call is stopped here.</p>
        </>
      )}
    </div>
  );
}

function LimitBar({ use: { period, limit, used, percentage } }: { use: LimitUse }) {
  const isOver = used >= limit;
  return (
    <li className="text-[0.8125rem]">
      <span className="flex justify-between gap-3">
        <span className="text-muted">{PERIOD_NAMES[period]}</span>
        <span className={`tabular-nums ${isOver ? "font-medium text-high" : ""}`} title={exactMoney(used)}>
          {money(used)} of {money(limit)}
          {isOver ? ", used up" : ""}
        </span>
      </span>
      <progress
        className={`meter mt-1 ${isOver ? "text-high" : percentage >= 80 ? "text-middle" : "text-low"}`}
        max={100}
        value={Math.min(100, percentage)}
        aria-label={`${PERIOD_NAMES[period]}: ${percentage} % of the limit used`}
      />
    </li>
  );
}

const BUTTON = "h-9 rounded-lg border border-line px-3 text-[0.8125rem] font-medium hover:border-control";

const aboutMoney = (usd: number, estimatedCalls: number) => (estimatedCalls > 0 ? "~" : "") + money(usd);

const PERIOD_NAMES: Record<LimitUse["period"], string> = {
  session: "This chat",
  day: "Today",
  week: "This week",
  month: "This month",
};
