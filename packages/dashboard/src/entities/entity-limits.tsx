import { exactTime } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { applyingQuestion } from "../api/limits.ts";
import type { LimitState } from "../api/limits.ts";
import { metaQuestion } from "../api/questions.ts";
import { BudgetBar } from "../charts/draw/budget-bar.tsx";
import { validateSearch } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { exactly } from "./entity-view.ts";
import type { EntityKind } from "./entity-kind.ts";

/** How full the limits are that the next call would meet, whatever the period on the page. */
export function EntityLimits({ kind, value }: { kind: EntityKind; value: string }) {
  const { view } = usePageSearch();
  const meta = useQuery(metaQuestion).data;
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  const { data, error } = useQuery(applyingQuestion([exactly(kind.dimension, value)]));
  return (
    <Card
      id="limits"
      title="Limits now"
      actions={
        <Link
          to="/limits"
          search={(before) => ({ ...validateSearch(before), ...(kind.dimension === "user" ? { user: value } : {}) })}
          className="text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          All limits
        </Link>
      }
    >
      <div className="px-4 pt-2 pb-4 sm:px-5">
        {error === null ? null : <ProblemNote error={error} />}
        {data?.states.length === 0 ? (
          <EmptyState title="No limit applies">Calls of this {kind.one} are not held back by any amount.</EmptyState>
        ) : (
          <ul className="flex flex-col gap-4">
            {data?.states.map((state) => (
              <li key={`${state.limitId}:${state.value}`}>
                <Limit state={state} timeZone={timeZone} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

function Limit({ state, timeZone }: { state: LimitState; timeZone: string }) {
  const { name, scope, amountUsd, spentUsd, leasedUsd, resetsAt } = state;
  return (
    <div className="flex flex-col gap-1">
      <p className="flex flex-wrap justify-between gap-x-3">
        <span className="font-medium wrap-anywhere">{name}</span>
        <span className="text-[0.8125rem] text-muted wrap-anywhere">{scope}</span>
      </p>
      <BudgetBar
        name={name}
        amountUsd={amountUsd}
        spentUsd={spentUsd}
        reservedUsd={leasedUsd}
        projectedUsd={null}
        thresholdsPercent={[]}
      />
      {resetsAt === null ? null : (
        <p className="text-[0.8125rem] text-muted">Starts anew {exactTime(Date.parse(resetsAt), timeZone)}</p>
      )}
    </div>
  );
}
