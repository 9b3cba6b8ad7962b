import { z } from "zod";
import { count, decimal, name } from "../money-of.ts";
import type { FoundRow } from "../reported-row.ts";

const provider = "github-copilot";

/** `ai_credit/usage` of one day: gross is what was used, net what has to be paid; a plan's allowance is the discount. */
export const creditsAnswer = z.object({
  user: name,
  usageItems: z.array(
    z.object({
      product: name,
      sku: name,
      model: name,
      unitType: name,
      grossQuantity: decimal,
      grossAmount: decimal,
      netAmount: decimal,
    }),
  ),
});

export function creditRows({ user, usageItems }: z.output<typeof creditsAnswer>): FoundRow[] {
  return usageItems.map(({ sku, product, model, grossAmount, netAmount }) => ({
    provider,
    model,
    user,
    item: sku ?? product,
    cost: netAmount,
    listCost: grossAmount,
  }));
}

/** `usage` of a month: seats and everything else that is billed, by day. */
export const usageAnswer = z.object({
  usageItems: z.array(
    z.object({
      date: z.string().regex(/^\d{4}-\d\d-\d\d/),
      product: name,
      sku: name,
      quantity: count,
      unitType: name,
      grossAmount: decimal,
      netAmount: decimal,
      organizationName: name,
      repositoryName: name,
    }),
  ),
});

/** What of it is Copilot's and not already among the credits: seats above all, which no call has caused. */
export function feeRows({ usageItems }: z.output<typeof usageAnswer>): { dayMs: number; row: FoundRow }[] {
  return usageItems
    .filter(({ product, sku }) => /copilot/i.test(product ?? "") && !/ai.?credit|premium.?request/i.test(sku ?? ""))
    .map(({ date, product, sku, grossAmount, netAmount, organizationName, repositoryName }) => ({
      dayMs: Date.parse(`${date.slice(0, 10)}T00:00:00Z`),
      row: {
        provider,
        project: repositoryName === undefined ? organizationName : repositoryName,
        item: sku ?? product,
        money: "fee",
        cost: netAmount,
        listCost: grossAmount,
      },
    }));
}
