import { DIMENSIONS } from "@outlay/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { channelsQuestion, changeRule, createRule, removeRule, rulesQuestion } from "../../api/alerts.ts";
import type { AlertRule, RuleKind } from "../../api/alerts.ts";
import { limitsQuestion } from "../../api/limits.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { KIND_LABELS } from "../../alerts/words.ts";
import { dimensionLabel } from "../../filters/filter.ts";
import { FilterEditor } from "../../limits/filter-editor.tsx";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { CheckField, FieldGroup, SelectField } from "../../ui/form-fields.tsx";
import { Field, Form, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Chosen } from "./chosen.tsx";
import { KIND_FIELDS, readRuleForm } from "./rule-fields.ts";
import { TestSheet } from "./test-sheet.tsx";

/** Makes a rule (`new`), or changes one. */
export function RuleSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error } = useQuery(rulesQuestion);
  const before = data?.rules.find((rule) => rule.id === id);
  const [open, setOpen] = useState<"test" | "delete" | null>(null);
  const refresh = useRefresh();
  return (
    <Sheet form="wide" title={id === "new" ? "New rule" : (before?.name ?? "Rule")} onClose={onClose}>
      {error === null ? null : <ProblemNote error={error} />}
      {data !== undefined && id !== "new" && before === undefined ? (
        <p className="text-muted">This rule is not there any more.</p>
      ) : null}
      {id === "new" || before !== undefined ? <RuleForm before={before ?? null} onDone={onClose} /> : null}
      {before === undefined ? null : (
        <div className="flex flex-wrap gap-2 border-t border-line pt-4">
          <button type="button" onClick={() => setOpen("test")} className={smallButton}>
            <Icon name="bell" />
            Send a test
          </button>
          <button type="button" onClick={() => setOpen("delete")} className={smallButton}>
            <Icon name="trash" />
            Delete
          </button>
        </div>
      )}
      {open === "test" && before !== undefined ? <TestSheet rule={before} onClose={() => setOpen(null)} /> : null}
      {open === "delete" && before !== undefined ? (
        <ConfirmSheet
          title={`Delete ${before.name}`}
          action="Delete the rule"
          onConfirm={async () => {
            await removeRule(before.id);
            onClose();
            await refresh();
          }}
          onClose={() => setOpen(null)}
        >
          Nothing is noticed by it any more, and its open alerts are closed. The history stays.
        </ConfirmSheet>
      ) : null}
    </Sheet>
  );
}

function RuleForm({ before, onDone }: { before: AlertRule | null; onDone: () => void }) {
  const refresh = useRefresh();
  const [kind, setKind] = useState<RuleKind>(before?.kind ?? "cost");
  const [filters, setFilters] = useState((before?.["filters"] as string[] | undefined) ?? []);
  const [limits, setLimits] = useState((before?.["limits"] as string[] | null | undefined) ?? null);
  const [channels, setChannels] = useState(before?.channels ?? null);
  const meta = useQuery(metaQuestion).data;
  const knownLimits = useQuery(limitsQuestion).data?.limits ?? [];
  const knownChannels = useQuery(channelsQuestion).data?.channels ?? [];
  const { fields, overCalls, overLimits, hasEach, hasOwnSeverity } = KIND_FIELDS[kind];
  const textOf = (name: string, usual = "") => String(before?.[name] ?? usual);
  return (
    <Form
      action={before === null ? "Create the rule" : "Save the changes"}
      onSubmit={async (values) => {
        const body = readRuleForm(kind, values, { filters, limits, channels });
        await (before === null ? createRule({ kind, ...body }) : changeRule(before.id, body));
        await refresh();
        onDone();
      }}
    >
      {before === null ? (
        <SelectField
          label="Tell me when"
          name="kind"
          options={Object.entries(KIND_LABELS).map(([value, label]) => ({ value: value as RuleKind, label }))}
          value={kind}
          onChange={setKind}
        />
      ) : (
        <p className="text-muted">{KIND_LABELS[kind]}</p>
      )}
      <Field
        label="Name"
        name="name"
        required
        maxLength={128}
        autoComplete="off"
        data-autofocus
        defaultValue={before?.name}
      />
      <div key={kind} className="grid gap-4 sm:grid-cols-2">
        {fields.map(({ name, label, hint, options, usual }) =>
          options === undefined ? (
            <Field
              key={name}
              label={label}
              name={name}
              hint={hint}
              required
              inputMode="decimal"
              autoComplete="off"
              defaultValue={textOf(name, usual)}
            />
          ) : (
            <SelectField key={name} label={label} name={name} options={options} defaultValue={textOf(name, usual)} />
          ),
        )}
        {hasEach ? (
          <SelectField
            label="Of what"
            name="each"
            options={[
              { value: "", label: "All calls together" },
              ...[...DIMENSIONS, ...(meta?.tagKeys ?? []).map((key) => `tag:${key}`)].map((name) => ({
                value: name,
                label: `Each ${dimensionLabel(name).toLowerCase()}`,
              })),
            ]}
            defaultValue={textOf("each")}
          />
        ) : null}
        {hasOwnSeverity ? null : (
          <SelectField
            label="How urgent"
            name="severity"
            options={SEVERITIES}
            defaultValue={textOf("severity", "warning")}
          />
        )}
        {overCalls ? (
          <Field
            label="Time zone"
            name="timeZone"
            autoComplete="off"
            spellCheck={false}
            placeholder={`The server's, ${meta?.timeZone ?? "UTC"}`}
            defaultValue={textOf("timeZone")}
          />
        ) : null}
      </div>
      {overCalls ? (
        <FieldGroup legend="Which calls">
          <FilterEditor filters={filters} onChange={setFilters} dimensions={DIMENSIONS} />
        </FieldGroup>
      ) : null}
      {overLimits ? (
        <FieldGroup legend="Which budgets and limits">
          <Chosen
            all={kind === "limitThreshold" ? "All of them" : "All budgets"}
            known={knownLimits.map(({ id, name, kind: of }) => ({ id, name, note: of }))}
            chosen={limits}
            onChange={setLimits}
          />
        </FieldGroup>
      ) : null}
      <FieldGroup legend="Whom it tells">
        <Chosen
          all="Every channel that is switched on"
          known={knownChannels.map(({ id, name, kind: of }) => ({ id, name, note: of }))}
          chosen={channels}
          onChange={setChannels}
        />
        {knownChannels.length === 0 ? (
          <p className="text-[0.8125rem] text-muted">
            There is no channel yet: alerts stand here and on the live stream.{" "}
            <Link
              to="/settings"
              search={{ tab: "channels" } as object}
              className="text-accent underline underline-offset-4"
            >
              Add one
            </Link>
          </p>
        ) : null}
        <Field
          label="Tell again when nobody has acknowledged it, after minutes"
          name="escalateAfterMinutes"
          inputMode="numeric"
          autoComplete="off"
          placeholder="never"
          defaultValue={textOf("escalateAfterMinutes")}
          hint="One step more urgent. Empty: never."
        />
        <CheckField
          label="Tell when it is over too"
          name="tellRecovery"
          defaultChecked={before?.tellRecovery ?? true}
        />
      </FieldGroup>
    </Form>
  );
}

const SEVERITIES = [
  { value: "info", label: "Info: nothing to do" },
  { value: "warning", label: "Warning" },
  { value: "critical", label: "Critical" },
  { value: "emergency", label: "Emergency" },
];
