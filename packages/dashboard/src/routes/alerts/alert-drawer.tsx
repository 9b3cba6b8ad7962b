import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { callTime, exactTime } from "@outlay/react";
import { useState } from "react";
import { acknowledge, allAlertsQuestion, historyQuestion } from "../../api/alerts.ts";
import type { Alert } from "../../api/alerts.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { AlertLink } from "../../alerts/alert-link.tsx";
import { SeverityMark } from "../../alerts/severity-mark.tsx";
import { KIND_LABELS, entryInWords, stateInWords } from "../../alerts/words.ts";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useNow } from "../../ui/use-now.ts";

/** One alert: what happened, the numbers behind it, where to look, what became of it. */
export function AlertDrawer({
  id,
  timeZone,
  mayChange,
  onSilence,
  onClose,
}: {
  id: string;
  timeZone: string;
  mayChange: boolean;
  onSilence: () => void;
  onClose: () => void;
}) {
  const { data, error } = useKeptQuery(allAlertsQuestion);
  const alert = data?.alerts.find((one) => one.id === id);
  return (
    <Sheet form="drawer" title={alert?.title ?? "Alert"} onClose={onClose}>
      {error === null ? null : <ProblemNote error={error} />}
      {data !== undefined && alert === undefined ? (
        <p className="text-muted">This alert is not kept any more, or is not open to you.</p>
      ) : null}
      {alert === undefined ? null : (
        <Told alert={alert} timeZone={timeZone} mayChange={mayChange} onSilence={onSilence} />
      )}
    </Sheet>
  );
}

function Told({
  alert,
  timeZone,
  mayChange,
  onSilence,
}: {
  alert: Alert;
  timeZone: string;
  mayChange: boolean;
  onSilence: () => void;
}) {
  const refresh = useRefresh();
  const [problem, setProblem] = useState<string | null>(null);
  const isOpen = alert.state === "open";
  const take = async () => {
    try {
      await acknowledge(alert.id);
      await refresh();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <SeverityMark severity={alert.severity} isOver={!isOpen} />
        <span>{stateInWords(alert)}</span>
        {alert.silenced ? <span className="text-muted">silenced: nobody is told</span> : null}
      </p>
      <p>{alert.summary}</p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-[0.8125rem]">
        {alert.facts.map(({ label, value }) => (
          <div key={`${label} ${value}`} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
        <dt className="text-muted">Rule</dt>
        <dd className="min-w-0">
          {mayChange && alert.rule.name !== null ? (
            <Link
              to="/alerts"
              search={{ tab: "rules", form: alert.rule.id } as object}
              className="text-accent underline underline-offset-4"
            >
              {alert.rule.name}
            </Link>
          ) : (
            (alert.rule.name ?? KIND_LABELS[alert.rule.kind])
          )}
        </dd>
      </dl>
      {problem === null ? null : <Problem>{problem}</Problem>}
      <div className="flex flex-wrap gap-2">
        {alert.link === null ? null : <AlertLink link={alert.link} />}
        {alert.rule.kind === "unpricedModel" && isOpen ? (
          <Link
            to="/prices"
            search={{ model: alert.subject.slice(alert.subject.indexOf("/") + 1) } as object}
            className={smallButton}
          >
            <Icon name="tag" />
            Give it a price
          </Link>
        ) : null}
        {mayChange && isOpen && alert.acknowledged === null ? (
          <button type="button" onClick={() => void take()} className={smallButton}>
            <Icon name="check" />
            Acknowledge
          </button>
        ) : null}
        {mayChange && !alert.silenced ? (
          <button type="button" onClick={onSilence} className={smallButton}>
            <Icon name="pause" />
            Silence
          </button>
        ) : null}
      </div>
      <Became id={alert.id} timeZone={timeZone} />
    </>
  );
}

function Became({ id, timeZone }: { id: string; timeZone: string }) {
  const { data } = useInfiniteQuery(historyQuestion({ alert: id }));
  const nowMs = useNow();
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <section aria-labelledby="became" className="flex flex-col gap-2">
      <h3 id="became" className="font-semibold">
        What became of it
      </h3>
      <ol className="flex flex-col gap-2 text-[0.8125rem]">
        {entries.map((entry) => (
          <li key={entry.id} className="flex items-start justify-between gap-4">
            <span className="min-w-0">
              <span className="font-medium">{entryInWords(entry)}</span>
              <span className="block text-muted">{entry.title}</span>
            </span>
            <time
              dateTime={entry.at}
              title={exactTime(Date.parse(entry.at), timeZone)}
              className="whitespace-nowrap text-muted"
            >
              {callTime(Date.parse(entry.at), nowMs, timeZone, "short")}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
