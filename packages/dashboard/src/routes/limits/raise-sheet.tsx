import { useState } from "react";
import { raiseLimit } from "../../api/limits.ts";
import type { Limit } from "../../api/limits.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { amountIn } from "../../limits/read-limit-form.ts";
import { eachName } from "../../limits/words.ts";
import { SelectField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** Raises a limit for a time, for one or for everybody, with a reason that goes into the audit trail. */
export function RaiseSheet({
  limit,
  value,
  onDone,
  onClose,
}: {
  limit: Limit;
  value: string | undefined;
  onDone: () => void;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  const [how, setHow] = useState<"amount" | "off">("amount");
  const dimension = limit.period.unit === "session" ? "session" : limit.each;
  return (
    <Sheet title={`Raise ${limit.name}`} onClose={onClose}>
      <Form
        action="Raise it"
        onSubmit={async (values) => {
          const whose = values["value"]?.trim() ?? "";
          await raiseLimit(limit.id, {
            ...(whose === "" ? {} : { value: whose }),
            amountUsd: how === "off" ? null : amountIn(values["amountUsd"]),
            reason: values["reason"],
            until: new Date(Date.now() + Number(values["days"]) * DAY_MS).toISOString(),
          });
          await refresh();
          onDone();
        }}
      >
        {dimension === null ? null : (
          <Field
            label={`For which ${eachName(dimension)}`}
            name="value"
            defaultValue={value}
            autoComplete="off"
            hint="Empty: for everybody."
          />
        )}
        <SelectField
          label="To"
          name="how"
          value={how}
          onChange={setHow}
          options={[
            { value: "amount", label: "Another amount" },
            { value: "off", label: "Refuse nothing" },
          ]}
        />
        {how === "amount" ? (
          <Field
            label="Amount in dollars, instead"
            name="amountUsd"
            required
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            hint={limit.carryOver ? "With everything that was carried over." : undefined}
          />
        ) : null}
        <SelectField
          label="For how long"
          name="days"
          defaultValue="7"
          options={[
            { value: "0.0416667", label: "An hour" },
            { value: "1", label: "A day" },
            { value: "3", label: "Three days" },
            { value: "7", label: "A week" },
            { value: "30", label: "30 days" },
            { value: "90", label: "90 days" },
          ]}
        />
        <Field
          label="Reason"
          name="reason"
          required
          maxLength={1_000}
          autoComplete="off"
          hint="Stands in the audit trail, with your name."
        />
      </Form>
    </Sheet>
  );
}

const DAY_MS = 86_400_000;
