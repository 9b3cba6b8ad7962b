import { usdNumber } from "@outlay/core";
import { z } from "zod";
import { budgetReport, MAX_PERIODS, type BudgetReport } from "../../limits/budget-report.ts";
import { limitSchema } from "../../limits/parse-limit.ts";
import { actorOf, ledgerOf } from "../authorize.ts";
import { instantOrNull, instantText } from "../instant-text.ts";
import { limitAnswer, limitAnswerSchema, standingAnswer, standingAnswerSchema } from "../limit-answers.ts";
import { visibleLimits, type VisibleLimits } from "../limits-of-principal.ts";
import { oneValue, wholeNumber } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App, RouteHandler } from "../route.ts";
import { limitId, visibleLimit, type LimitParts } from "./limits.ts";

const tag = "Budgets";
const path = "/api/v1/budgets";

const budgetSchema = limitSchema.omit({ kind: true, atLimit: true, enforcement: true });

const span = { start: z.string(), end: z.string() };
const reportAnswer = z
  .strictObject({
    limit: limitAnswerSchema,
    value: z.string().nullable(),
    period: z.strictObject(span).nullable().meta({ description: "The current one; null: sessions and totals" }),
    standing: standingAnswerSchema.nullable(),
    projection: z
      .strictObject({
        endUsd: z.number().nullable().meta({ description: "At the period's end; null: it has none" }),
        exhaustedAt: z.string().nullable().meta({ description: "null: not within the period, or it is already" }),
        method: z.string(),
      })
      .nullable()
      .meta({ description: "null: nothing is known to go on from" }),
    history: z.array(z.strictObject({ ...span, spentUsd: z.number(), usedPercent: z.number().nullable() })).meta({
      description: "Oldest first, the current one last, none before the first call; percent of today's amount",
    }),
    values: z
      .array(standingAnswerSchema)
      .meta({ description: "Of a budget for each value, those that spent most first" }),
  })
  .meta({ id: "BudgetReport" });
const reportParameters = z.object({
  value: z.string().optional().meta({ description: "Only this one, of the budget's each" }),
  periods: z
    .string()
    .optional()
    .meta({ description: `How many periods of history; default 12, at most ${MAX_PERIODS}` }),
});

/** Budgets: how they stand, where they are going, how their periods were. */
export function addBudgetRoutes(app: App, parts: LimitParts): void {
  const { limits } = parts;
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "read",
      tag,
      summary: "All budgets and how they stand",
      query: z.object({ periods: reportParameters.shape.periods }),
      answer: z.strictObject({ budgets: z.array(reportAnswer) }),
    },
    async ({ c, query }) => {
      const visible = visibleLimits(c);
      const periods = wholeNumber(query, "periods", { min: 1, max: MAX_PERIODS, default: 6 });
      const seen = limits.list().filter((limit) => limit.kind === "budget" && visible.sees(limit));
      const budgets = [];
      // One after the other: each asks several questions itself.
      for (const { id } of seen) {
        const report = await budgetReport({ ledger: ledgerOf(c), limits }, id, { periods });
        budgets.push(reportOf(report, visible));
      }
      return { budgets };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Make a budget: it tells, and refuses nothing",
      body: {
        schema: budgetSchema,
        example: { name: "All of it, a month", amountUsd: 500, period: { unit: "month", timeZone: "Europe/Berlin" } },
      },
      answer: limitAnswerSchema,
    },
    async ({ c, body }) => {
      const wanted = parseAs(budgetSchema, await body(), "invalid_limit");
      return limitAnswer(await limits.create({ ...wanted, kind: "budget" }, actorOf(c)));
    },
  );
  const report: RouteHandler = async ({ c, params, query }) => {
    const visible = visibleLimits(c);
    const { id } = visibleLimit(limits, visible, params["id"]!);
    const value = oneValue(query, "value");
    const periods = wholeNumber(query, "periods", { min: 1, max: MAX_PERIODS, default: 12 });
    return reportOf(await budgetReport({ ledger: ledgerOf(c), limits }, id, { value, periods }), visible);
  };
  for (const address of [`${path}/{id}`, "/api/v1/limits/{id}/report"]) {
    addRoute(
      app,
      {
        method: "get",
        path: address,
        access: "read",
        tag,
        summary: "How one stands: use, pace, projection, history",
        description:
          "Of a limit as of a budget. Without a value, one that has an account for each is told value by value.",
        params: limitId,
        query: reportParameters,
        answer: reportAnswer,
      },
      report,
    );
  }
}

/** Without the accounts of others. */
function reportOf(report: BudgetReport, { seesAccount }: VisibleLimits): z.infer<typeof reportAnswer> {
  const { limit, value, period, projection, history } = report;
  const standing = report.standing !== null && seesAccount(limit, report.standing.state.value) ? report.standing : null;
  return {
    limit: limitAnswer(limit),
    value,
    period: period === null ? null : { start: instantText(period.startMs), end: instantText(period.endMs) },
    standing: standing === null ? null : standingAnswer(standing),
    projection:
      projection === null
        ? null
        : {
            endUsd: projection.endNanoUsd === null ? null : usdNumber(projection.endNanoUsd),
            exhaustedAt: instantOrNull(projection.exhaustedAtMs),
            method: projection.method,
          },
    history: history.map(({ startMs, endMs, spentNanoUsd }) => ({
      start: instantText(startMs),
      end: instantText(endMs),
      spentUsd: usdNumber(spentNanoUsd),
      usedPercent: limit.amountNanoUsd === 0 ? null : Math.round((spentNanoUsd / limit.amountNanoUsd) * 10_000) / 100,
    })),
    values: report.values.filter(({ state }) => seesAccount(limit, state.value)).map(standingAnswer),
  };
}
