import { InvalidInput, shown, lineSchema } from "@outlay/core";
import { z } from "zod";
import type { Ledger } from "../../ledger/ledger.ts";
import { invoiceSchema, listInvoices, putInvoice, removeInvoice } from "../../reconciliation/invoices.ts";
import { postAdjustment } from "../../reconciliation/post-adjustment.ts";
import { REASONS } from "../../reconciliation/reasons.ts";
import { DEFAULT_TOLERANCE, reconcile } from "../../reconciliation/reconcile.ts";
import { actorOf } from "../authorize.ts";
import { filterParameters, oneValue, periodParameters } from "../parameters.ts";
import { addRoute, parseAs, type App } from "../route.ts";

const tag = "Providers' reports";
const path = "/api/v1/reconciliation";
const usd = z.number().meta({ description: "US dollars, exact to nine decimals" });
const usdOrUnknown = z.number().nullable().meta({ description: "US dollars; null: the provider does not say" });

const compared = {
  recordedUsd: usd.meta({ description: "What the recorded calls cost" }),
  reportedUsd: usdOrUnknown.meta({ description: "The provider's counts at our prices; null: it tells no counts" }),
  billedUsd: usdOrUnknown.meta({ description: "What the provider says it costs, or its invoices" }),
  differenceUsd: usd.meta({ description: "Billed (or reported, where nothing is billed) less recorded" }),
  explanations: z.array(
    z.strictObject({
      reason: z.enum(REASONS),
      amountUsd: usd,
      text: z.string(),
      expected: z.boolean().meta({ description: "As it should be: nobody has to look into it" }),
    }),
  ),
  unexplainedUsd: usd.meta({ description: "With the explanations it adds up to the difference" }),
};
const invoice = invoiceSchema.meta({ id: "Invoice" });
const row = z.strictObject({
  day: z.string(),
  model: z.string().nullable().meta({ description: "null: what names no model" }),
  ...compared,
  recordedCalls: z.number().int(),
  recordedTokens: z.number().int(),
  reportedTokens: z.number().int(),
});
const provider = z.strictObject({
  provider: z.string(),
  sources: z.array(z.string()).meta({ description: "Connections that have told something of this time" }),
  ...compared,
  recordedCalls: z.number().int(),
  unpricedCalls: z.number().int(),
  recordedTokens: z.number().int(),
  reportedTokens: z.number().int(),
  differencePercent: z.number().nullable().meta({ description: "Of what is billed" }),
  toCheckUsd: usd.meta({ description: "The difference without what is as it should be" }),
  withinTolerance: z.boolean(),
  adjustedUsd: usd.meta({ description: "Posted for this time already" }),
  remainingUsd: usd.meta({ description: "What is not posted yet" }),
  invoices: z.array(invoice),
  notes: z.array(z.string()),
  rows: z.array(row).meta({ description: "By UTC day and model, those that differ most first, at most 500" }),
});
const answer = z.strictObject({
  period: z.strictObject({ start: z.string(), end: z.string(), timeZone: z.literal("UTC") }),
  tolerance: z.strictObject({ percent: z.number(), usd: z.number() }),
  providers: z.array(provider),
});

const adjustment = z.strictObject({
  provider: z.string().min(1).max(128),
  period: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  filters: z.array(z.string()).max(32).default([]).meta({ description: "Which recorded calls are meant" }),
  reason: lineSchema(256),
});

/** What was recorded beside what providers report and bill. */
export function addReconciliationRoutes(app: App, ledger: Ledger): void {
  const { period, from, to } = periodParameters;
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "admin",
      tag,
      summary: "What was recorded, what providers report and what they bill, side by side",
      description:
        "By provider, UTC day and model, with the difference explained as far as it is known. Nothing is changed by asking.",
      query: z.object({
        period,
        from,
        to,
        provider: z.string().optional().meta({ description: "Only this one", example: "openai" }),
        ...filterParameters,
        tolerancePercent: z
          .string()
          .optional()
          .meta({ description: `What may differ, of the billed amount; default ${DEFAULT_TOLERANCE.percent}` }),
        toleranceUsd: z
          .string()
          .optional()
          .meta({ description: `What may differ in any case, in dollars; default ${DEFAULT_TOLERANCE.usd}` }),
      }),
      answer,
    },
    ({ query }) =>
      reconcile(ledger, {
        period: oneValue(query, "period"),
        from: oneValue(query, "from"),
        to: oneValue(query, "to"),
        provider: oneValue(query, "provider") ?? null,
        filters: query["filter"] ?? [],
        tolerance: {
          percent: numberOf("tolerancePercent", oneValue(query, "tolerancePercent"), DEFAULT_TOLERANCE.percent),
          usd: numberOf("toleranceUsd", oneValue(query, "toleranceUsd"), DEFAULT_TOLERANCE.usd),
        },
      }),
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/adjustments`,
      access: "admin",
      tag,
      summary: "Post the difference of a provider as a charge",
      description:
        "A charge of the kind adjustment at the end of the time. Recorded calls stay as they are. Posted again, only what has changed since is posted.",
      body: {
        schema: adjustment,
        example: { provider: "aws", from: "2026-11-20", to: "2026-11-22", reason: "as billed in November" },
      },
      answer: z.strictObject({
        posted: z.boolean().meta({ description: "false: nothing was left to post" }),
        id: z.string().nullable(),
        amountUsd: usd,
        from: z.string(),
        to: z.string(),
      }),
    },
    async ({ c, body }) => postAdjustment(ledger, parseAs(adjustment, await body(), "invalid_body"), actorOf(c)),
  );
  addInvoices(app, ledger);
}

function addInvoices(app: App, { storage, now }: Ledger): void {
  const invoices = `${path}/invoices`;
  const all = z.strictObject({ invoices: z.array(invoice) });
  const example = {
    provider: "openai",
    reference: "INV-2026-10",
    from: "2026-10-01",
    to: "2026-11-01",
    amountUsd: 123.45,
    taxUsd: 0,
    creditUsd: 0,
  };
  addRoute(
    app,
    {
      method: "get",
      path: invoices,
      access: "admin",
      tag,
      summary: "Invoices of providers, the newest first",
      answer: all,
    },
    async () => ({ invoices: await listInvoices(storage) }),
  );
  addRoute(
    app,
    {
      method: "put",
      path: invoices,
      access: "admin",
      tag,
      summary: "Keep an invoice, or replace the one with its number",
      description: "It is held against what was recorded; it is no cost of its own and in no total.",
      body: { schema: invoiceSchema, example },
      answer: z.strictObject({ invoice }),
    },
    async ({ c, body }) => ({
      invoice: await putInvoice(storage, parseAs(invoiceSchema, await body(), "invalid_body"), actorOf(c), now()),
    }),
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${invoices}/{provider}/{reference}`,
      access: "admin",
      tag,
      summary: "Remove an invoice",
      params: z.object({ provider: z.string(), reference: z.string() }),
      answer: all,
    },
    async ({ c, params: { provider: of = "", reference = "" } }) => {
      await removeInvoice(storage, { provider: of, reference }, actorOf(c), now());
      return { invoices: await listInvoices(storage) };
    },
  );
}

function numberOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(value)) return value;
  throw new InvalidInput("invalid_parameter", `${name} is ${shown(text)}, but must be a number of 0 or more`, {
    field: name,
  });
}
