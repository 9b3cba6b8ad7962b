import { money } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { addSubscription, changeSubscription, plansQuestion } from "../../api/subscriptions.ts";
import type { Plan, Subscription } from "../../api/subscriptions.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { FieldGroup, SelectField, TextField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { peopleInLines, readNames, readPeople, termInWords } from "./subscription-words.ts";

/** What a subscription costs, who has a seat, and what it covers. With a plan, its figures are filled in. */
export function SubscriptionForm({ before, onDone }: { before: Subscription | null; onDone: () => void }) {
  const refresh = useRefresh();
  const plans = useQuery(plansQuestion).data?.plans ?? [];
  const [planId, setPlanId] = useState(before?.plan ?? "");
  const plan = plans.find(({ id }) => id === planId) ?? null;
  const save = async (values: Record<string, string>) => {
    const fields = fieldsOf(values);
    await (before === null ? addSubscription(fields) : changeSubscription(before.id, fields));
    await refresh();
    onDone();
  };
  return (
    <Form action={before === null ? "Add it" : "Save"} onSubmit={save}>
      <SelectField
        label="Plan"
        name="plan"
        options={[
          { value: "", label: "None of these" },
          ...plans.map((one) => ({ value: one.id, label: planInWords(one) })),
        ]}
        value={planId}
        onChange={setPlanId}
        hint={sourceOf(plan)}
      />
      {/* Another plan fills the fields in anew. */}
      <Fields
        key={planId}
        before={before !== null && before.plan === (planId || null) ? before : begun(before, plan)}
      />
    </Form>
  );
}

/** What the fields begin with. */
type Begun = Pick<
  Subscription,
  | "name"
  | "provider"
  | "amountUsd"
  | "period"
  | "seats"
  | "start"
  | "end"
  | "renewalDay"
  | "people"
  | "covers"
  | "includedUsd"
  | "note"
>;

function begun(before: Subscription | null, plan: Plan | null): Partial<Begun> {
  const kept = before === null ? {} : before;
  if (plan === null) return kept;
  const { name, provider, covers } = plan;
  const { amountUsd, period, includedUsd } = plan.prices.at(-1)!;
  return { ...kept, name, provider, covers, amountUsd, period, includedUsd };
}

function Fields({ before }: { before: Partial<Begun> }) {
  const { covers, people = [] } = before;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" name="name" required maxLength={128} autoComplete="off" defaultValue={before.name} />
        <Field
          label="Who is paid"
          name="provider"
          maxLength={512}
          autoComplete="off"
          defaultValue={before.provider ?? ""}
        />
        <Field
          label="Amount of a seat, in dollars"
          name="amountUsd"
          inputMode="decimal"
          required
          autoComplete="off"
          defaultValue={before.amountUsd}
        />
        <Field
          label="Paid"
          name="period"
          required
          autoComplete="off"
          defaultValue={before.period ?? "monthly"}
          hint="monthly, yearly, or a number of months"
        />
        <Field
          label="Seats"
          name="seats"
          inputMode="numeric"
          required
          autoComplete="off"
          defaultValue={before.seats ?? 1}
        />
        <Field label="First day" name="start" type="date" defaultValue={before.start} hint="Empty: today" />
        <Field
          label="Day of the month that it renews on"
          name="renewalDay"
          inputMode="numeric"
          autoComplete="off"
          defaultValue={before.renewalDay ?? ""}
          hint="Empty: that of the first day"
        />
        <Field
          label="First day without it"
          name="end"
          type="date"
          defaultValue={before.end ?? ""}
          hint="Empty: it goes on"
        />
      </div>
      <TextField
        label="People with a seat, one on each line"
        name="people"
        defaultValue={peopleInLines(people)}
        hint="As users are called in the calls; with days where it is not theirs all along: ben from 2026-11-10 to 2026-12-01. Nobody: the calls of everybody are covered."
      />
      <FieldGroup legend="Calls that its fee pays">
        <Field
          label="Tools"
          name="sources"
          autoComplete="off"
          defaultValue={covers?.sources.join(", ")}
          hint="Such as claude-code, codex; separated by commas"
        />
        <Field label="Providers" name="providers" autoComplete="off" defaultValue={covers?.providers.join(", ")} />
        <Field
          label="Models"
          name="models"
          autoComplete="off"
          defaultValue={covers?.models.join(", ")}
          hint="* stands for any characters. Where nothing is named here, no call is covered"
        />
        <Field
          label="Value that a seat includes in each term, in dollars"
          name="includedUsd"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={before.includedUsd ?? ""}
          hint="At list price; what goes beyond counts as metered. Empty: no such amount"
        />
      </FieldGroup>
      <Field label="Note" name="note" maxLength={1_000} autoComplete="off" defaultValue={before.note ?? ""} />
    </>
  );
}

/** What no number is goes to the server as it is, to be refused with its name. */
function fieldsOf(values: Record<string, string>): Record<string, unknown> {
  const text = (name: string) => (values[name] ?? "").trim();
  const orNull = (name: string) => (text(name) === "" ? null : text(name));
  const number = (name: string) => {
    const typed = text(name);
    return typed === "" ? null : Number.isFinite(Number(typed)) ? Number(typed) : typed;
  };
  const start = text("start");
  const period = text("period");
  return {
    name: text("name"),
    plan: orNull("plan"),
    provider: orNull("provider"),
    amountUsd: number("amountUsd"),
    period: /^\d+$/.test(period) ? Number(period) : period,
    seats: number("seats"),
    ...(start === "" ? {} : { start }),
    renewalDay: number("renewalDay"),
    end: orNull("end"),
    people: readPeople(values["people"] ?? ""),
    covers: {
      sources: readNames(text("sources")),
      providers: readNames(text("providers")),
      models: readNames(text("models")),
    },
    includedUsd: number("includedUsd"),
    note: orNull("note"),
  };
}

function planInWords({ name, prices }: Plan): string {
  const { amountUsd, period } = prices.at(-1)!;
  return `${name}: ${money(amountUsd)} ${termInWords(period)}`;
}

function sourceOf(plan: Plan | null): string {
  const { source, note } = plan?.prices.at(-1) ?? { source: null, note: null };
  if (source === null) return note ?? "Its figures are filled in below, and may be changed";
  return [`From ${source}`, ...(note === null ? [] : [note])].join(". ");
}
