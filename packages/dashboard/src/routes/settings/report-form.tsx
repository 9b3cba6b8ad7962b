import { changeSchedule, createSchedule, REPORT_UNITS } from "../../api/reports.ts";
import type { Schedule, ScheduleInput } from "../../api/reports.ts";
import type { Channel } from "../../api/channels.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { CheckField, FieldGroup, SelectField, TextField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { linesOf, UNIT_LABELS } from "./report-words.ts";

/** Schedules a report, or changes one. `channels`: those of e-mail. */
export function ReportForm({
  before,
  channels,
  onDone,
}: {
  before: Schedule | null;
  channels: readonly Channel[];
  onDone: () => void;
}) {
  const refresh = useRefresh();
  const save = async (values: Record<string, string>) => {
    const wanted = readReportForm(values);
    await (before === null ? createSchedule(wanted) : changeSchedule(before.id, wanted));
    await refresh();
    onDone();
  };
  return (
    <Form action={before === null ? "Schedule the report" : "Save the changes"} onSubmit={save}>
      <Field
        label="Name"
        name="name"
        required
        maxLength={120}
        autoComplete="off"
        defaultValue={before?.name}
        placeholder="Costs of the month"
      />
      <SelectField
        label="When"
        name="every"
        options={REPORT_UNITS.map((value) => ({ value, label: UNIT_LABELS[value] }))}
        defaultValue={before?.every ?? "month"}
        hint="Each covers the day, week or month before."
      />
      <SelectField
        label="Not before"
        name="hour"
        options={HOURS}
        defaultValue={String(before?.hour ?? 8)}
        hint={before === null ? "In the time zone of the server." : `In ${before.timeZone}.`}
      />
      <input type="hidden" name="timeZone" value={before?.timeZone ?? ""} />
      <SelectField
        label="Through"
        name="channelId"
        options={channels.map(({ id, name, target }) => ({ value: id, label: `${name} (${target})` }))}
        defaultValue={before?.channelId ?? channels[0]?.id ?? ""}
      />
      <TextField
        label="To"
        name="recipients"
        rows={2}
        defaultValue={(before?.recipients ?? []).join("\n")}
        placeholder="finance@example.com"
        hint="An address on each line. Empty: those of the channel."
      />
      <TextField
        label="Only these calls"
        name="filters"
        rows={2}
        defaultValue={(before?.filters ?? []).join("\n")}
        placeholder="project:shop"
        hint="A filter on each line. Empty: all calls."
      />
      <FieldGroup legend="Attached">
        <CheckField label="PDF with charts" name="pdf" defaultChecked={before?.attach.includes("pdf") ?? true} />
        <CheckField label="CSV by day and model" name="csv" defaultChecked={before?.attach.includes("csv") ?? false} />
      </FieldGroup>
      <CheckField label="On" name="enabled" defaultChecked={before?.enabled ?? true} hint="Off: nothing is sent." />
    </Form>
  );
}

const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: `${hour}:00` }));

function readReportForm(values: Record<string, string>): ScheduleInput {
  const recipients = linesOf(values["recipients"]);
  const { name = "", every, hour, timeZone = "", channelId = "" } = values;
  return {
    name: name.trim(),
    enabled: values["enabled"] === "on",
    every: REPORT_UNITS.find((unit) => unit === every) ?? "month",
    hour: Number(hour),
    ...(timeZone === "" ? {} : { timeZone }),
    channelId,
    recipients: recipients.length === 0 ? null : recipients,
    filters: linesOf(values["filters"]),
    attach: (["pdf", "csv"] as const).filter((kind) => values[kind] === "on"),
  };
}
