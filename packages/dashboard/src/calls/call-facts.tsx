import { duration, exactCount } from "@outlay/react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { CallDetail } from "../api/answers.ts";
import { dimensionLabel, filterText, parseFilter } from "../filters/filter.ts";
import { validateSearch, withFilters } from "../filters/search.ts";
import { CopyButton } from "../ui/copy-button.tsx";

/** Whose call it was, how it went, and everything else that was said of it. */
export function CallFacts({ call }: { call: CallDetail }) {
  const metadata = Object.keys(call.metadata ?? {}).length > 0 ? JSON.stringify(call.metadata, null, 2) : null;
  return (
    <>
      <Group title="Whose call" facts={attribution(call)} />
      <Group title="How it went" facts={outcome(call)} />
      <Group title="What was called" facts={target(call)} />
      {metadata === null ? null : (
        <details className="border-t border-line pt-3">
          <summary className="min-h-6 text-[0.8125rem] font-medium">Metadata</summary>
          <pre className="mt-2 max-h-80 overflow-auto rounded-lg bg-raised p-3 font-mono text-xs break-words whitespace-pre-wrap">
            {metadata}
          </pre>
        </details>
      )}
    </>
  );
}

type Fact = [name: string, value: ReactNode];

function Group({ title, facts }: { title: string; facts: Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <section aria-label={title} className="border-t border-line pt-3.5">
      <h3 className="mb-2 text-[0.8125rem] font-medium">{title}</h3>
      <dl className="grid grid-cols-[minmax(6.5rem,auto)_minmax(0,1fr)] gap-x-6 text-[0.8125rem]">
        {facts.map(([name, value]) => (
          <div key={name} className="col-span-2 grid min-h-7 grid-cols-subgrid items-center">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 py-0.5 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function attribution(call: CallDetail): Fact[] {
  return [
    ...filterable(call, ["user", "agent", "activity", "category", "project", "team", "customer", "environment"]),
    ...(call.session ? ([["Session", <SessionLink key="session" session={call.session} />]] satisfies Fact[]) : []),
    ...filterable(call, ["trace", "credential"]),
    ...Object.entries(call.tags ?? {}).map(([key, value]): Fact => [
      dimensionLabel(`tag:${key}`),
      <FilterLink key={key} dimension={`tag:${key}`} value={value} />,
    ]),
  ];
}

function outcome(call: CallDetail): Fact[] {
  const { durationMs = null, timeToFirstTokenMs = null, attempt = null, score = null } = call;
  return [
    ["Outcome", <FilterLink key="status" dimension="status" value={call.success === false ? "error" : "success"} />],
    ...filterable(call, ["errorType"]),
    ...known([
      ["Message", call.errorMessage],
      ["Took", durationMs === null ? null : <Exact key="took" ms={durationMs} />],
      ["First token", timeToFirstTokenMs === null ? null : <Exact key="first" ms={timeToFirstTokenMs} />],
      ["Streamed", yesOrNo(call.streaming)],
      ["Attempt", attempt === null ? null : exactCount(attempt)],
      ["Score", score === null ? null : exactCount(score)],
      ["From own cache", call.cacheHit === true ? "yes" : null],
    ]),
    ...filterable(call, ["variant"]),
  ];
}

function target(call: CallDetail): Fact[] {
  return [
    ...filterable(call, ["provider", "model", "requestedModel", "operation", "serviceTier", "geo", "basis", "source"]),
    [
      "Id",
      <span key="id" className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 font-mono text-xs break-all">{call.id}</span>
        <CopyButton text={call.id} label="Copy id" />
      </span>,
    ],
  ];
}

function filterable(call: CallDetail, dimensions: readonly (keyof CallDetail & string)[]): Fact[] {
  return dimensions.flatMap((dimension): Fact[] => {
    const value = call[dimension];
    if (typeof value !== "string" || value === "") return [];
    return [
      [
        LABELS[dimension] ?? dimensionLabel(dimension),
        <FilterLink key={dimension} dimension={dimension} value={value} />,
      ],
    ];
  });
}

const LABELS: Record<string, string> = { credential: "Key", errorType: "Error" };

function known(facts: [string, ReactNode][]): Fact[] {
  return facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
}

const yesOrNo = (value: boolean | null | undefined) => (value == null ? null : value ? "yes" : "no");

function Exact({ ms }: { ms: number }) {
  return <span title={`${exactCount(ms)} ms`}>{duration(ms)}</span>;
}

/** Leads to the calls that share the value, in place of another filter on the same. */
function FilterLink({ dimension, value }: { dimension: string; value: string }) {
  const text = filterText({ dimension, value, exclude: false });
  return (
    <Link
      to="/calls"
      search={(before) => {
        const search = validateSearch(before);
        const others = (search.filter ?? []).filter((other) => parseFilter(other)?.dimension !== dimension);
        return withFilters(search, [...others, text]);
      }}
      title={`Calls with ${dimensionLabel(dimension).toLowerCase()} ${value}`}
      className={link}
    >
      {value}
    </Link>
  );
}

function SessionLink({ session }: { session: string }) {
  return (
    <Link
      to="/sessions"
      search={(before) => ({ ...validateSearch(before), session })}
      title="The session and all its calls"
      className={link}
    >
      {session}
    </Link>
  );
}

const link =
  "inline-block min-h-6 content-center break-words underline decoration-control underline-offset-4 hover:decoration-current";
