import { MAX_EVENTS_PER_BATCH, chargeSchema } from "@outlay/core";
import { z } from "zod";
import type { Ledger } from "../../ledger/ledger.ts";
import { listCharges } from "../../ledger/list-charges.ts";
import { recordCharges } from "../../ledger/record-charges.ts";
import { chargesAnswer, recordAnswer } from "../answers.ts";
import { ledgerOf } from "../authorize.ts";
import { periodParameters } from "../parameters.ts";
import { answerRecorded, batchOf } from "../record-answer.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const charge = chargeSchema.meta({ id: "ChargeToRecord" });

/** Costs that are not usage: payment fees, one-off costs, credits. */
export function addChargeRoutes(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/charges",
      access: "ingest",
      tag: "Recording",
      summary: "Record charges",
      description: "Costs of their own kind; they are never inside the metric cost.",
      body: {
        schema: z.union([charge, z.strictObject({ charges: z.array(charge).max(MAX_EVENTS_PER_BATCH) })]),
        example: {
          kind: "payment_fee",
          provider: "stripe",
          fee: { paymentAmountUsd: 20, percent: 2.9, fixedUsd: 0.3 },
          user: "u-1",
        },
      },
      answer: recordAnswer,
    },
    async ({ c, body }) => {
      const charges = batchOf(await body(), "charges", MAX_EVENTS_PER_BATCH);
      return answerRecorded(await recordCharges(ledger, charges), charges.length, c.get("requestId"));
    },
  );

  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/charges",
      access: "read",
      tag: "Lists",
      summary: "Charges, newest first, and their sum by kind",
      query: z.object({
        ...periodParameters,
        kind: z.string().optional().meta({ description: "Only of this kind", example: "payment_fee" }),
        user: z.string().optional().meta({ description: "Only of this user" }),
        project: z.string().optional().meta({ description: "Only of this project" }),
        customer: z.string().optional().meta({ description: "Only of this customer" }),
        limit: z.string().optional().meta({ description: "Most charges in the list; the sums cover all" }),
      }),
      answer: chargesAnswer,
    },
    ({ c, query }) => listCharges(ledgerOf(c), query),
  );
}
