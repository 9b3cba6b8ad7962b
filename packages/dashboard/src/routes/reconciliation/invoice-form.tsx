import { keepInvoice } from "../../api/reconciliation.ts";
import type { Invoice } from "../../api/reconciliation.ts";
import { addDays } from "../../filters/dates.ts";
import { Field, Form } from "../../ui/form.tsx";
import { invoiceOf } from "./invoice-fields.ts";
import { useAskedAnew } from "./use-asked-anew.ts";

/** An invoice to compare with. Its provider and number name it, so that these stay as they are when it is changed. */
export function InvoiceForm({
  before,
  names,
  onDone,
}: {
  before: Invoice | null;
  /** Providers that are known here. */
  names: readonly string[];
  onDone: () => void;
}) {
  const askAnew = useAskedAnew();
  const save = async (values: Record<string, string>) => {
    await keepInvoice(invoiceOf(values));
    await askAnew();
    onDone();
  };
  return (
    <Form action={before === null ? "Keep it" : "Save"} onSubmit={save}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Provider"
          name="provider"
          required
          list="billing-providers"
          autoComplete="off"
          readOnly={before !== null}
          defaultValue={before?.provider ?? ""}
          hint={before === null ? "Who bills, as in calls: openai" : undefined}
        />
        <Field
          label="Number"
          name="reference"
          required
          maxLength={128}
          autoComplete="off"
          readOnly={before !== null}
          defaultValue={before?.reference ?? ""}
          hint={before === null ? "The same number again replaces it" : undefined}
        />
        <Field label="First day" name="from" type="date" required defaultValue={before?.from ?? ""} />
        <Field
          label="Last day"
          name="to"
          type="date"
          required
          defaultValue={before === null ? "" : addDays(before.to, -1)}
          hint="Days of UTC, as providers count them"
        />
        <Field
          label="To be paid, in dollars"
          name="amountUsd"
          inputMode="decimal"
          required
          autoComplete="off"
          defaultValue={before?.amountUsd ?? ""}
          hint="Tax included, credits taken off"
        />
        <Field
          label="Tax in it"
          name="taxUsd"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={before?.taxUsd ?? ""}
          hint="Empty: none"
        />
        <Field
          label="Credits taken off"
          name="creditUsd"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={before?.creditUsd ?? ""}
          hint="Empty: none"
        />
      </div>
      <datalist id="billing-providers">
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </Form>
  );
}
