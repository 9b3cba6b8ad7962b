import { callTime, exactTime } from "@outlay/react";
import { allAlertsQuestion, openAlertsQuestion } from "../../api/alerts.ts";
import type { Alert } from "../../api/alerts.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { SeverityMark } from "../../alerts/severity-mark.tsx";
import { KIND_LABELS, stateInWords } from "../../alerts/words.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useNow } from "../../ui/use-now.ts";
import type { ShownState } from "./alerts-state.ts";

const SHOWN = 100;

/** What fired: the most urgent first, each with its state. */
export function AlertList({
  shown,
  onShow,
  timeZone,
  onOpen,
}: {
  shown: ShownState;
  onShow: (shown: ShownState) => void;
  timeZone: string;
  onOpen: (id: string) => void;
}) {
  const { data, error, isWaiting } = useKeptQuery(shown === "open" ? openAlertsQuestion : allAlertsQuestion);
  const alerts = data?.alerts
    .filter(({ state }) => shown === "all" || (state === "open") === (shown === "open"))
    .toSorted((one, other) => rank(other) - rank(one) || other.openedAt.localeCompare(one.openedAt));
  return (
    <Card
      title={TITLES[shown]}
      id="alerts"
      waiting={isWaiting}
      actions={
        <Segmented
          label="Which alerts"
          options={[
            { value: "open", label: "Open" },
            { value: "resolved", label: "Resolved" },
            { value: "all", label: "All" },
          ]}
          value={shown}
          onChange={onShow}
        />
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {alerts === undefined ? <div className="h-40" /> : null}
      {alerts?.length === 0 ? (
        <EmptyState title={shown === "open" ? "Nothing is wrong" : "Nothing has been noticed yet"}>
          {shown === "open" ? "No rule has an open alert. What was before is under Resolved." : undefined}
        </EmptyState>
      ) : null}
      <ul className="px-2 pt-2 pb-3 sm:px-3">
        {alerts?.slice(0, SHOWN).map((alert) => (
          <AlertRow key={alert.id} alert={alert} timeZone={timeZone} onOpen={() => onOpen(alert.id)} />
        ))}
      </ul>
      {alerts !== undefined && alerts.length > SHOWN ? (
        <p className="px-5 pb-4 text-muted">and {alerts.length - SHOWN} more; the history has all of them.</p>
      ) : null}
    </Card>
  );
}

function AlertRow({ alert, timeZone, onOpen }: { alert: Alert; timeZone: string; onOpen: () => void }) {
  const nowMs = useNow();
  const sinceMs = Date.parse(alert.openedAt);
  const notes = [
    alert.rule.name ?? KIND_LABELS[alert.rule.kind],
    stateInWords(alert),
    ...(alert.silenced ? ["silenced"] : []),
  ];
  return (
    <li className="group flex flex-wrap items-start gap-x-3 gap-y-1 rounded-lg px-2 py-2.5 hover:bg-raised/60 sm:flex-nowrap">
      <span className="w-20 shrink-0">
        <SeverityMark severity={alert.severity} isOver={alert.state === "closed"} />
      </span>
      <div className="order-last min-w-0 grow basis-full sm:order-none sm:basis-0">
        <button
          type="button"
          onClick={onOpen}
          className="min-h-6 max-w-full text-left font-medium underline-offset-4 group-hover:underline decoration-control"
        >
          {alert.title}
        </button>
        <p className="text-muted">{alert.summary}</p>
        <p className="mt-0.5 text-[0.8125rem] text-muted">{notes.join(" · ")}</p>
      </div>
      <time
        dateTime={alert.openedAt}
        title={`Since ${exactTime(sinceMs, timeZone)}`}
        className="ml-auto whitespace-nowrap text-muted"
      >
        {callTime(sinceMs, nowMs, timeZone, "short")}
      </time>
    </li>
  );
}

/** Open before closed, and what nobody has acknowledged before what somebody has; then by urgency. */
function rank({ state, acknowledged, severity }: Alert): number {
  return (state === "open" ? 20 : 0) + (acknowledged === null ? 10 : 0) + SEVERITIES.indexOf(severity);
}

const SEVERITIES = ["info", "warning", "critical", "emergency"];
const TITLES: Record<ShownState, string> = { open: "Open alerts", resolved: "Resolved alerts", all: "All alerts" };
