import { DIMENSIONS, METRICS, PERIOD_NAMES, TIME_UNITS, type Metric } from "@outlay/core";
import { z } from "zod";
import type { ChangesAnswer } from "../insights/changes.ts";
import type { ForecastAnswer } from "../insights/forecast.ts";
import type { ProjectionAnswer } from "../insights/projection.ts";
import type { BreakdownAnswer, QueryAnswer, SessionsAnswer, SummaryAnswer } from "../ledger/answers.ts";
import { tool, type Tool } from "./tool.ts";
import { span, table, usd } from "./words.ts";

const MOST_ROWS = 200;
const metricNames = Object.keys(METRICS) as [Metric, ...Metric[]];

const period = {
  period: z
    .enum(PERIOD_NAMES)
    .optional()
    .describe("A named span that ends with today; default 30d. Not together with from and to"),
  from: z.string().optional().describe("Start, included: a date or an ISO instant"),
  to: z.string().optional().describe("End, excluded: a date or an ISO instant"),
  tz: z.string().optional().describe("IANA time zone of days; default: the server's"),
};
const filter = z
  .array(z.string())
  .optional()
  .describe(
    `Only these calls: dimension:value. Several on one dimension: any of them; * stands for any characters, !dimension:value excludes. Dimensions: ${DIMENSIONS.join(", ")}, tag:<key>`,
  );
const rowLimit = z.number().int().min(1).max(MOST_ROWS).optional().describe("Most rows; the rest is summed as other");

/** What was spent, on what, and where it is going. */
export const COST_TOOLS: Tool[] = [
  tool({
    name: "costs",
    title: "Ask for costs",
    description:
      "Any question about AI spending: metrics × dimensions × filters × period × comparison. Costs are in US dollars; calls without a known price are counted apart (unpriced), never as zero.",
    input: {
      metrics: z.array(z.enum(metricNames)).optional().describe("Default: cost, calls, tokens"),
      by: z
        .array(z.string())
        .max(4)
        .optional()
        .describe(`Dimensions (${DIMENSIONS.join(", ")}, tag:<key>) and at most one of ${TIME_UNITS.join(", ")}`),
      filter,
      ...period,
      compare: z.literal("previous").optional().describe("Also the span of the same length before"),
      order: z.string().optional().describe("A metric; with - before it, most first. Default: -cost"),
      limit: rowLimit,
    },
    writes: false,
    async run(ask, input) {
      const answer = await ask.get<QueryAnswer>("/api/v1/query", { ...input, limit: input.limit ?? MOST_ROWS });
      return { text: queryText(answer), structured: { ...answer } };
    },
  }),
  tool({
    name: "summary",
    title: "Summary of a period",
    description: "Totals of a period, and its dearest providers, models, users, projects and agents.",
    input: { filter, ...period },
    writes: false,
    async run(ask, input) {
      const answer = await ask.get<SummaryAnswer>("/api/v1/summary", {
        ...input,
        limit: 5,
        compare: previousUnlessAll(input),
      });
      return { text: summaryText(answer), structured: { ...answer } };
    },
  }),
  tool({
    name: "top",
    title: "Dearest of a dimension",
    description:
      "What cost most: models, users, projects, agents, customers or any other dimension, with shares of the whole.",
    input: {
      by: z.string().describe(`One of ${DIMENSIONS.join(", ")} or tag:<key>`),
      filter,
      ...period,
      limit: rowLimit,
    },
    writes: false,
    async run(ask, { by, limit = 10, ...input }) {
      const params = { ...input, by, limit, metrics: "cost,calls,tokens,costPerCall" };
      const answer = await ask.get<BreakdownAnswer>("/api/v1/breakdown", params);
      const rows = answer.rows.map((row) => [
        row["other"] === true ? "(other)" : (row[by] ?? "(none)"),
        usd(row["cost"]),
        typeof row["share"] === "number" ? `${(row["share"] * 100).toFixed(1)} %` : null,
        row["calls"],
      ]);
      const text = `${span(answer.query.period)}\n\n${table([by, "cost", "share", "calls"], rows)}${unpriced(answer.meta)}`;
      return { text, structured: { ...answer } };
    },
  }),
  tool({
    name: "sessions",
    title: "Sessions",
    description: "Conversations and runs with what they cost: the most recent ones, or those that cost most.",
    input: {
      order: z.enum(["recent", "cost", "tokens", "calls"]).optional().describe("What comes first; default cost"),
      user: z.string().optional(),
      agent: z.string().optional(),
      project: z.string().optional(),
      model: z.string().optional(),
      ...period,
      limit: z.number().int().min(1).max(MOST_ROWS).optional(),
    },
    writes: false,
    async run(ask, { order = "cost", limit = 10, ...input }) {
      const answer = await ask.get<SessionsAnswer>("/api/v1/sessions", { ...input, order, limit });
      const rows = answer.sessions.map((one) => [
        one.session,
        one.lastAt,
        usd(one.cost),
        one.calls,
        one.project,
        one.models.join(", "),
      ]);
      const text =
        rows.length === 0
          ? "No sessions."
          : table(["session", "last call", "cost", "calls", "project", "models"], rows);
      return { text, structured: { ...answer } };
    },
  }),
  tool({
    name: "forecast",
    title: "Where spending is going",
    description: "What was spent this month and what the month will come to, and the next month with its stated error.",
    input: { filter, tz: period.tz },
    writes: false,
    async run(ask, input) {
      const [month, next] = await Promise.all([
        ask.get<ProjectionAnswer>("/api/v1/projection", input),
        ask.get<ForecastAnswer>("/api/v1/forecast", input),
      ]);
      const text = [
        `Spent this month: ${usd(month.spent)}; by its end ${usd(month.projectedMonthEnd)} (last month: ${usd(month.lastMonth)}). ${month.method}.`,
        `Next month: ${usd(next.expected)}, between ${usd(next.low)} and ${usd(next.high)}; from ${next.basedOnDays} days. ${next.method}.`,
      ].join("\n");
      return { text, structured: { thisMonth: month, nextMonth: next } };
    },
  }),
  tool({
    name: "compare",
    title: "What changed",
    description:
      "Why costs differ between a period and the one before: group by group, split into number of calls, their length, dearer models and prices.",
    input: {
      by: z.string().optional().describe("One dimension; default model"),
      filter,
      ...period,
      compareFrom: z.string().optional().describe("Start of the period before, instead of the one just before"),
      compareTo: z.string().optional().describe("Its end, excluded"),
      limit: rowLimit,
    },
    writes: false,
    async run(ask, { limit = 10, ...input }) {
      const compare = input.compareFrom === undefined ? "previous" : undefined;
      const answer = await ask.get<ChangesAnswer>("/api/v1/insights/changes", { ...input, limit, compare });
      const rows = answer.rows.map((row) => [
        row.other === true ? "(other)" : (row.key ?? "(none)"),
        usd(row.before),
        usd(row.now),
        usd(row.difference),
        usd(row.parts.calls),
        usd(row.parts.length),
        usd(row.parts.model),
        usd(row.parts.price),
      ]);
      const columns = [
        answer.by,
        "before",
        "now",
        "difference",
        "more calls",
        "longer calls",
        "other models",
        "prices",
      ];
      const text = `${span(answer.query.period)}: ${usd(answer.before)} before, ${usd(answer.now)} now (${usd(answer.difference)}).\n\n${table(columns, rows)}`;
      return { text, structured: { ...answer } };
    },
  }),
];

