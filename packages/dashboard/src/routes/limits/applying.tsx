import { roundUsd } from "@outlay/core";
import { useQuery } from "@tanstack/react-query";
import { exactMoney, money } from "@outlay/react";
import { useState } from "react";
import { applyingQuestion, limitsQuestion } from "../../api/limits.ts";
import type { LimitState } from "../../api/limits.ts";
import { valuesQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { BudgetBar } from "../../charts/draw/budget-bar.tsx";
import { dimensionLabel } from "../../filters/filter.ts";
import { usePageState } from "../../filters/use-page-state.ts";
import { usedRatio } from "../../limits/words.ts";
import { Card } from "../../ui/card.tsx";
import { smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { CALL_KEYS, callFilters, readLimitsState } from "./limits-state.ts";
import type { CallKey } from "./limits-state.ts";

/** "Which limits apply to …": what is known of a call, and how full each limit is that it would meet. */
export function Applying({ onOpen }: { onOpen: (id: string, value: string | null) => void }) {
  const { state, change } = usePageState(readLimitsState);
  const viewer = useViewer();
  const filters = callFilters(state);
  const isMember = viewer !== undefined && !viewer.seesEverybody;
  const asks = filters.length > 0 || isMember;
  const { data, error, isWaiting } = useKeptQuery({ ...applyingQuestion(filters), enabled: asks });
  return (
    <Card title="Which limits apply to …" id="applying" waiting={asks && isWaiting}>
      <div className="flex flex-col gap-4 px-4 pt-1 pb-4 sm:px-5">
        <form
          // Filled in anew when the address says another call.
          key={filters.join(" ")}
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            change((before) => {
              const others = Object.entries(before).filter(([key]) => !CALL_KEYS.some((name) => name === key));
              const said = CALL_KEYS.map((key) => [key, String(form.get(key) ?? "").trim()]);
              return Object.fromEntries([...others, ...said.filter(([, text]) => text !== "")]);
            });
          }}
        >
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            {CALL_KEYS.map((key) => (
              <CallField key={key} name={key} value={state[key] ?? ""} />
            ))}
          </div>
          <button type="submit" className={`${smallButton} self-start`}>
            Show its limits
          </button>
        </form>
        {error === null ? null : <ProblemNote error={error} />}
        {asks && error === null && data !== undefined ? <States states={data.states} onOpen={onOpen} /> : null}
      </div>
    </Card>
  );
}

function CallField({ name, value }: { name: CallKey; value: string }) {
  const [text, setText] = useState(value);
  const values = useQuery({ ...valuesQuestion(name, text), enabled: text !== "" }).data?.values ?? [];
  const id = `call-${name}`;
  return (
    <label className="flex min-w-0 flex-col gap-1 text-[0.8125rem] text-muted">
      {dimensionLabel(name)}
      <input
        name={name}
        list={id}
        value={text}
        onChange={(event) => setText(event.target.value)}
        maxLength={512}
        autoComplete="off"
        spellCheck={false}
        className="h-9 min-w-0 rounded-lg border border-control bg-surface px-3 text-sm text-ink"
      />
      <datalist id={id}>
        {values.map((known) => (
          <option key={known}>{known}</option>
        ))}
      </datalist>
    </label>
  );
}

function leftUsd({ amountUsd, spentUsd, leasedUsd }: LimitState): number {
  return Math.max(0, roundUsd(amountUsd - spentUsd - leasedUsd));
}

function States({
  states,
  onOpen,
}: {
  states: readonly LimitState[];
  onOpen: (id: string, value: string | null) => void;
}) {
  const limits = useQuery(limitsQuestion).data?.limits;
  const limitOf = ({ limitId }: LimitState) => limits?.find(({ id }) => id === limitId);
  const isBudget = (state: LimitState) => limitOf(state)?.kind === "budget";
  if (states.length === 0) return <p className="text-muted">No limit applies to such a call.</p>;
  return (
    <ul className="flex flex-col gap-3">
      {states
        .toSorted((one, other) => Number(isBudget(one)) - Number(isBudget(other)) || usedRatio(other) - usedRatio(one))
        .map((state) => (
          <li key={`${state.limitId} ${state.value ?? ""}`} className="flex flex-col gap-1">
            <span className="flex flex-wrap items-baseline justify-between gap-x-4">
              <button
                type="button"
                onClick={() => onOpen(state.limitId, state.value)}
                className="inline-flex min-h-6 text-left font-medium underline-offset-4 hover:underline decoration-control"
              >
                {state.name}
              </button>
              <span className="text-[0.8125rem] text-muted">
                {state.scope}
                {isBudget(state) ? " · budget, only tells" : ""}
              </span>
            </span>
            <BudgetBar
              compact
              name={`${state.name}, ${state.scope}`}
              amountUsd={state.amountUsd}
              spentUsd={state.spentUsd}
              reservedUsd={state.leasedUsd}
              projectedUsd={null}
              thresholdsPercent={limitOf(state)?.thresholdsPercent ?? []}
            />
            <span className="text-[0.8125rem] text-muted" title={exactMoney(leftUsd(state))}>
              {money(leftUsd(state))} left of {money(state.amountUsd)}
            </span>
          </li>
        ))}
    </ul>
  );
}
