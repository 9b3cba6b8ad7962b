import { z } from "zod";
import { elsewhere } from "../../insights/elsewhere.ts";
import { margin } from "../../insights/margin.ts";
import { quality } from "../../insights/quality.ts";
import { compareVariants } from "../../insights/variants.ts";
import { ledgerOf } from "../authorize.ts";
import { elsewhereAnswer, marginAnswer, qualityAnswer, variantsAnswer } from "../comparison-answers.ts";
import { filterParameters, periodParameters } from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const asked = { ...periodParameters, ...filterParameters };
const tag = "Questions";

const text = (description: string, example: string) => z.string().optional().meta({ description, example });

/** Costs beside what they are worth: revenue, other models, success. */
export function addComparisonRoutes(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/insights/margin",
      access: "read",
      tag,
      summary: "Costs against revenue, and what a user costs",
      description:
        "Revenue are charges of that kind; costs are those of calls and all other charges of the same owner. Only owners that charges have can be filtered by.",
      query: z.object({
        by: text("customer (default), user, team, project or tag:<key>", "customer"),
        ...asked,
        limit: text("Most rows; what lies beyond is summed as other; default 100", "20"),
      }),
      answer: marginAnswer,
    },
    ({ c, query }) => margin(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/insights/elsewhere",
      access: "read",
      tag,
      summary: "What the recorded usage would have cost at other models",
      description:
        "Up to 20,000 calls are rated one by one at the prices of their instant; more come from sums at base prices, and are approximate.",
      query: z.object({
        models: text(
          "Comma-separated provider/model, at most 20; default: up to 8 of the same kind that are near in price",
          "anthropic/claude-sonnet-4-5,openai/gpt-5-mini",
        ),
        ...asked,
      }),
      answer: elsewhereAnswer,
    },
    ({ c, query }) => elsewhere(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/insights/quality",
      access: "read",
      tag,
      summary: "Success, scores, retries and cost per success",
      description: "With 95 % intervals. Scores are read from single calls, of which there may be a million.",
      query: z.object({
        by: text("A dimension; default model", "variant"),
        ...asked,
        limit: text("Most rows; what lies beyond is summed as other; default 50", "20"),
      }),
      answer: qualityAnswer,
    },
    ({ c, query }) => quality(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/insights/variants",
      access: "read",
      tag,
      summary: "Two variants compared, with what chance alone could make of it",
      query: z.object({
        a: text("One value", "control"),
        b: text("The other", "short-prompt"),
        dimension: text("Of which dimension; default variant", "model"),
        ...asked,
      }),
      answer: variantsAnswer,
    },
    ({ c, query }) => compareVariants(ledgerOf(c), query),
  );
}
