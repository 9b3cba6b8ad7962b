import type { Invoice } from "../../api/reconciliation.ts";
import { addDays, isDate } from "../../filters/dates.ts";

/** Names an invoice in the address. */
export const invoiceName = ({ provider, reference }: Pick<Invoice, "provider" | "reference">) =>
  `${provider} ${reference}`;

/** What the form says, as the API takes it: people name the last day, the API the one after. */
export function invoiceOf(values: Record<string, string>): Record<string, unknown> {
  const { provider = "", reference = "", from = "", to = "" } = values;
  return {
    provider: provider.trim(),
    reference: reference.trim(),
    from,
    to: isDate(to) ? addDays(to, 1) : to,
    amountUsd: amountIn(values["amountUsd"]),
    ...optional("taxUsd", values["taxUsd"]),
    ...optional("creditUsd", values["creditUsd"]),
  };
}

/** What is no number goes to the server as it is, to be refused with its name. */
function amountIn(text = ""): number | string {
  const plain = text.trim();
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : plain;
}

function optional(name: string, text = ""): Record<string, unknown> {
  return text.trim() === "" ? {} : { [name]: amountIn(text) };
}
