import { callTime, exactTime } from "@outlay/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../../api/questions.ts";
import { serverUrl } from "../../api/server-url.ts";
import { auditQuestion } from "../../api/settings.ts";
import type { AuditEntry } from "../../api/settings.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useNow } from "../../ui/use-now.ts";
import { aboutWhat, actorInWords } from "./audit-words.ts";
import { useSettingsState } from "./settings-state.ts";

/** Who changed what, and when. */
export function Audit() {
  const { state, open, close, choose } = useSettingsState();
  const asked = { actor: state.actor ?? "", action: state.action ?? "" };
  const { data, error, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    auditQuestion(asked),
  );
  const zone = useQuery(metaQuestion).data?.timeZone ?? "UTC";
  const nowMs = useNow();
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const opened = entries.find(({ seq }) => String(seq) === state.entry);
  const file = new URLSearchParams(Object.entries(asked).filter(([, text]) => text !== ""));
  return (
    <Card
      id="audit"
      title="Audit trail"
      waiting={isPlaceholderData}
      actions={
        <form
          className="flex flex-wrap items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            const values = new FormData(event.currentTarget);
            const textOf = (name: string) => String(values.get(name) ?? "").trim();
            choose({ actor: textOf("actor"), action: textOf("action").replaceAll(" ", "_") });
          }}
        >
          <Part name="actor" label="Who" value={asked.actor} />
          <Part name="action" label="What" value={asked.action} />
          <button type="submit" className={smallButton}>
            Find
          </button>
          <a href={serverUrl(`/api/v1/audit/export?${file.toString()}`)} download className={smallButton}>
            <Icon name="download" />
            CSV
          </a>
        </form>
      }
    >
      {error === null ? null : (
        <div className="p-4">
          <ProblemNote error={error} />
        </div>
      )}
      {data !== undefined && entries.length === 0 ? (
        <EmptyState title={asked.actor + asked.action === "" ? "Nothing was changed yet" : "No change matches"} />
      ) : (
        <DataTable
          caption="What was changed, newest first"
          columns={columnsIn(zone, nowMs)}
          rows={entries}
          rowKey={({ seq }) => String(seq)}
          onOpen={({ seq }) => open({ entry: String(seq) })}
          openLabel={({ action, at }) => `Details: ${action}, ${at}`}
        />
      )}
      {hasNextPage ? (
        <div className="px-2 pb-3 sm:px-3">
          <MoreButton label="Show older" isLoading={isFetchingNextPage} onClick={() => void fetchNextPage()} />
        </div>
      ) : null}
      {opened === undefined ? null : (
        <Sheet title={opened.action.replaceAll("_", " ")} onClose={close} form="drawer">
          <p className="-mt-3 text-muted">
            {opened.actor}, {exactTime(Date.parse(opened.at), zone)}
          </p>
          <pre className="rounded-lg bg-raised p-3 font-mono text-[0.8125rem] break-words whitespace-pre-wrap">
            {JSON.stringify(opened.detail, null, 2)}
          </pre>
        </Sheet>
      )}
    </Card>
  );
}

function Part({ name, label, value }: { name: string; label: string; value: string }) {
  return (
    <label className="inline-flex">
      <span className="sr-only">{label}</span>
      <input
        // Another address is another start value.
        key={value}
        name={name}
        type="search"
        defaultValue={value}
        placeholder={label}
        maxLength={128}
        autoComplete="off"
        className="h-9 w-32 min-w-0 rounded-lg border border-line bg-surface px-3 text-[0.8125rem] hover:border-control"
      />
    </label>
  );
}

function columnsIn(zone: string, nowMs: number): readonly Column<AuditEntry>[] {
  return [
    { key: "action", label: "What", cell: ({ action }) => action.replaceAll("_", " ") },
    {
      key: "actor",
      label: "Who",
      cell: ({ actor }) => actorInWords(actor),
      title: ({ actor }) => actor,
      width: "w-[30%]",
    },
    {
      key: "detail",
      label: "About",
      from: "md",
      width: "w-[34%]",
      cell: ({ detail }) => <span className="text-muted">{aboutWhat(detail)}</span>,
      title: ({ detail }) => aboutWhat(detail),
    },
    {
      key: "at",
      label: "When",
      align: "right",
      cell: ({ at }) => callTime(Date.parse(at), nowMs, zone),
      title: ({ at }) => exactTime(Date.parse(at), zone),
    },
  ];
}
