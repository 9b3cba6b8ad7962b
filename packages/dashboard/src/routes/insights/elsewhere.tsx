import { UNKNOWN, count, counted, exactCount, exactMoney, headlineMoney, money } from "@outlay/react";
import { elsewhereQuestion } from "../../api/insights.ts";
import type { Candidate, Elsewhere as Answer } from "../../api/insights.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { Track, TrackMark } from "../../charts/draw/track.tsx";
import { usePageSearch } from "../../filters/use-search.ts";
import { Card } from "../../ui/card.tsx";
import { Awaited } from "./awaited.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { StatCard, StatNote } from "../../ui/stat-card.tsx";
import { useInsightsState } from "./insights-state.ts";
import { ModelChoice } from "./model-choice.tsx";
import { timesInWords } from "./times-in-words.ts";

/** What the recorded usage would have cost at other models. */
export function Elsewhere() {
  const { view } = usePageSearch();
  const { state, change } = useInsightsState();
  const asked = state.models?.split(",").filter((name) => name !== "") ?? [];
  const { data, error, isWaiting } = useKeptQuery(elsewhereQuestion(view, asked));
  const shown = asked.length > 0 ? asked : (data?.query.models ?? []);
  return (
    <>
      {error === null ? null : <ProblemNote error={error} />}
      <Recorded answer={data} />
      <Card id="elsewhere" title="The same calls at other models" waiting={isWaiting && data !== undefined}>
        <div className="px-4 pt-1 pb-2 sm:px-5">
          <ModelChoice
            models={shown}
            areChosenByServer={asked.length === 0}
            onChange={(models) =>
              change(({ models: _models, ...rest }) =>
                models.length === 0 ? rest : { ...rest, models: models.join(",") },
              )
            }
          />
        </div>
        {data === undefined ? (
          <Awaited error={error} />
        ) : data.candidates.length === 0 ? (
          <EmptyState title="No models to compare with">
            {data.recorded.cost === null
              ? "None of these calls has a price, so there is nothing to go by. Name the models yourself."
              : "No model of the price list does what these calls do. Name some yourself."}
          </EmptyState>
        ) : (
          <DataTable
            caption="The same calls at other models, cheapest first"
            columns={columnsOf(data)}
            rows={data.candidates}
            rowKey={({ provider, model }) => `${provider}/${model}`}
          />
        )}
      </Card>
      {data === undefined ? null : (
        <Card id="caveats" title="What this takes for granted">
          <ul className="flex max-w-[90ch] list-disc flex-col gap-1.5 px-4 pt-1 pb-4 pl-9 text-muted sm:px-5 sm:pl-10">
            {data.meta.caveats.map((text) => (
              <li key={text}>{text}</li>
            ))}
            <li>
              Only calls that have a cost on both sides are compared; a price that lacks something that a call used
              leaves the call out.
            </li>
          </ul>
        </Card>
      )}
    </>
  );
}

function Recorded({ answer }: { answer: Answer | undefined }) {
  const recorded = answer?.recorded;
  const cheaper = answer?.candidates.filter(({ difference }) => difference !== null && difference < 0).length;
  return (
    <section aria-label="Recorded" className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-3">
      <StatCard
        title="Recorded cost"
        value={recorded && headlineMoney(recorded.cost)}
        exact={exactMoney(recorded?.cost ?? null)}
      >
        {recorded && <StatNote title={exactCount(recorded.calls)}>of {counted(recorded.calls, "call")}</StatNote>}
        {recorded && recorded.unpricedCalls > 0 ? (
          <StatNote title={exactCount(recorded.unpricedCalls)}>
            {count(recorded.unpricedCalls)} without a price
          </StatNote>
        ) : null}
      </StatCard>
      <StatCard
        title="Cheaper models"
        value={cheaper === undefined ? null : String(cheaper)}
        unit={answer && `of ${answer.candidates.length}`}
        exact={`${cheaper ?? 0} of ${answer?.candidates.length ?? 0} models`}
      >
        <StatNote>for the calls that they can be compared on</StatNote>
      </StatCard>
      <StatCard
        title="Rated"
        className="col-span-2 lg:col-span-1"
        value={answer && (answer.basis === "calls" ? "Call by call" : "From sums")}
        exact={
          answer?.basis === "calls"
            ? `${exactCount(answer.meta.callsRead)} calls, each at the prices of its instant`
            : "Too many calls to rate each, or they have expired as single events"
        }
      >
        {answer && (
          <StatNote>
            {answer.basis === "calls"
              ? "each at the prices of its instant"
              : "too many to rate each: base prices, so everything is approximate"}
          </StatNote>
        )}
      </StatCard>
    </section>
  );
}

