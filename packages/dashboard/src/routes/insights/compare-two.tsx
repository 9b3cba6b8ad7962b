import { count, counted, exactCount } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { ApiProblem } from "../../api/client.ts";
import { variantsQuestion } from "../../api/insights.ts";
import type { Compared, Difference, Estimate as Value, VariantSide, Variants } from "../../api/insights.ts";
import { metaQuestion, valuesQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { dimensionLabel } from "../../filters/filter.ts";
import { withPeriod } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import type { ValueFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { otherButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Select } from "../../ui/select.tsx";
import { Estimate, MONEY_FORMAT, RATE_FORMAT, SCORE_FORMAT } from "./estimate.tsx";
import { useInsightsState } from "./insights-state.ts";

const CHOICES = ["variant", "model", "provider", "agent", "activity", "project", "user", "environment"];

/** Two variants, models or the like side by side, and whether chance alone could make the difference. */
export function CompareTwo() {
  const { state, change } = useInsightsState();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const dimension = state.of ?? "variant";
  const values = useQuery(valuesQuestion(dimension, ""));
  const known = (values.data?.values ?? []).toSorted();
  const a = state.a ?? known.find((value) => value !== state.b);
  const b = state.b ?? known.find((value) => value !== a);
  const choices = [...new Set([...CHOICES, ...tagKeys.map((key) => `tag:${key}`), dimension])];
  const label = dimensionLabel(dimension).toLowerCase();
  const side = (which: "a" | "b", value: string) => (
    <Select
      label={which === "a" ? "First" : "Second"}
      className="min-w-0 max-w-full grow sm:grow-0"
      options={[...new Set([value, ...known])].toSorted().map((one) => ({ value: one, label: one }))}
      value={value}
      onChange={(next) =>
        // Choosing the other one changes places.
        change((before) =>
          which === "a"
            ? { ...before, a: next, b: next === b ? value : (b ?? value) }
            : { ...before, a: next === a ? value : (a ?? value), b: next },
        )
      }
    />
  );
  return (
    <Card
      id="compare"
      title="Compare two"
      actions={
        <Select
          label="Compare two values of"
          options={choices.map((value) => ({ value, label: `by ${dimensionLabel(value).toLowerCase()}` }))}
          value={dimension}
          onChange={(next) =>
            change(({ of: _of, a: _a, b: _b, ...rest }) => (next === "variant" ? rest : { ...rest, of: next }))
          }
        />
      }
    >
      {values.data === undefined ? (
        <div className="h-80" />
      ) : a === undefined || b === undefined ? (
        <EmptyState
          title={known.length === 0 ? `No call names its ${label}` : `Only one ${label} is known: ${known[0]}`}
          action={
            dimension === "model" ? undefined : (
              <button
                type="button"
                className={otherButton}
                onClick={() => change(({ a: _a, b: _b, ...rest }) => ({ ...rest, of: "model" }))}
              >
                Compare two models
              </button>
            )
          }
        >
          {dimension === "variant" ? (
            <>
              Send <code className="font-mono text-[0.8125rem] text-ink">variant</code> with each call, for instance
              which of two prompts it used, to see here which does better.
            </>
          ) : (
            "It takes two to compare."
          )}
        </EmptyState>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-2 px-4 pt-1 sm:px-5">
            {side("a", a)}
            <span className="text-[0.8125rem] text-muted">against</span>
            {side("b", b)}
          </div>
          <Comparison pair={{ dimension, a, b }} />
        </>
      )}
    </Card>
  );
}

function Comparison({ pair }: { pair: { dimension: string; a: string; b: string } }) {
  const { view, change } = usePageSearch();
  const { data, error, isWaiting } = useKeptQuery(variantsQuestion(view, pair));
  if (error instanceof ApiProblem && error.code === "scan_too_large") {
    return (
      <EmptyState
        title="These are too many calls to compare"
        action={
          <>
            <button type="button" className={otherButton} onClick={() => change((search) => withPeriod(search, "7d"))}>
              The last 7 days
            </button>
            <button
              type="button"
              className={otherButton}
              onClick={() => change((search) => withPeriod(search, "today"))}
            >
              Today
            </button>
          </>
        }
      >
        To tell a difference from chance, every call is read by itself. {error.message}.
      </EmptyState>
    );
  }
  if (error !== null) {
    return (
      <div className="px-4 py-4 sm:px-5">
        <ProblemNote error={error} />
      </div>
    );
  }
  if (data === undefined) return <div className="h-80" />;
  return (
    <div className={isWaiting ? "opacity-60" : ""}>
      <p
        className="px-4 pt-2 text-[0.8125rem] text-muted sm:px-5"
        title={`${exactCount(data.meta.callsRead)} calls read`}
      >
        {count(data.a.calls)} against {counted(data.b.calls, "call")}
      </p>
      <DataTable
        caption={`${data.a.value} against ${data.b.value}`}
        columns={columnsOf(data)}
        rows={ROWS}
        rowKey={({ what }) => what}
      />
      <div className="flex max-w-[90ch] flex-col gap-2 px-4 pb-4 sm:px-5">
        <ul className="flex flex-col gap-0.5">
          {sentencesOf(data).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
        {data.meta.cautions.length === 0 ? null : (
          <ul className="list-disc pl-4 text-[0.8125rem] text-muted">
            {data.meta.cautions.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
        <details className="text-[0.8125rem] text-muted">
          <summary className="inline-flex min-h-6 items-center underline decoration-control underline-offset-4 hover:text-ink">
            How this was worked out
          </summary>
          <p className="mt-1">{data.meta.method}</p>
        </details>
      </div>
    </div>
  );
}

interface Row {
  what: Compared;
  label: string;
  format: ValueFormat;
}

const ROWS: Row[] = [
  { what: "successRate", label: "Succeeded", format: RATE_FORMAT },
  { what: "score", label: "Score", format: SCORE_FORMAT },
  { what: "costPerCall", label: "Cost per call", format: MONEY_FORMAT },
  { what: "costPerSuccess", label: "Cost per success", format: MONEY_FORMAT },
];

function columnsOf({ a, b, differences }: Variants): Column<Row>[] {
  return [
    {
      key: "what",
      label: "Compared by",
      cell: ({ what, label, format }) => (
        <>
          {label}
          <span className="block text-[0.8125rem] text-muted sm:hidden">
            {format.short(a[what]?.value ?? null)} against {format.short(b[what]?.value ?? null)}
          </span>
        </>
      ),
    },
    sideColumn("a", a),
    sideColumn("b", b),
    {
      key: "difference",
      label: "Difference",
      align: "right",
      from: "md",
      cell: ({ what, format }) => <Estimate value={asEstimate(differences[what])} format={signed(format, what)} />,
    },
    {
      key: "verdict",
      label: "Could be chance",
      align: "right",
      cell: ({ what }) => <Verdict difference={differences[what]} />,
    },
  ];
}

function sideColumn(key: "a" | "b", side: VariantSide): Column<Row> {
  return {
    key,
    label: shortened(side.value),
    align: "right",
    from: "sm",
    cell: ({ what, format }) => <Estimate value={side[what]} format={format} note={scored(side, what)} />,
    title: () => `${exactCount(side.calls)} calls of ${side.value}`,
  };
}

/** A long name would push the other columns out of the window: the end tells versions apart. */
function shortened(name: string): string {
  return name.length <= 22 ? name : `${name.slice(0, 12)}…${name.slice(-9)}`;
}

/** Each on a line of its own; together they are the answer's sentence. */
function sentencesOf({ sentence, differences }: Variants): string[] {
  const known = Object.values(differences).flatMap((difference) => difference?.sentence ?? []);
  const rest = known.reduce((text, one) => text.replace(one, ""), sentence).trim();
  return rest === "" ? known : [...known, rest];
}

function scored(side: VariantSide, what: Compared): string | undefined {
  return what === "score" && side.score !== null ? `${count(side.score.calls)} scored` : undefined;
}

function asEstimate(difference: Difference | null): Value | null {
  return difference === null ? null : { value: difference.difference, low: difference.low, high: difference.high };
}

/** Of the second against the first, with its sign; rates in percentage points. */
function signed(format: ValueFormat, what: Compared): ValueFormat {
  if (what === "successRate") {
    const points = (digits: number) => (value: number | null) =>
      value === null ? format.short(null) : `${sign(value)}${(Math.abs(value) * 100).toFixed(digits)} points`;
    return { short: points(1), exact: points(6) };
  }
  return { short: withSign(format.short), exact: withSign(format.exact) };
}

const withSign = (write: ValueFormat["short"]) => (value: number | null) =>
  value === null ? write(null) : `${sign(value)}${write(Math.abs(value))}`;

const sign = (value: number) => (value > 0 ? "+" : value < 0 ? "−" : "");

function Verdict({ difference }: { difference: Difference | null }) {
  if (difference === null) return <span className="text-muted">nothing to compare</span>;
  const words = difference.clear === null ? "too few calls" : difference.clear ? "hardly" : "yes";
  return (
    <span title={difference.sentence} className={difference.clear === true ? "font-medium" : "text-muted"}>
      {words}
    </span>
  );
}
