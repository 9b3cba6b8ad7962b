import { useState } from "react";
import type { Enforcement } from "../api/limits.ts";
import { CheckField, FieldGroup, SelectField, TextField } from "../ui/form-fields.tsx";
import { Field } from "../ui/form.tsx";

/** What happens to calls as a limit fills. `before` null: a new one, with the usual choices. */
export function EnforcementFields({ before }: { before: Enforcement | null }) {
  const [isThrottling, setIsThrottling] = useState(before?.throttle != null);
  const [isSwapping, setIsSwapping] = useState(before?.swap != null);
  const [unpriced, setUnpriced] = useState(unpricedChoice(before));
  return (
    <FieldGroup legend="What happens as it fills">
      <SelectField
        label="When the next call does not fit"
        name="atLimit"
        defaultValue={before?.atLimit ?? "block"}
        options={[
          { value: "block", label: "Refuse it" },
          { value: "warn", label: "Let it through, with a warning" },
        ]}
      />
      <CheckField
        label="Slow down before"
        name="throttle"
        checked={isThrottling}
        onChange={setIsThrottling}
        hint="Fewer and fewer calls a minute go through as the end nears."
      />
      {isThrottling ? (
        <div className="grid gap-4 pl-8 sm:grid-cols-2">
          <Field
            label="From percent"
            name="throttle.fromPercent"
            required
            inputMode="decimal"
            defaultValue={before?.throttle?.fromPercent ?? 80}
          />
          <Field
            label="Calls a minute at first"
            name="callsPerMinute"
            required
            inputMode="numeric"
            defaultValue={before?.throttle?.callsPerMinute ?? 60}
          />
        </div>
      ) : null}
      <CheckField
        label="Swap models before"
        name="swap"
        checked={isSwapping}
        onChange={setIsSwapping}
        hint="Calls of the gateway go to a cheaper model of the same provider."
      />
      {isSwapping ? (
        <div className="flex flex-col gap-4 pl-8">
          <Field
            label="From percent"
            name="swap.fromPercent"
            required
            inputMode="decimal"
            defaultValue={before?.swap?.fromPercent ?? 80}
          />
          <TextField
            label="Model = the one instead, one on each line"
            name="swap.models"
            required
            placeholder="gpt-5 = gpt-5-mini"
            defaultValue={Object.entries(before?.swap?.models ?? {})
              .map(([from, to]) => `${from} = ${to}`)
              .join("\n")}
          />
        </div>
      ) : null}
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Models without a price"
          name="unpriced"
          value={unpriced}
          onChange={setUnpriced}
          options={[
            { value: "pass", label: "Pass uncounted" },
            { value: "block", label: "Are refused" },
            { value: "standIn", label: "Count at a stand-in price" },
          ]}
        />
        {unpriced === "standIn" ? (
          <Field
            label="Dollars for a million tokens"
            name="standIn"
            required
            inputMode="decimal"
            defaultValue={typeof before?.unpriced === "object" ? before.unpriced.standInUsdPerMillionTokens : undefined}
          />
        ) : null}
        <SelectField
          label="A stream that has no more room"
          name="whenStreamRunsOut"
          defaultValue={before?.whenStreamRunsOut ?? "end"}
          options={[
            { value: "end", label: "Ends cleanly" },
            { value: "finish", label: "May finish" },
          ]}
        />
      </div>
      <CheckField
        label="Strict"
        name="strict"
        defaultChecked={before?.strict ?? false}
        hint="A call must fit with the most that it can cost, not with what such calls have mostly cost."
      />
    </FieldGroup>
  );
}

function unpricedChoice(before: Enforcement | null): "pass" | "block" | "standIn" {
  if (before === null) return "pass";
  return typeof before.unpriced === "object" ? "standIn" : before.unpriced;
}
