import { OutlayProvider, callTime, count, exactCount, exactMoney, exactTime, money } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { BreakdownRow } from "../../api/answers.ts";
import { outlay } from "../../api/outlay.ts";
import { metaQuestion } from "../../api/questions.ts";
import { sessionQuestion } from "../../api/sessions.ts";
import type { Session, SessionDetail } from "../../api/sessions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { ShareBar } from "../../charts/draw/share-bar.tsx";
import { colourOf } from "../../charts/draw/colour.ts";
import { seriesName } from "../../charts/prepare/series-name.ts";
import { prepareShares } from "../../charts/prepare/shares.ts";
import { validateSearch } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { metricFormat } from "../../format/metric.ts";
import { SessionBadge } from "../../sessions/session-badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { LongId } from "../../ui/long-id.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useNow } from "../../ui/use-now.ts";
import { SessionCalls } from "./session-calls.tsx";

/** One session: what it cost in all, of what kind its tokens were, by model and category, and its calls. */
export function SessionDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error } = useKeptQuery(sessionQuestion(id));
  return (
    <Sheet title="Session" form="drawer" onClose={onClose}>
      <div className="-mt-3 flex items-center justify-between gap-3">
        <LongId id={id} className="font-mono text-[0.8125rem] text-muted" />
        <CopyButton text={id} />
      </div>
      {error === null ? null : <ProblemNote error={error} />}
      {data === undefined ? (
        error === null ? (
          <div className="h-96" />
        ) : null
      ) : (
        <OutlayProvider client={outlay}>
          <Detail detail={data} />
        </OutlayProvider>
      )}
    </Sheet>
  );
}

function Detail({ detail }: { detail: SessionDetail }) {
  const { session, byModel, byCategory, events } = detail;
  const { view } = usePageSearch();
  const meta = useQuery(metaQuestion).data;
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  return (
    <>
      <Totals session={session} timeZone={timeZone} />
      <Whose session={session} model={onlyName(byModel, "model")} category={onlyName(byCategory, "category")} />
      {session.tokens > 0 ? (
        <Part title="Tokens">
          <TokenShares session={session} />
        </Part>
      ) : null}
      {byModel.length < 2 ? null : (
        <Part title="By model">
          <CostShares rows={byModel} dimension="model" column="Model" />
        </Part>
      )}
      {byCategory.length < 2 ? null : (
        <Part title="By category">
          <CostShares rows={byCategory} dimension="category" column="Category" />
        </Part>
      )}
      <SessionCalls session={session} calls={events} timeZone={timeZone} />
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-2.5 border-t border-line pt-4">
      <h3 className="font-semibold tracking-[-0.01em]">{title}</h3>
      {children}
    </section>
  );
}

function Totals({ session, timeZone }: { session: Session; timeZone: string }) {
  const nowMs = useNow();
  const firstMs = Date.parse(session.firstAt);
  const lastMs = Date.parse(session.lastAt);
  return (
    <dl className="grid grid-cols-3 gap-x-4 gap-y-4 sm:grid-cols-4">
      <Fact name="Cost">
        <SessionBadge session={session} />
      </Fact>
      <Fact name="Calls" title={exactCount(session.calls)}>
        {count(session.calls)}
      </Fact>
      <Fact name="Failed" title={exactCount(session.errors)}>
        {count(session.errors)}
      </Fact>
      <Fact name="Per call" title={exactMoney(session.costPerCall)}>
        {money(session.costPerCall)}
      </Fact>
      <Fact name="Tokens" title={exactCount(session.tokens)}>
        {count(session.tokens)}
      </Fact>
      <Fact name="Cache saved" title={exactMoney(session.cost === null ? null : session.cacheSavings)}>
        {money(session.cost === null ? null : session.cacheSavings)}
      </Fact>
      <Fact name="First call" title={exactTime(firstMs, timeZone)}>
        {callTime(firstMs, nowMs, timeZone, "short")}
      </Fact>
      <Fact name="Last call" title={exactTime(lastMs, timeZone)}>
        {callTime(lastMs, nowMs, timeZone, "short")}
      </Fact>
    </dl>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd title={title} className="mt-0.5 min-h-6 font-medium tabular-nums">
        {children}
      </dd>
    </div>
  );
}

