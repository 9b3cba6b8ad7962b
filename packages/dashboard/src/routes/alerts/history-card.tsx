import { useInfiniteQuery } from "@tanstack/react-query";
import { callTime, exactTime } from "@outlay/react";
import { historyQuestion } from "../../api/alerts.ts";
import type { AlertEntry } from "../../api/alerts.ts";
import { SeverityMark } from "../../alerts/severity-mark.tsx";
import { entryInWords } from "../../alerts/words.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useNow } from "../../ui/use-now.ts";

/** What became of alerts, the newest first, page by page. */
export function HistoryCard({ timeZone, onOpen }: { timeZone: string; onOpen: (alertId: string) => void }) {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(historyQuestion({}));
  const entries = data?.pages.flatMap((page) => page.entries);
  return (
    <Card title="What was told" id="history">
      {error === null ? null : <ProblemNote error={error} />}
      {entries === undefined ? <div className="h-40" /> : null}
      {entries?.length === 0 ? <EmptyState title="Nothing has been noticed yet" /> : null}
      <ol className="px-2 pt-2 pb-3 sm:px-3">
        {entries?.map((entry) => (
          <EntryRow key={entry.id} entry={entry} timeZone={timeZone} onOpen={() => onOpen(entry.alertId)} />
        ))}
      </ol>
      {hasNextPage ? (
        <div className="px-4 pb-4 sm:px-5">
          <button
            type="button"
            disabled={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
            className={smallButton}
          >
            Show older
          </button>
        </div>
      ) : null}
    </Card>
  );
}

function EntryRow({ entry, timeZone, onOpen }: { entry: AlertEntry; timeZone: string; onOpen: () => void }) {
  const nowMs = useNow();
  const atMs = Date.parse(entry.at);
  return (
    <li className="group flex flex-wrap items-start gap-x-3 gap-y-1 rounded-lg px-2 py-2 hover:bg-raised/60 sm:flex-nowrap">
      <span className="w-20 shrink-0">
        <SeverityMark severity={entry.severity} isOver={entry.what === "recovered" || entry.what === "closed"} />
      </span>
      <div className="order-last min-w-0 grow basis-full sm:order-none sm:basis-0">
        <button
          type="button"
          onClick={onOpen}
          className="min-h-6 max-w-full text-left underline-offset-4 group-hover:underline decoration-control"
        >
          {entry.title}
        </button>
        <p className="text-[0.8125rem] text-muted">
          {entryInWords(entry)} · {entry.rule.name}
        </p>
      </div>
      <time dateTime={entry.at} title={exactTime(atMs, timeZone)} className="ml-auto whitespace-nowrap text-muted">
        {callTime(atMs, nowMs, timeZone, "short")}
      </time>
    </li>
  );
}
