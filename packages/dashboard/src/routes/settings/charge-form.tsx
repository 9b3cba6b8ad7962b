import { CHARGE_KINDS } from "@outlay/core";
import type { ChargeKind } from "@outlay/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { recordCharge } from "../../api/charges.ts";
import { FIGURES } from "../../api/questions.ts";
import { Field, Form } from "../../ui/form.tsx";
import { Select } from "../../ui/select.tsx";
import { KIND_LABELS } from "./charge-words.ts";

const OWNERS = ["customer", "project", "team", "user"] as const;

/** One charge: what, how much, for whom. */
export function ChargeForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [kind, setKind] = useState<ChargeKind>("subscription");
  const save = async (values: Record<string, string>) => {
    const amount = (values["amountUsd"] ?? "").trim();
    // What is no number goes to the server as it is, to be refused with its name.
    const amountUsd = amount !== "" && Number.isFinite(Number(amount)) ? Number(amount) : amount;
    const said = ["occurredAt", "description", "provider", ...OWNERS].flatMap((name) => {
      const text = (values[name] ?? "").trim();
      return text === "" ? [] : [[name, text]];
    });
    await recordCharge({
      kind,
      amountUsd,
      ...Object.fromEntries(said),
    });
    await queries.invalidateQueries({ queryKey: [FIGURES] });
    onDone();
  };
  return (
    <Form action="Record it" onSubmit={save}>
      <Select
        label="Kind"
        showLabel
        options={CHARGE_KINDS.map((name) => ({ value: name, label: KIND_LABELS[name] }))}
        value={kind}
        onChange={setKind}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Amount in dollars"
          name="amountUsd"
          inputMode="decimal"
          required
          autoComplete="off"
          hint={kind === "credit" ? "Counted as money back" : kind === "revenue" ? "What comes in; no cost" : undefined}
        />
        <Field label="Day" name="occurredAt" type="date" hint="Empty: now" />
        <Field label="What for" name="description" autoComplete="off" maxLength={512} />
        <Field label="Provider" name="provider" autoComplete="off" maxLength={512} />
        {OWNERS.map((name) => (
          <Field
            key={name}
            label={name.charAt(0).toUpperCase() + name.slice(1)}
            name={name}
            autoComplete="off"
            maxLength={512}
          />
        ))}
      </div>
    </Form>
  );
}