/** Who the session belongs to, each with the way to all of theirs. */
function Whose({
  session,
  model,
  category,
}: {
  session: Session;
  /** Of all its calls; null: of several kinds, or none. */
  model: string | null;
  category: string | null;
}) {
  const { user, agent, project } = session;
  if ([user, agent, project, model, category].every((value) => value === null)) return null;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 text-[0.8125rem]">
      {user === null ? null : (
        <Owner name="User">
          <OwnerLink to="/users" value={user} />
        </Owner>
      )}
      {agent === null ? null : (
        <Owner name="Agent">
          <OwnerLink to="/agents" value={agent} />
        </Owner>
      )}
      {project === null ? null : <Owner name="Project">{project}</Owner>}
      {model === null ? null : <Owner name="Model">{model}</Owner>}
      {category === null ? null : <Owner name="Category">{category}</Owner>}
    </dl>
  );
}

function Owner({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="py-0.5 text-muted">{name}</dt>
      <dd className="min-w-0 py-0.5 wrap-anywhere">{children}</dd>
    </>
  );
}

function OwnerLink({ to, value }: { to: "/users" | "/agents"; value: string }) {
  return (
    <Link
      to={to}
      search={(before) => ({ ...validateSearch(before), of: value })}
      className="font-medium underline decoration-control underline-offset-4 hover:decoration-ink"
    >
      {value}
    </Link>
  );
}

/** Cached input is part of the input, so it stands beside what was not cached. */
function TokenShares({ session }: { session: Session }) {
  const { inputTokens, cacheReadTokens, outputTokens } = session;
  const prepared = prepareShares({
    parts: [
      { name: "Input", value: inputTokens - cacheReadTokens },
      { name: "Cached input", value: cacheReadTokens },
      { name: "Output", value: outputTokens },
    ],
  });
  return (
    <ShareBar
      prepared={prepared}
      colour={({ name }) => TOKEN_COLOURS[name ?? ""] ?? "var(--series-other)"}
      format={metricFormat("tokens")}
      title="Tokens by kind"
      partColumn="Kind"
      valueColumn="Tokens"
    />
  );
}

const TOKEN_COLOURS: Record<string, string> = {
  Input: "var(--series-0)",
  "Cached input": "var(--series-2)",
  Output: "var(--series-1)",
};

function CostShares({ rows, dimension, column }: { rows: BreakdownRow[]; dimension: string; column: string }) {
  const nameIn = (row: BreakdownRow) => (typeof row[dimension] === "string" ? row[dimension] : null);
  const parts = rows.map((row) => ({ name: nameIn(row), other: row.other, value: row.cost ?? null }));
  const byName = new Map(rows.map((row) => [nameIn(row), row]));
  const prepared = prepareShares({ parts });
  return (
    <ShareBar
      prepared={prepared}
      colour={colourOf(
        dimension,
        prepared.parts.flatMap(({ name }) => name ?? []),
      )}
      format={{
        short: (value) => (value === null ? "unpriced" : money(value)),
        exact: exactMoney,
      }}
      title={`Cost by ${column.toLowerCase()}`}
      partColumn={column}
      valueColumn="Cost"
      nameOf={(part) => {
        const isPartly = part.kind !== "other" && isPartlyUnpriced(byName.get(part.name));
        return `${seriesName(part)}${isPartly ? " (partly unpriced)" : ""}`;
      }}
    />
  );
}

const isPartlyUnpriced = (row: BreakdownRow | undefined) => row?.cost != null && (row.unpricedCalls ?? 0) > 0;

/** What all calls have in common. */
function onlyName(rows: readonly BreakdownRow[], dimension: string): string | null {
  const name = rows.length === 1 ? rows[0]?.[dimension] : null;
  return typeof name === "string" ? name : null;
}
