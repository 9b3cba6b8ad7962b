import { InvalidInput, MAX_CHARGE_USD, shown, lineSchema } from "@outlay/core";
import { z } from "zod";
import { canonicalProvider } from "../prices/canonical-provider.ts";
import type { Storage } from "../storage/storage.ts";

const usd = z.number().min(-MAX_CHARGE_USD).max(MAX_CHARGE_USD);
const text = lineSchema(128);

/** What a provider has sent a bill for. It is held against what was recorded, and is no cost of its own. */
export const invoiceSchema = z.strictObject({
  provider: text.meta({ description: "Who bills, as in events" }),
  reference: text.meta({ description: "Number of the invoice: the same one again replaces it" }),
  from: z.iso.date().meta({ description: "First UTC day" }),
  to: z.iso.date().meta({ description: "The UTC day after the last" }),
  amountUsd: usd.meta({ description: "To be paid: tax included, credits taken off" }),
  taxUsd: usd.default(0).meta({ description: "Of it" }),
  creditUsd: usd.min(0).default(0).meta({ description: "What was taken off" }),
});
export type Invoice = z.output<typeof invoiceSchema>;

const INVOICES = "invoices";

/** Keeps an invoice, or replaces the one with its number. InvalidInput `period_empty`. */
export async function putInvoice(storage: Storage, wanted: Invoice, actor: string, nowMs: number): Promise<Invoice> {
  const invoice = { ...wanted, provider: canonicalProvider(wanted.provider) };
  if (invoice.from >= invoice.to) {
    throw new InvalidInput("period_empty", `to is ${shown(invoice.to)}; expected a day after ${invoice.from}`, {
      field: "to",
    });
  }
  await storage.putRecords(INVOICES, [{ id: idOf(invoice), atMs: Date.parse(invoice.from), body: invoice }]);
  await storage.appendAudit({ atMs: nowMs, actor, action: "invoice_kept", detail: invoice });
  return invoice;
}

/** InvalidInput `invoice_not_found`. */
export async function removeInvoice(
  storage: Storage,
  of: Pick<Invoice, "provider" | "reference">,
  actor: string,
  nowMs: number,
): Promise<void> {
  const id = idOf({ ...of, provider: canonicalProvider(of.provider) });
  const { deleted } = await storage.deleteRecords(INVOICES, [id]);
  if (deleted === 0) {
    throw new InvalidInput("invoice_not_found", `There is no invoice ${shown(of.reference)} of ${of.provider}`, {
      field: "reference",
      status: 404,
    });
  }
  await storage.appendAudit({ atMs: nowMs, actor, action: "invoice_removed", detail: of });
}

/** The newest first. */
export async function listInvoices(storage: Storage): Promise<Invoice[]> {
  return (await storage.listRecords(INVOICES)).map(({ body }) => body as Invoice);
}

/** Those that lie in the time, at least with a part. */
export async function invoicesIn(
  storage: Storage,
  { startMs, endMs }: { startMs: number; endMs: number },
): Promise<Invoice[]> {
  return (await listInvoices(storage)).filter(({ from, to }) => Date.parse(from) < endMs && Date.parse(to) > startMs);
}

function idOf({ provider, reference }: Pick<Invoice, "provider" | "reference">): string {
  return JSON.stringify([provider, reference]);
}
