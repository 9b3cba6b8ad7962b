import { useQuery } from "@tanstack/react-query";
import { channelListQuestion } from "../../api/channels.ts";
import { schedulesQuestion } from "../../api/reports.ts";
import type { Schedule } from "../../api/reports.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { When } from "../../ui/when.tsx";
import { ReportDrawer } from "./report-drawer.tsx";
import { ReportForm } from "./report-form.tsx";
import { whenInWords } from "./report-words.ts";
import { useSettingsState } from "./settings-state.ts";

const MAIL_KINDS = new Set(["smtp", "resend"]);

/** Reports that come by e-mail by themselves. */
export function ScheduledReports() {
  const { state, open, close, showTab } = useSettingsState();
  const { data, error } = useQuery(schedulesQuestion);
  const channelList = useQuery(channelListQuestion).data?.channels;
  const channels = (channelList ?? []).filter(({ kind }) => MAIL_KINDS.has(kind));
  const schedules = data?.schedules ?? [];
  const add = () => open({ report: "new" });
  return (
    <>
      <Card
        id="reports"
        title="Scheduled reports"
        actions={
          schedules.length === 0 ? undefined : (
            <button type="button" onClick={add} className={smallButton}>
              <Icon name="plus" />
              New report
            </button>
          )
        }
      >
        {error === null ? null : <ProblemNote error={error} />}
        {data !== undefined && schedules.length === 0 ? (
          <EmptyState
            title="No reports are scheduled"
            action={
              <button type="button" onClick={add} className={mainButton}>
                New report
              </button>
            }
          >
            What the day, week or month before has cost, by e-mail, with a PDF for whoever does not sign in.
          </EmptyState>
        ) : (
          <DataTable
            caption="Scheduled reports"
            columns={COLUMNS}
            rows={schedules}
            rowKey={({ id }) => id}
            onOpen={({ id }) => open({ report: id })}
            openLabel={({ name }) => `Report ${name}`}
            isOpen={({ id }) => id === state.report}
          />
        )}
      </Card>
      {state.report === "new" && channelList !== undefined ? (
        <Sheet title="New report" onClose={close}>
          {channels.length === 0 ? (
            <div className="flex flex-col items-start gap-4">
              <p className="text-muted">Reports go through a channel of e-mail, and there is none yet.</p>
              <button type="button" onClick={() => showTab("channels")} className={mainButton}>
                To the channels
              </button>
            </div>
          ) : (
            <ReportForm before={null} channels={channels} onDone={close} />
          )}
        </Sheet>
      ) : null}
      {state.report !== undefined && state.report !== "new" && data !== undefined ? (
        <ReportDrawer
          key={state.report}
          of={schedules.find(({ id }) => id === state.report) ?? null}
          channels={channels}
          onClose={close}
        />
      ) : null}
    </>
  );
}

const COLUMNS: readonly Column<Schedule>[] = [
  { key: "name", label: "Name", width: "w-[46%] sm:w-[34%]", cell: ({ name }) => name, title: ({ name }) => name },
  { key: "when", label: "When", from: "sm", width: "w-[34%]", cell: whenInWords, title: whenInWords },
  {
    key: "last",
    label: "Last reported",
    from: "md",
    cell: ({ lastLabel }) => lastLabel ?? <span className="text-muted">none yet</span>,
  },
  { key: "next", label: "Next", align: "right", cell: ({ nextAt }) => <When at={nextAt} never="off" /> },
];