function previousUnlessAll(input: { period?: string | undefined }): string | undefined {
  return input.period === "all" ? undefined : "previous";
}

function queryText({ query, rows, totals, meta, comparison }: QueryAnswer): string {
  const { by, metrics } = query;
  const values = (row: Record<string, unknown>) => metrics.map((metric) => metricText(metric, row[metric]));
  const lines = rows.map((row) => [
    ...by.map((name) => (row["other"] === true && row[name] === null ? "(other)" : (row[name] ?? "(none)"))),
    ...values(row),
  ]);
  const total = by.length === 0 ? [] : [["total", ...by.slice(1).map(() => ""), ...values(totals)]];
  const before =
    comparison === undefined
      ? ""
      : `\n\nBefore (${span(comparison.period)}): ${metrics.map((metric) => `${metric} ${metricText(metric, comparison.totals[metric])}`).join(", ")}`;
  return `${span(query.period)}\n\n${table([...by, ...metrics], [...(by.length === 0 ? [values(totals)] : lines), ...total])}${before}${unpriced(meta)}`;
}

function metricText(metric: Metric, value: unknown): unknown {
  const { unit } = METRICS[metric];
  return unit === "usd" || unit === "usdPerCall" ? usd(value) : (value ?? null);
}

function unpriced({ unpriced: { calls } }: QueryAnswer["meta"]): string {
  if (calls === 0) return "";
  return `\n\n${calls === 1 ? "1 call has" : `${calls} calls have`} no known price: in no cost.`;
}

function summaryText(answer: SummaryAnswer): string {
  const { totals, query, comparison } = answer;
  const before = comparison === undefined ? "" : ` (before: ${usd(comparison.totals.cost)})`;
  const parts = ["provider", "model", "user", "project", "agent"].flatMap((dimension) => {
    const rows = answer[`by${dimension.charAt(0).toUpperCase()}${dimension.slice(1)}` as "byModel"];
    if (!Array.isArray(rows) || rows.length === 0) return [];
    return table(
      [dimension, "cost", "calls"],
      rows.map((row) => [
        row["other"] === true ? "(other)" : (row[dimension] ?? "(none)"),
        usd(row["cost"]),
        row["calls"],
      ]),
    );
  });
  return [
    `${span(query.period)}: ${usd(totals.cost)}${before} for ${totals.calls ?? 0} calls, ${totals.tokens ?? 0} tokens; ${totals.errors ?? 0} failed.${unpriced(answer.meta)}`,
    ...parts,
  ].join("\n\n");
}
