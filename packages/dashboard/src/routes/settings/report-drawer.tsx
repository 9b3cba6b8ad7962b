import { useState } from "react";
import { previewSchedule, removeSchedule, sendSchedule } from "../../api/reports.ts";
import type { Schedule } from "../../api/reports.ts";
import type { Channel } from "../../api/channels.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useDeed } from "../../ui/use-deed.ts";
import { When } from "../../ui/when.tsx";
import { ReportForm } from "./report-form.tsx";
import { whenInWords } from "./report-words.ts";

/** One scheduled report: when it comes and to whom, what it would say, and what can be done to it. */
export function ReportDrawer({
  of: schedule,
  channels,
  onClose,
}: {
  /** Null: it is not there any more. */
  of: Schedule | null;
  channels: readonly Channel[];
  onClose: () => void;
}) {
  const [sheet, setSheet] = useState<"change" | "send" | "delete" | null>(null);
  const refresh = useRefresh();
  const closeSheet = () => setSheet(null);
  if (schedule === null) {
    return (
      <Sheet form="drawer" title="Scheduled report" onClose={onClose}>
        <p className="text-muted">This report is not scheduled any more.</p>
      </Sheet>
    );
  }
  const { id, name } = schedule;
  return (
    <Sheet form="drawer" title={name} onClose={onClose}>
      <ReportFacts schedule={schedule} channel={channels.find((one) => one.id === schedule.channelId) ?? null} />
      <Preview id={id} />
      <div className="flex flex-wrap gap-2 border-t border-line pt-5">
        <button type="button" onClick={() => setSheet("send")} className={smallButton}>
          <Icon name="bell" />
          Send now
        </button>
        <button type="button" onClick={() => setSheet("change")} className={smallButton}>
          <Icon name="edit" />
          Change
        </button>
        <button type="button" onClick={() => setSheet("delete")} className={smallButton}>
          <Icon name="trash" />
          Delete
        </button>
      </div>
      {sheet === "change" ? (
        <Sheet title={`Change ${name}`} onClose={closeSheet}>
          <ReportForm before={schedule} channels={channels} onDone={closeSheet} />
        </Sheet>
      ) : null}
      {sheet === "send" ? (
        <ConfirmSheet
          title={`Send ${name} now`}
          action="Send the report"
          onConfirm={async () => {
            await sendSchedule(id);
            await refresh();
          }}
          onClose={closeSheet}
        >
          The last period that is over goes to everybody it is for, also if they have it already.
        </ConfirmSheet>
      ) : null}
      {sheet === "delete" ? (
        <ConfirmSheet
          title={`Delete ${name}`}
          action="Delete the report"
          onConfirm={async () => {
            await removeSchedule(id);
            onClose();
            await refresh();
          }}
          onClose={closeSheet}
        >
          It is not sent any more. What was sent stays sent.
        </ConfirmSheet>
      ) : null}
    </Sheet>
  );
}

function ReportFacts({ schedule, channel }: { schedule: Schedule; channel: Channel | null }) {
  const { recipients, filters, attach, timeZone, nextAt, lastLabel } = schedule;
  return (
    <Facts
      facts={[
        { label: "When", value: whenInWords(schedule) },
        { label: "Time zone", value: timeZone },
        { label: "Through", value: channel?.name ?? <span className="text-high">a channel that is not there</span> },
        { label: "To", value: recipients?.join(", ") ?? channel?.target ?? "–" },
        { label: "Calls", value: filters.length === 0 ? "all" : filters.join(", ") },
        {
          label: "Attached",
          value: attach.length === 0 ? "nothing" : attach.map((kind) => kind.toUpperCase()).join(", "),
        },
        { label: "Next", value: <When at={nextAt} never="switched off" /> },
        { label: "Last reported", value: lastLabel ?? <span className="text-muted">none yet</span> },
      ]}
    />
  );
}

function Preview({ id }: { id: string }) {
  const { problem, isBusy, act } = useDeed();
  const [preview, setPreview] = useState<Awaited<ReturnType<typeof previewSchedule>> | null>(null);
  return (
    <section aria-label="Preview" className="flex flex-col gap-3">
      <button
        type="button"
        aria-disabled={isBusy}
        onClick={() => act(async () => setPreview(await previewSchedule(id)))}
        className={`${smallButton} self-start`}
      >
        <Icon name="search" />
        {isBusy ? "Reading…" : "What it would say"}
      </button>
      <output aria-live="polite" className="flex flex-col gap-2">
        {preview === null ? null : (
          <>
            <span className="font-medium wrap-anywhere">{preview.subject}</span>
            <span className="rounded-lg bg-raised px-3 py-2 text-[0.8125rem] wrap-anywhere whitespace-pre-wrap">
              {preview.text}
            </span>
            {preview.attachments.length === 0 ? null : (
              <span className="text-[0.8125rem] text-muted">
                Attached: {preview.attachments.map(({ filename }) => filename).join(", ")}
              </span>
            )}
          </>
        )}
      </output>
      {problem === null ? null : <Problem>{problem}</Problem>}
    </section>
  );
}