function columnsOf(answer: Answer): Column<Candidate>[] {
  const ratios = answer.candidates.flatMap(({ ratio }) => ratio ?? []);
  const max = Math.min(MAX_TIMES, Math.max(1.25, ...ratios));
  return [
    { key: "model", label: "Model", width: "w-full sm:w-[36%]", cell: (candidate) => <Name candidate={candidate} /> },
    {
      key: "cost",
      label: "There",
      align: "right",
      from: "sm",
      title: ({ compared, difference }) =>
        difference === null
          ? "nothing to compare"
          : `${exactMoney(compared.cost)} for ${exactCount(compared.calls)} calls`,
      cell: (candidate) => <span className="font-medium">{thereInWords(candidate)}</span>,
    },
    {
      key: "recorded",
      label: "Recorded",
      align: "right",
      from: "sm",
      title: ({ compared }) => `${exactMoney(compared.recordedCost)} for the same ${exactCount(compared.calls)} calls`,
      cell: ({ compared, difference }) => (difference === null ? UNKNOWN : money(compared.recordedCost)),
    },
    {
      key: "difference",
      label: "Difference",
      align: "right",
      from: "md",
      title: ({ difference }) => exactMoney(difference),
      cell: ({ difference }) => (difference === null ? UNKNOWN : `${difference > 0 ? "+" : ""}${money(difference)}`),
    },
    {
      key: "ratio",
      label: "Against recorded",
      align: "right",
      cell: ({ ratio }) => (
        <span className="inline-flex items-center justify-end gap-3">
          <span className="hidden w-28 rounded-sm bg-raised lg:block" title="The line is what was recorded">
            {ratio === null ? null : (
              <Track
                min={0}
                max={max}
                height="h-2"
                stretches={[{ key: "ratio", from: 0, to: Math.min(max, ratio), background: "var(--series-0)" }]}
              >
                <TrackMark at={1} min={0} max={max} className="-inset-y-1 w-px bg-ink" />
              </Track>
            )}
          </span>
          <span className="w-16">{timesInWords(ratio)}</span>
        </span>
      ),
    },
    {
      key: "calls",
      label: "Calls compared",
      align: "right",
      from: "lg",
      title: ({ compared, unratedCalls }) =>
        `${exactCount(compared.calls)} compared, ${exactCount(unratedCalls)} that its price does not cover`,
      cell: ({ compared }) => count(compared.calls),
    },
  ];
}

/** `$12.30`, `≈ $12.30`, or that there is nothing to compare. */
function thereInWords({ compared, difference, approximate }: Candidate): string {
  return difference === null ? UNKNOWN : `${approximate ? "≈ " : ""}${money(compared.cost)}`;
}

/** A bar beyond this would leave the others no room. */
const MAX_TIMES = 4;

function Name({ candidate }: { candidate: Candidate }) {
  const { provider, model, approximate, unratedCalls, reasons } = candidate;
  const notes = [
    ...(approximate ? ["approximate"] : []),
    ...(unratedCalls > 0 ? [`${counted(unratedCalls, "call")} left out`] : []),
  ];
  return (
    <div className="min-w-0 whitespace-normal">
      <p className="truncate leading-6 font-medium" title={`${provider}/${model}`}>
        {model} <span className="font-normal text-muted">{provider}</span>
      </p>
      <p className="text-[0.8125rem] text-muted sm:hidden">{thereInWords(candidate)}</p>
      {reasons.length === 0 ? null : (
        <details className="text-[0.8125rem] text-muted">
          <summary className="inline-flex min-h-6 items-center underline decoration-control underline-offset-4 hover:text-ink">
            {notes.length === 0 ? "Why" : notes.join(", ")}
          </summary>
          <ul className="mt-1 mb-1 flex list-disc flex-col gap-0.5 pl-4">
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
