import { z } from "zod";
import { changes } from "../../insights/changes.ts";
import { savings } from "../../insights/savings.ts";
import { ledgerOf } from "../authorize.ts";
import { adviceFor, type SubscriptionParts } from "./subscriptions.ts";
import { changesAnswer, savingsAnswer } from "../insight-answers.ts";
import { compareParameters, filterParameters, groupParameters, periodParameters } from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const text = (description: string, example: string) => z.string().optional().meta({ description, example });

/** What changed, and what could be saved. */
export function addInsightRoutes(app: App, subscriptions: SubscriptionParts): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/insights/changes",
      access: "read",
      tag: "Questions",
      summary: "What changed between two periods, group by group and why",
      description:
        "Costs of the rows add up to those of the whole. The parts explain each row within itself, and the whole within itself: calls that go from one model to another are calls in the rows of these models, and model in the whole.",
      query: z.object({
        ...periodParameters,
        ...filterParameters,
        by: text("One dimension, or tag:<key>; default model", "agent"),
        limit: groupParameters.limit,
        ...compareParameters,
        compareFrom: text("Start of the period before, instead of compare=previous", "2026-10-01"),
        compareTo: text("Its end, excluded", "2026-11-01"),
      }),
      answer: changesAnswer,
    },
    ({ c, query }) => changes(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/insights/savings",
      access: "read",
      tag: "Questions",
      summary: "What could have been saved on what was recorded, in money",
      description:
        "Each recommendation says what it assumes. They overlap: the same call may have failed, be cacheable, and fit a smaller model. Without filters, subscriptions and their seats are looked at too.",
      query: z.object({ ...periodParameters, ...filterParameters }),
      answer: savingsAnswer,
    },
    ({ c, query }) => savings(ledgerOf(c), query, () => adviceFor(c, subscriptions, query)),
  );
}
