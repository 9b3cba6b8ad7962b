import { DIMENSIONS } from "@outlay/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Limit, WireLimit } from "../api/limits.ts";
import { metaQuestion } from "../api/questions.ts";
import { dimensionLabel } from "../filters/filter.ts";
import { CheckField, FieldGroup, SelectField } from "../ui/form-fields.tsx";
import { Field, Form } from "../ui/form.tsx";
import { EnforcementFields } from "./enforcement-fields.tsx";
import { FilterEditor } from "./filter-editor.tsx";
import { PERIOD_CHOICES, isCalendar, periodChoice, readLimitForm } from "./read-limit-form.ts";
import { ReplayTry } from "./replay-try.tsx";

/** Makes or changes a budget or a limit. `before` null: a new one. */
export function LimitForm({
  kind,
  before,
  onSubmit,
}: {
  kind: Limit["kind"];
  before: Limit | null;
  onSubmit: (body: WireLimit) => Promise<void>;
}) {
  const [filters, setFilters] = useState<readonly string[]>(before?.filters ?? []);
  const [period, setPeriod] = useState(before === null ? "month" : periodChoice(before.period));
  const [start, setStart] = useState(before === null ? "whole" : "as-is");
  const meta = useQuery(metaQuestion).data;
  const read = (values: Record<string, string>) => readLimitForm(values, { kind, filters, isNew: before === null });
  const dimensions = DIMENSIONS.filter((name) => !NEVER.has(name) && (kind === "budget" || !AFTERWARDS.has(name)));
  const eachChoices = [...dimensions, ...(meta?.tagKeys ?? []).map((key) => `tag:${key}`)];
  return (
    <Form
      action={before === null ? `Create the ${kind}` : "Save the changes"}
      onSubmit={(values) => onSubmit(read(values))}
    >
      <Field
        label="Name"
        name="name"
        required
        maxLength={128}
        data-autofocus
        autoComplete="off"
        defaultValue={before?.name}
        placeholder={kind === "budget" ? "All of it, a month" : "Each user, a day"}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Amount in dollars"
          name="amountUsd"
          required
          inputMode="decimal"
          autoComplete="off"
          defaultValue={before?.amountUsd}
        />
        <SelectField label="Period" name="period" options={PERIOD_CHOICES} value={period} onChange={setPeriod} />
        {period === "session" ? null : (
          <SelectField
            label="Whose amount it is"
            name="each"
            options={[
              { value: "", label: "One amount for all together" },
              ...eachChoices.map((name) => ({ value: name, label: `Each ${dimensionLabel(name).toLowerCase()}` })),
            ]}
            defaultValue={before?.each ?? ""}
          />
        )}
        {period === "total" || period === "session" ? null : <ZoneField before={before} serverZone={meta?.timeZone} />}
      </div>
      <FieldGroup legend="Whose spending counts">
        <FilterEditor filters={filters} onChange={setFilters} dimensions={dimensions} />
      </FieldGroup>
      {kind === "limit" ? <EnforcementFields before={before?.enforcement ?? null} /> : null}
      <FieldGroup legend="When it tells, and from when it counts">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Thresholds in percent"
            name="thresholdsPercent"
            autoComplete="off"
            inputMode="text"
            defaultValue={before?.thresholdsPercent.join(", ") ?? (kind === "budget" ? "70, 90, 100" : "80, 100")}
            hint="An alert at each of them, once in a period."
          />
          <SelectField
            label="Counts from"
            name="start"
            value={start}
            onChange={setStart}
            options={[
              ...(before === null ? [] : [{ value: "as-is", label: startInWords(before) }]),
              { value: "whole", label: "The beginning of the period" },
              { value: "now", label: "Now, with nothing spent" },
              { value: "date", label: "A day" },
            ]}
          />
          {start === "date" ? <Field label="First day" name="startsAt" type="date" required /> : null}
        </div>
        {isCalendar(period) ? (
          <CheckField
            label="Carry over"
            name="carryOver"
            defaultChecked={before?.carryOver ?? false}
            hint="What a period leaves unspent is added to the next."
          />
        ) : null}
        {before === null ? null : (
          <CheckField
            label="Switched on"
            name="enabled"
            defaultChecked={before.enabled}
            hint={`Off, it ${kind === "budget" ? "tells nothing" : "refuses nothing"} and keeps its settings.`}
          />
        )}
      </FieldGroup>
      {kind === "limit" ? <ReplayTry read={read} /> : null}
    </Form>
  );
}

function ZoneField({ before, serverZone }: { before: Limit | null; serverZone: string | undefined }) {
  return (
    <>
      <Field
        label="Time zone"
        name="period.timeZone"
        list="time-zones"
        autoComplete="off"
        spellCheck={false}
        defaultValue={before?.period.timeZone ?? ""}
        placeholder={serverZone === undefined ? "The server's" : `The server's, ${serverZone}`}
      />
      <datalist id="time-zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </datalist>
    </>
  );
}

function startInWords({ startsAt }: Limit): string {
  return startsAt === null ? "As it is: the whole period" : `As it is: ${startsAt.slice(0, 10)}`;
}

/** Only known when a call is over: a budget may ask for them. */
const AFTERWARDS: ReadonlySet<string> = new Set(["status", "errorType", "basis", "serviceTier", "geo"]);
/** Nothing is summed up by these. */
const NEVER: ReadonlySet<string> = new Set(["trace"]);
