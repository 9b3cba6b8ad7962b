import { counted, duration, exactMoney, money } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { traceQuestion } from "../api/calls.ts";
import type { TraceAnswer } from "../api/calls.ts";
import { TraceBars } from "../charts/draw/trace-bars.tsx";
import { prepareTrace } from "../charts/prepare/trace.ts";
import type { PreparedTrace } from "../charts/prepare/trace.ts";
import { usePageState } from "../filters/use-page-state.ts";
import { ProblemNote } from "../ui/problem-note.tsx";
import { useOpenCall } from "./use-open-call.ts";

/** Longer than this, only the calls around the open one are drawn at first. */
const LONG_TRACE = 16;
const ROWS_AT_FIRST = 12;

/** The trace that the call is a part of: what called what, when, at what cost. A span opens its call. */
export function CallTrace({ id, trace, occurredAt }: { id: string; trace: string; occurredAt: string }) {
  const { data, error } = useQuery(traceQuestion(trace, occurredAt));
  return (
    <section aria-label="Trace" className="flex flex-col gap-2 border-t border-line pt-3.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="text-[0.8125rem] font-medium">Trace</h3>
        {data === undefined ? null : <TraceSum trace={data} />}
      </div>
      {error === null ? null : <ProblemNote error={error} />}
      {data === undefined ? (
        error === null ? (
          <div className="h-24" />
        ) : null
      ) : data.spans.length < 2 ? (
        <p className="text-[0.8125rem] text-muted">This is its only call.</p>
      ) : (
        <Bars id={id} trace={data} />
      )}
    </section>
  );
}

function TraceSum({ trace }: { trace: TraceAnswer }) {
  const parts = [
    `${trace.truncated ? "the newest " : ""}${counted(trace.calls, "call")}`,
    duration(trace.durationMs),
    ...(trace.errors > 0 ? [`${trace.errors} failed`] : []),
    ...(trace.unpricedCalls > 0 ? [`${trace.unpricedCalls} unpriced`] : []),
  ];
  return (
    <p className="text-[0.8125rem] text-muted">
      {parts.join(" · ")} ·{" "}
      <span title={exactMoney(trace.cost)} className="font-medium text-ink">
        {money(trace.cost)}
      </span>
    </p>
  );
}

function Bars({ id, trace }: { id: string; trace: TraceAnswer }) {
  const { open } = useOpenCall();
  const { state, change } = usePageState(readTraceState);
  const isWhole = state.trace === "whole";
  const prepared = useMemo(() => withExactSums(trace), [trace]);
  const shown = isWhole || prepared.rows.length <= LONG_TRACE ? prepared : around(prepared, id);
  return (
    <>
      <TraceBars
        name="trace"
        prepared={shown}
        title={`Trace ${trace.trace.slice(0, 8)}`}
        selected={id}
        onSelect={(span) => {
          // A step has nothing of its own to open.
          if (!span.id.startsWith(STEP)) open(span.id, { replace: true });
        }}
      />
      {shown.rows.length < prepared.rows.length ? (
        <button
          type="button"
          onClick={() => change(() => ({ trace: "whole" }))}
          className="h-9 rounded-lg text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
        >
          Show all {counted(prepared.rows.length, "call")}
        </button>
      ) : null}
    </>
  );
}

/** As `prepareTrace` draws it, with the sums of the server, which are exact. Steps that are no calls stand above theirs. */
function withExactSums(trace: TraceAnswer): PreparedTrace {
  const steps = trace.steps.filter(({ calls }) => calls < trace.calls);
  const known = new Set(steps.map(({ span }) => span));
  const within = new Map([
    ...trace.spans.map((span) => [span.id, span.subtreeCostUsd] as const),
    ...steps.map((step) => [stepId(step.span), step.costUsd] as const),
  ]);
  const stepAbove = (span: string | null) => (span !== null && known.has(span) ? stepId(span) : null);
  const drawn = prepareTrace({
    spans: [
      ...steps.map((step, index) => ({
        id: stepId(step.span),
        parentId: null,
        name: `Step ${index + 1}`,
        startMs: step.startMs,
        durationMs: step.durationMs,
        costUsd: null,
        note: counted(step.calls, "call"),
      })),
      ...trace.spans.map((span) => ({
        id: span.id,
        parentId: span.parent ?? stepAbove(span.parentSpan),
        name: span.name,
        startMs: span.startMs,
        durationMs: span.durationMs,
        costUsd: span.costUsd,
        failed: !span.success,
        note: span.name.endsWith(span.model) ? undefined : span.model,
      })),
    ],
  });
  return {
    ...drawn,
    totalUsd: trace.cost,
    rows: drawn.rows.map((row) => ({ ...row, withinUsd: within.get(row.span.id) ?? null })),
  };
}

const STEP = "step ";
const stepId = (span: string) => `${STEP}${span}`;

function around(prepared: PreparedTrace, id: string): PreparedTrace {
  const { rows } = prepared;
  const place = Math.max(
    0,
    rows.findIndex(({ span }) => span.id === id),
  );
  const from = Math.max(0, Math.min(place - ROWS_AT_FIRST / 2, rows.length - ROWS_AT_FIRST));
  return { ...prepared, rows: rows.slice(from, from + ROWS_AT_FIRST) };
}

/** A long trace shows the surroundings of the open call, unless the address asks for all of it. */
function readTraceState(raw: Record<string, unknown>): { trace?: "whole" } {
  return raw["trace"] === "whole" ? { trace: "whole" } : {};
}
