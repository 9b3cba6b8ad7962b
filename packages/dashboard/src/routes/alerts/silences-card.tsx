import { useQuery } from "@tanstack/react-query";
import { callTime, exactTime } from "@outlay/react";
import { useState } from "react";
import { endSilence, rulesQuestion, silencesQuestion } from "../../api/alerts.ts";
import type { Silence } from "../../api/alerts.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useNow } from "../../ui/use-now.ts";

/** What nobody is told of for now, and the way to end it. */
export function SilencesCard({ timeZone, onNew }: { timeZone: string; onNew: () => void }) {
  const { data, error, isWaiting } = useKeptQuery(silencesQuestion);
  return (
    <Card
      title="Silences"
      id="silences"
      waiting={isWaiting}
      actions={
        <button type="button" onClick={onNew} className={smallButton}>
          <Icon name="pause" />
          New silence
        </button>
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {data?.silences.length === 0 ? (
        <EmptyState title="Nothing is silenced">
          While something is silenced, alerts are noted and nobody is told. What is still so at its end is told then.
        </EmptyState>
      ) : null}
      <ul className="divide-y divide-line px-4 pt-1 pb-2 sm:px-5">
        {data?.silences.map((silence) => (
          <SilenceRow key={silence.id} silence={silence} timeZone={timeZone} />
        ))}
      </ul>
    </Card>
  );
}

function SilenceRow({ silence, timeZone }: { silence: Silence; timeZone: string }) {
  const refresh = useRefresh();
  const rules = useQuery(rulesQuestion).data?.rules;
  const [problem, setProblem] = useState<string | null>(null);
  const nowMs = useNow();
  const untilMs = Date.parse(silence.until);
  const rule = silence.rule === null ? null : (rules?.find(({ id }) => id === silence.rule)?.name ?? silence.rule);
  const what = rule === null ? "Everything" : rule;
  const end = async () => {
    try {
      await endSilence(silence.id);
      await refresh();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <li className="flex items-start gap-4 py-3">
      <div className="min-w-0 grow">
        <p className="font-medium break-words">
          {what}
          {silence.subject === null ? "" : " for one subject"}
        </p>
        <p className="text-[0.8125rem] text-muted">
          Until{" "}
          <time dateTime={silence.until} title={exactTime(untilMs, timeZone)}>
            {callTime(untilMs, nowMs, timeZone, "short")}
          </time>
          , by {silence.actor}
          {silence.reason === "" ? "" : `: ${silence.reason}`}
        </p>
        {problem === null ? null : <Problem>{problem}</Problem>}
      </div>
      <button type="button" onClick={() => void end()} className={smallButton}>
        End<span className="sr-only"> the silence of {what}</span>
      </button>
    </li>
  );
}
