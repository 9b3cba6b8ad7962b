import { callTime, exactTime } from "@outlay/react";
import { useState } from "react";
import { changeRule, rulesQuestion } from "../../api/alerts.ts";
import type { AlertRule } from "../../api/alerts.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { KIND_LABELS, ruleInWords } from "../../alerts/words.ts";
import { countedInWords } from "../../limits/words.ts";
import { Card } from "../../ui/card.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useNow } from "../../ui/use-now.ts";

/** The rules, with what each notices, how its last look went, and its switch. */
export function RulesCard({ timeZone, onOpen }: { timeZone: string; onOpen: (id: string) => void }) {
  const { data, error, isWaiting } = useKeptQuery(rulesQuestion);
  const [problem, setProblem] = useState<string | null>(null);
  const rules = data?.rules.toSorted((one, other) => one.name.localeCompare(other.name));
  return (
    <Card
      title="Rules"
      id="rules"
      waiting={isWaiting}
      actions={
        <button type="button" onClick={() => onOpen("new")} className={smallButton}>
          <Icon name="plus" />
          New rule
        </button>
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {problem === null ? null : (
        <div className="px-5 pt-2">
          <Problem>{problem}</Problem>
        </div>
      )}
      {rules === undefined ? <div className="h-60" /> : null}
      <ul className="divide-y divide-line px-4 pt-1 pb-2 sm:px-5">
        {rules?.map((rule) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            timeZone={timeZone}
            onOpen={() => onOpen(rule.id)}
            onProblem={setProblem}
          />
        ))}
      </ul>
    </Card>
  );
}

function RuleRow({
  rule,
  timeZone,
  onOpen,
  onProblem,
}: {
  rule: AlertRule;
  timeZone: string;
  onOpen: () => void;
  onProblem: (problem: string | null) => void;
}) {
  const refresh = useRefresh();
  const filters = Array.isArray(rule["filters"]) ? (rule["filters"] as string[]) : [];
  const flip = async (enabled: boolean) => {
    onProblem(null);
    try {
      await changeRule(rule.id, { enabled });
      await refresh();
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <li className="flex items-start gap-4 py-3">
      <div className="min-w-0 grow">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <button
            type="button"
            onClick={onOpen}
            className={`min-h-6 text-left font-medium underline-offset-4 hover:underline decoration-control ${rule.enabled ? "" : "text-muted"}`}
          >
            {rule.name}
          </button>
          {rule.openAlerts > 0 ? <span className="text-[0.8125rem] text-middle">{rule.openAlerts} open</span> : null}
        </p>
        <p className="text-[0.8125rem] text-muted">
          {rule.name === KIND_LABELS[rule.kind] ? "" : `${KIND_LABELS[rule.kind]}: `}
          {ruleInWords(rule)}
          {filters.length === 0 ? "" : `; only ${countedInWords(filters)}`}
          {rule.channels === null
            ? ""
            : `; to ${rule.channels.length === 1 ? "one channel" : `${rule.channels.length} channels`}`}
        </p>
        <LastLook rule={rule} timeZone={timeZone} />
      </div>
      <label className="flex min-h-6 items-center gap-2 text-[0.8125rem] text-muted">
        <input
          type="checkbox"
          checked={rule.enabled}
          onChange={(event) => void flip(event.target.checked)}
          className="size-6 accent-(--accent) sm:size-5"
        />
        On
        <span className="sr-only">: {rule.name}</span>
      </label>
    </li>
  );
}

function LastLook({ rule: { lastLook, enabled }, timeZone }: { rule: AlertRule; timeZone: string }) {
  const nowMs = useNow();
  if (!enabled || lastLook === null) return null;
  const atMs = Date.parse(lastLook.at);
  if (lastLook.failure !== null) {
    return <p className="text-[0.8125rem] text-high">Its last look failed: {lastLook.failure}</p>;
  }
  return (
    <p className="text-[0.8125rem] text-muted" title={exactTime(atMs, timeZone)}>
      Looked {callTime(atMs, nowMs, timeZone, "short")}
      {lastLook.note === null ? "" : `; ${lastLook.note}`}
    </p>
  );
}
