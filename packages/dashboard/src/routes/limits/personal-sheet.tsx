import { useQuery } from "@tanstack/react-query";
import { changePersonal, personalQuestion } from "../../api/limits.ts";
import type { PersonalLimits } from "../../api/limits.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { amountIn } from "../../limits/read-limit-form.ts";
import { CheckField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { PERSONAL } from "./personal-card.tsx";

/** Sets what each person may spend. */
export function PersonalSheet({ onClose }: { onClose: () => void }) {
  const { data } = useQuery(personalQuestion);
  return (
    <Sheet title="What each person may spend" onClose={onClose}>
      {data === undefined ? null : <PersonalForm before={data} onDone={onClose} />}
    </Sheet>
  );
}

function PersonalForm({ before, onDone }: { before: PersonalLimits; onDone: () => void }) {
  const refresh = useRefresh();
  return (
    <Form
      action={before.made ? "Save the changes" : "Set them"}
      onSubmit={async (values) => {
        const amounts = PERSONAL.map(({ key }) => [key, amountOrNull(values[key])]);
        await changePersonal({ ...Object.fromEntries(amounts), emailAlerts: values["emailAlerts"] === "on" });
        await refresh();
        onDone();
      }}
    >
      <div className="grid grid-cols-2 gap-4">
        {PERSONAL.map(({ key, label }) => (
          <Field
            key={key}
            label={`${label}, in dollars`}
            name={key}
            inputMode="decimal"
            autoComplete="off"
            pattern="\s*\$?[0-9.,]*\s*"
            title="Dollars, such as 2.50"
            placeholder="no limit"
            defaultValue={before[key] ?? ""}
          />
        ))}
      </div>
      <CheckField
        label="Send e-mails about them"
        name="emailAlerts"
        defaultChecked={before.emailAlerts}
        hint="Through the channels of e-mail that are set up, as they fill."
      />
      <p className="text-[0.8125rem] text-muted">
        Each user has these for itself: warned at 80%, refused at 100%. Empty: no limit. They can be raised like all
        others.
      </p>
    </Form>
  );
}

function amountOrNull(text: string | undefined): number | null {
  const amount = amountIn(text);
  return amount === "" ? null : Number(amount);
}
