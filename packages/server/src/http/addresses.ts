import {
  InvalidInput,
  NANO_PER_USD,
  buckets,
  resolvePeriod,
  roundUsd,
  usdNumber,
  withoutUndefined,
} from "@outlay/core";
import type { Context } from "hono";
import { z } from "zod";
import { ownUserOf } from "../access/data-scope.ts";
import { projection } from "../insights/projection.ts";
import { trends } from "../insights/trends.ts";
import type { EventAnswer, QueryAnswer, QueryParams, Row } from "../ledger/answers.ts";
import { exportEvents } from "../ledger/export.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { listCharges } from "../ledger/list-charges.ts";
import { listEvents } from "../ledger/list-events.ts";
import { standingOf } from "../limits/budget-report.ts";
import type { Limits } from "../limits/limits.ts";
import type { PersonalLimitsDesk } from "../limits/personal-limits.ts";
import type { SubscriptionsReport } from "../subscriptions/report-answer.ts";
import { askLedger } from "./ask-ledger.ts";
import { actorOf, ledgerOf, principalOf, stayerOf } from "./authorize.ts";
import { eventAnswer } from "./answers.ts";
import { ChangeStreams } from "./change-stream.ts";
import type { HttpEnvironment } from "./environment.ts";
import { visibleLimits, type VisibleLimits } from "./limits-of-principal.ts";
import { oneOf, oneValue, wholeNumber } from "./parameters.ts";
import { addRoute, parseAs } from "./route.ts";
import type { App, RouteDeclaration, RouteHandler } from "./route.ts";
import { fileResponse } from "./routes/export.ts";
import { reportFor, type SubscriptionParts } from "./routes/subscriptions.ts";

/*
 * The addresses of five earlier systems, kept for the dashboards and scripts that call them: parse the parameters,
 * ask the one query layer, rename the fields. Money is a number of US dollars unless a name says otherwise.
 */

/** Pages of the earlier systems, and the page that took their place. */
const PAGES: Record<string, string> = {
  "/dev/unified-ai-costs": "/subscriptions",
  "/analytics/cost": "/",
  "/dashboard/costs": "/",
  "/admin/cockpit": "/",
};

const TAG = "Addresses of earlier systems";
/** How a group without a value is called where it is a name in an object. */
const UNATTRIBUTED = "unattributed";
/** More groups than any of the five systems had; what lies beyond is called other. */
const MANY = 500;
/** Furthest that a list read by offset can be gone into. */
const MAX_OFFSET = 10_000;

/** Mounts every address. `close` ends the streams among them. */
export function addAddresses(
  app: App,
  parts: { limits: Limits; personal: PersonalLimitsDesk; subscriptions: SubscriptionParts },
): { close(): void } {
  const streams = new ChangeStreams();
  addUnifiedDashboard(app, streams, parts);
  addAgentPlatform(app);
  addProductPlatform(app);
  addCockpit(app);
  addChat(app, parts.personal);
  for (const [from, to] of Object.entries(PAGES)) app.get(from, (c) => c.redirect(to));
  return { close: () => streams.close() };
}

// A. Unified dashboard

function addUnifiedDashboard(app: App, streams: ChangeStreams, parts: UnifiedParts): void {
  const query = parameters({ period: "7d, 30d (default) or 90d", tz: "IANA time zone" });
  get(
    app,
    {
      path: "/api/dev/ai-costs/unified",
      summary: "All sources of cost in one object",
      query,
      answer: unifiedAnswer,
    },
    ({ c, query: params }) => unified(c, parts, unifiedPeriod(params), params["tz"]),
  );
  get(
    app,
    {
      path: "/api/dev/ai-costs/unified/stream",
      summary: "The same as server-sent events: now, and whenever something changed",
      query,
      answer: { mediaTypes: ["text/event-stream"], description: "A message for each state, a comment as heartbeat" },
    },
    async ({ c, query: params }) => {
      const period = unifiedPeriod(params);
      return streams.open(ledgerOf(c).live, stayerOf(c), () => unified(c, parts, period, params["tz"]));
    },
  );
}

function unifiedPeriod(params: QueryParams): string {
  return oneOf(params, "period", ["7d", "30d", "90d"], "30d");
}

const usageGroup = { cost: z.number().nullable(), tokens: z.number(), requests: z.number() };
const unifiedAnswer = z.strictObject({
  period: z.strictObject({ name: z.string(), start: z.string(), end: z.string() }),
  totalCost: z.number().nullable(),
  apiUsage: z.strictObject({
    totalCost: z.number().nullable(),
    totalTokens: z.number(),
    totalRequests: z.number(),
    byProvider: z.array(z.strictObject({ provider: z.string(), ...usageGroup })),
  }),
  subscriptions: z.array(
    z.strictObject({
      name: z.string(),
      provider: z.string().nullable(),
      cost: z.number().meta({ description: "The part that falls into the period" }),
      monthlyCost: z.number().nullable().meta({ description: "null: known only as a charge entered by hand" }),
      value: z.number().nullable().meta({ description: "What was used under it, at list price: no money" }),
    }),
  ),
  codingTools: z.array(z.strictObject({ source: z.string(), ...usageGroup })),
  budget: z.number().nullable().meta({ description: "Of a month over all sources; null: no budget is set" }),
  budgetUsedPercentage: z.number().nullable(),
  successRate: z.number().nullable().meta({ description: "Percent; null without calls" }),
  quality: z.strictObject({
    successfulRequests: z.number(),
    failedRequests: z.number(),
    avgResponseTime: z.number().nullable(),
    unpricedRequests: z.number(),
  }),
  recommendations: z.array(z.string()),
});

/** Doors that are no coding tools: everything else names the tool that it was imported from. */
const OWN_SOURCES = new Set(["api", "sdk", "gateway", "demo", "otlp"]);

interface UnifiedParts {
  limits: Limits;
  subscriptions: SubscriptionParts;
}

async function unified(
  c: Context<HttpEnvironment>,
  { limits, subscriptions }: UnifiedParts,
  period: string,
  tz: string[] | undefined,
): Promise<z.infer<typeof unifiedAnswer>> {
  const ledger = ledgerOf(c);
  const question = { period: [period], tz };
  const metrics = "cost,tokens,calls,successes,errors,successRate,avgDurationMs,unpricedCalls";
  const [all, byProvider, bySource, charges, report, budget] = await Promise.all([
    askLedger(ledger, { ...question, metrics: [metrics] }),
    askLedger(ledger, { ...question, metrics: ["cost,tokens,calls"], by: ["provider"], limit: [String(MANY)] }),
    askLedger(ledger, { ...question, metrics: ["cost,tokens,calls"], by: ["source"], limit: [String(MANY)] }),
    listCharges(ledger, { ...question, kind: ["subscription"] }),
    reportFor(c, subscriptions, question),
    budgetOfAll(visibleLimits(c), limits),
  ]);
  const { totals } = all;
  const isCovered = (report.value?.calls ?? 0) > 0;
  const apiCost = isCovered
    ? plusUsd(report.metered.uncoveredUsd, report.metered.beyondIncludedUsd ?? 0)
    : (totals.cost ?? null);
  const same = new Set(report.sameCharges.map(({ id }) => id));
  return {
    period: { name: period, start: all.query.period.start, end: all.query.period.end },
    totalCost: plusUsd(apiCost, plusUsd(report.fees.spreadUsd, report.fees.chargesUsd) ?? 0),
    apiUsage: {
      totalCost: apiCost,
      totalTokens: count(totals.tokens),
      totalRequests: count(totals.calls),
      byProvider: isCovered
        ? uncoveredByProvider(report)
        : byProvider.rows.map((row) => ({ provider: nameOf(row, "provider"), ...usageOf(row) })),
    },
    subscriptions: [
      ...report.subscriptions.map(({ name, provider, fee, value }) => ({
        name,
        provider,
        cost: fee.spreadUsd,
        monthlyCost: fee.monthlyUsd,
        value: value?.usd ?? null,
      })),
      ...charges.charges
        .filter(({ id }) => !same.has(id))
        .map((charge) => ({
          name: charge.description ?? charge.id,
          provider: charge.provider ?? null,
          cost: charge.amountUsd,
          monthlyCost: null,
          value: null,
        })),
    ],
    codingTools: bySource.rows
      .filter((row) => !OWN_SOURCES.has(nameOf(row, "source")) && row["other"] !== true)
      .map((row) => ({ source: nameOf(row, "source"), ...usageOf(row) })),
    ...(report.budget === null
      ? budget
      : { budget: report.budget.amountUsd, budgetUsedPercentage: report.budget.usedPercent }),
    successRate: percent(totals.successRate),
    quality: {
      successfulRequests: count(totals.successes),
      failedRequests: count(totals.errors),
      avgResponseTime: totals.avgDurationMs ?? null,
      unpricedRequests: count(totals.unpricedCalls),
    },
    recommendations: report.subscriptions.flatMap(({ name, suggestions }) =>
      suggestions.map(({ sentence }) => `${name}: ${sentence}`),
    ),
  };
}

/** Calls that are paid one by one. */
function uncoveredByProvider({ uncovered }: SubscriptionsReport) {
  return [...Map.groupBy(uncovered, ({ provider }) => provider)]
    .map(([provider, uses]) => ({
      provider,
      cost: uses.reduce<number | null>((sum, use) => plusUsd(sum, use.usd), 0),
      tokens: uses.reduce((sum, { tokens }) => sum + tokens, 0),
      requests: uses.reduce((sum, { calls }) => sum + calls, 0),
    }))
    .toSorted((one, other) => (other.cost ?? 0) - (one.cost ?? 0));
}

/** The budget of everything a month, else the first of everything; null where there is none that may be seen. */
async function budgetOfAll(
  visible: VisibleLimits,
  limits: Limits,
): Promise<{ budget: number | null; budgetUsedPercentage: number | null }> {
  const ofAll = limits.list().filter((limit) => {
    const { kind, enabled, filters, each, period } = limit;
    const isOfAll = filters.length === 0 && each === null && period.unit !== "session";
    return kind === "budget" && enabled && isOfAll && visible.seesAccount(limit, null);
  });
  const budget = ofAll.find(({ period }) => period.unit === "month" && !period.rolling) ?? ofAll[0];
  const state = budget === undefined ? undefined : (await limits.states(budget.id))[0];
  if (budget === undefined || state === undefined) return { budget: null, budgetUsedPercentage: null };
  return {
    budget: usdNumber(state.amountNanoUsd),
    budgetUsedPercentage: standingOf(budget, state, null, 0).usedPercent,
  };
}

// B. Agent platform

const platformSummary = z.strictObject({
  totalCost: z.number().nullable(),
  totalTokens: z.number(),
  totalRequests: z.number(),
  successfulRequests: z.number(),
  failedRequests: z.number(),
  avgResponseTime: z.number().nullable().meta({ description: "Milliseconds; null: no call said how long it took" }),
  costByModel: z.record(z.string(), z.strictObject(usageGroup)),
  costByAgent: z.record(z.string(), z.strictObject(usageGroup)),
  dailyBreakdown: z.array(z.strictObject({ date: z.string(), ...usageGroup })),
});

function addAgentPlatform(app: App): void {
  const dates = { startDate: "First day", endDate: "Last day, included", tz: "IANA time zone" };
  get(
    app,
    {
      path: "/api/cost-tracking",
      summary: "Totals, by model, by agent, by day",
      query: parameters({ period: "week (7 days), month (30 days, default) or all", ...dates }),
      answer: z.strictObject({ success: z.literal(true), data: platformSummary }),
    },
    async ({ c, query: params }) => ({
      success: true,
      data: await platformData(ledgerOf(c), rollingPeriod(params), []),
    }),
  );
  get(
    app,
    {
      path: "/api/cost-tracking/trends",
      summary: "The last 7 days against the 7 before, and 30 days",
      query: parameters({ tz: "IANA time zone" }),
      answer: z.strictObject({
        success: z.literal(true),
        data: z.strictObject({
          last7Days: platformSummary,
          last30Days: platformSummary,
          trend: z.enum(["up", "down", "stable"]),
          percentageChange: z.number().nullable(),
        }),
      }),
    },
    async ({ c, query: params }) => {
      const ledger = ledgerOf(c);
      const tz = params["tz"];
      const [last7Days, last30Days, { trend, percentageChange }] = await Promise.all([
        platformData(ledger, { period: ["7d"], tz }, []),
        platformData(ledger, { period: ["30d"], tz }, []),
        trends(ledger, { tz }),
      ]);
      return { success: true, data: { last7Days, last30Days, trend, percentageChange } };
    },
  );
  get(
    app,
    {
      path: "/api/cost-tracking/recent",
      summary: "The newest usage records",
      query: parameters({ limit: "Most records, up to 500; default 50" }),
      answer: z.strictObject({ success: z.literal(true), data: z.array(eventAnswer) }),
    },
    async ({ c, query: params }) => {
      const limit = wholeNumber(params, "limit", { min: 1, max: 500, default: 50 });
      const { events } = await listEvents(ledgerOf(c), { period: ["all"], limit: [String(limit)] });
      return { success: true, data: events };
    },
  );
  get(
    app,
    {
      path: "/api/cost-tracking/agents/{agentId}",
      summary: "The summary of one agent",
      params: z.object({ agentId: z.string() }),
      query: parameters(dates),
      answer: z.strictObject({ success: z.literal(true), data: platformSummary }),
    },
    async ({ c, params, query }) => ({
      success: true,
      data: await platformData(ledgerOf(c), rollingPeriod(query), [`agent:${params["agentId"] ?? ""}`]),
    }),
  );
}

async function platformData(
  ledger: Ledger,
  period: QueryParams,
  filter: string[],
): Promise<z.infer<typeof platformSummary>> {
  const question = { ...period, filter };
  const grouped = { ...question, metrics: ["cost,tokens,calls"] };
  const [all, byModel, byAgent, byDay] = await Promise.all([
    askLedger(ledger, { ...question, metrics: ["cost,tokens,calls,successes,errors,avgDurationMs"] }),
    askLedger(ledger, { ...grouped, by: ["model"], limit: [String(MANY)] }),
    askLedger(ledger, { ...grouped, by: ["agent"], limit: [String(MANY)] }),
    askLedger(ledger, { ...grouped, by: ["day"] }),
  ]);
  return {
    totalCost: all.totals.cost ?? null,
    totalTokens: count(all.totals.tokens),
    totalRequests: count(all.totals.calls),
    successfulRequests: count(all.totals.successes),
    failedRequests: count(all.totals.errors),
    avgResponseTime: all.totals.avgDurationMs ?? null,
    costByModel: byName(byModel, "model", usageOf),
    costByAgent: byName(byAgent, "agent", usageOf),
    dailyBreakdown: byDay.rows.map((row) => ({ date: nameOf(row, "day"), ...usageOf(row) })),
  };
}

// C. Product platform

const costAndOperations = z.strictObject({ cost: z.number().nullable(), operations: z.number() });
const productAnswer = z.union([
  z.strictObject({
    view: z.literal("summary"),
    total: z.number().nullable(),
    byType: z.record(z.string(), costAndOperations),
    byProvider: z.record(z.string(), costAndOperations),
    byModel: z.record(z.string(), costAndOperations),
  }),
  z.strictObject({
    view: z.literal("daily"),
    days: z.array(z.strictObject({ date: z.string(), cost: z.number().nullable(), operations: z.number() })),
  }),
  z.strictObject({
    view: z.literal("top-users"),
    users: z.array(z.strictObject({ userId: z.string(), cost: z.number().nullable(), operations: z.number() })),
  }),
  z.strictObject({
    view: z.literal("projection"),
    spent: z.number(),
    projectedMonthEnd: z.number().nullable(),
    dailyAverage: z.number().nullable(),
    trend: z.enum(["increasing", "decreasing", "stable"]),
  }),
]);

function addProductPlatform(app: App): void {
  get(
    app,
    {
      path: "/api/admin/costs",
      summary: "Summary, days, dearest users or projection",
      query: parameters({
        view: "summary (default), daily, top-users or projection",
        days: "Length of the period; default 30",
        limit: "Most users; default 10",
        userId: "Only of this user",
        startDate: "First day",
        endDate: "Last day, included",
        tz: "IANA time zone",
      }),
      answer: productAnswer,
    },
    async ({ c, query: params }) => productView(ledgerOf(c), params),
  );
}

async function productView(ledger: Ledger, params: QueryParams): Promise<z.infer<typeof productAnswer>> {
  const view = oneOf(params, "view", ["summary", "daily", "top-users", "projection"], "summary");
  const limit = wholeNumber(params, "limit", { min: 1, max: MANY, default: 10 });
  const userId = oneValue(params, "userId");
  const filter = userId === undefined ? [] : [`user:${userId}`];
  const question = { ...lastDays(ledger, params), filter, metrics: ["cost,calls"] };
  if (view === "projection") {
    const { spent, projectedMonthEnd, dailyAverage, trend } = await projection(ledger, { filter, tz: params["tz"] });
    return { view, spent, projectedMonthEnd, dailyAverage, trend };
  }
  if (view === "daily") {
    const { rows } = await askLedger(ledger, { ...question, by: ["day"] });
    return { view, days: rows.map((row) => ({ date: nameOf(row, "day"), ...operationsOf(row) })) };
  }
  if (view === "top-users") {
    const { rows } = await askLedger(ledger, { ...question, by: ["user"], limit: [String(limit)] });
    const users = rows.filter((row) => row["other"] !== true && row["user"] !== null);
    return { view, users: users.map((row) => ({ userId: nameOf(row, "user"), ...operationsOf(row) })) };
  }
  return productSummary(ledger, question, userId);
}

async function productSummary(
  ledger: Ledger,
  question: QueryParams,
  userId: string | undefined,
): Promise<z.infer<typeof productAnswer>> {
  const many = { ...question, limit: [String(MANY)] };
  const { metrics: _, filter: __, ...period } = question;
  const [byOperation, byProvider, byModel, fees] = await Promise.all([
    askLedger(ledger, { ...many, by: ["operation"] }),
    askLedger(ledger, { ...many, by: ["provider"] }),
    askLedger(ledger, { ...many, by: ["model"] }),
    listCharges(ledger, { ...period, kind: ["payment_fee"], ...(userId === undefined ? {} : { user: [userId] }) }),
  ]);
  const { chat, ...otherTypes } = byName(byOperation, "operation", operationsOf);
  return {
    view: "summary",
    total: plusUsd(byOperation.totals.cost ?? null, fees.totalUsd),
    byType: {
      ...(chat === undefined ? {} : { language: chat }),
      ...otherTypes,
      payment_fee: { cost: fees.totalUsd, operations: fees.charges.length },
    },
    byProvider: byName(byProvider, "provider", operationsOf),
    byModel: byName(byModel, "model", operationsOf),
  };
}

// D. Development cockpit

const cents = { costCents: z.number().nullable() };
const centsAndDollars = { ...cents, costDollars: z.string().nullable() };
const log = z.strictObject({
  id: z.string(),
  createdAt: z.string(),
  activity: z.string().nullable(),
  category: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  storyId: z.string().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  totalTokens: z.number().nullable(),
  ...cents,
  durationMs: z.number().nullable(),
  success: z.boolean(),
  errorMessage: z.string().nullable(),
});
const byPhase = z.strictObject({ calls: z.number(), tokens: z.number(), ...cents });

function addCockpit(app: App): void {
  const base = "/api/admin/cockpit/ai-usage";
  get(
    app,
    {
      path: `${base}/summary`,
      summary: "Totals, by provider, by category, dearest activities and stories",
      query: parameters({
        period: "today, week (7 days), month (30 days, default) or custom with from and to",
        from: "First day of custom",
        to: "Last day of custom, included",
        tz: "IANA time zone",
      }),
      answer: z.strictObject({
        period: z.strictObject({ start: z.string(), end: z.string() }),
        totals: z.strictObject({
          calls: z.number(),
          inputTokens: z.number(),
          outputTokens: z.number(),
          totalTokens: z.number(),
          ...centsAndDollars,
          avgDurationMs: z.number().nullable(),
          errorCount: z.number(),
          errorRate: z.string().meta({ description: "Percent with one decimal" }),
        }),
        byProvider: z.array(
          z.strictObject({ provider: z.string(), calls: z.number(), totalTokens: z.number(), ...centsAndDollars }),
        ),
        byCategory: z.array(
          z.strictObject({ category: z.string(), calls: z.number(), totalTokens: z.number(), ...centsAndDollars }),
        ),
        byActivity: z.array(
          z.strictObject({
            activity: z.string(),
            model: z.string(),
            calls: z.number(),
            totalTokens: z.number(),
            ...cents,
          }),
        ),
        topConsumers: z.array(
          z.strictObject({
            storyId: z.string(),
            title: z.string(),
            calls: z.number(),
            totalTokens: z.number(),
            ...centsAndDollars,
          }),
        ),
      }),
    },
    ({ c, query: params }) => cockpitSummary(ledgerOf(c), cockpitPeriod(params)),
  );
  get(
    app,
    {
      path: `${base}/timeline`,
      summary: "Tokens, cost and calls by hour or day",
      query: parameters({
        period: "week (7 days, default) or month (30 days)",
        granularity: "hourly or daily (default)",
        tz: "IANA time zone",
      }),
      answer: z.strictObject({
        granularity: z.enum(["hourly", "daily"]),
        points: z.array(
          z.strictObject({
            date: z.string().optional(),
            hour: z.string().optional(),
            tokens: z.number(),
            ...cents,
            calls: z.number(),
          }),
        ),
      }),
    },
    ({ c, query: params }) => cockpitTimeline(ledgerOf(c), params),
  );
  get(
    app,
    {
      path: `${base}/details`,
      summary: "Calls, newest first",
      query: parameters({
        activity: "Only of this activity",
        provider: "Only of this provider",
        limit: "Most calls, up to 500; default 50",
        offset: `Calls to leave out, up to ${MAX_OFFSET}`,
      }),
      answer: z.strictObject({ logs: z.array(log), total: z.number(), limit: z.number(), offset: z.number() }),
    },
    ({ c, query: params }) => cockpitDetails(ledgerOf(c), params),
  );
  get(
    app,
    {
      path: `${base}/by-story/{storyId}`,
      summary: "One story: totals, by phase, by activity and model, its calls",
      params: z.object({ storyId: z.string() }),
      answer: z.strictObject({
        storyId: z.string(),
        totals: z.strictObject({ calls: z.number(), totalTokens: z.number(), ...centsAndDollars }),
        byPhase: z.record(z.string(), byPhase),
        byAgent: z.record(z.string(), z.strictObject({ ...byPhase.shape, model: z.string() })),
        logs: z.array(log),
      }),
    },
    ({ c, params }) => cockpitStory(ledgerOf(c), params["storyId"] ?? ""),
  );
}

async function cockpitSummary(ledger: Ledger, period: QueryParams): Promise<unknown> {
  const grouped = { ...period, metrics: ["cost,tokens,calls"] };
  const [all, byProvider, byCategory, byActivity, byStory] = await Promise.all([
    askLedger(ledger, {
      ...period,
      metrics: ["cost,tokens,inputTokens,outputTokens,calls,errors,errorRate,avgDurationMs"],
    }),
    askLedger(ledger, { ...grouped, by: ["provider"], limit: [String(MANY)] }),
    askLedger(ledger, { ...grouped, by: ["category"], limit: [String(MANY)] }),
    askLedger(ledger, { ...grouped, by: ["activity,model"], filter: ["!activity:"], limit: ["20"] }),
    askLedger(ledger, { ...grouped, by: ["tag:story"], filter: ["!tag:story:"], limit: ["10"] }),
  ]);
  const { totals } = all;
  const figures = (row: Row) => ({ calls: count(row["calls"]), totalTokens: count(row["tokens"]) });
  return {
    period: { start: all.query.period.start, end: all.query.period.end },
    totals: {
      calls: count(totals.calls),
      inputTokens: count(totals.inputTokens),
      outputTokens: count(totals.outputTokens),
      totalTokens: count(totals.tokens),
      ...centsAndDollarsOf(totals.cost),
      avgDurationMs: totals.avgDurationMs ?? null,
      errorCount: count(totals.errors),
      errorRate: (100 * (totals.errorRate ?? 0)).toFixed(1),
    },
    byProvider: byProvider.rows.map((row) => ({
      provider: nameOf(row, "provider"),
      ...figures(row),
      ...centsAndDollarsOf(row["cost"]),
    })),
    byCategory: byCategory.rows.map((row) => ({
      category: nameOf(row, "category"),
      ...figures(row),
      ...centsAndDollarsOf(row["cost"]),
    })),
    byActivity: namedRows(byActivity).map((row) => ({
      activity: nameOf(row, "activity"),
      model: nameOf(row, "model"),
      ...figures(row),
      costCents: centsOf(row["cost"]),
    })),
    topConsumers: namedRows(byStory).map((row) => ({
      storyId: nameOf(row, "tag:story"),
      title: nameOf(row, "tag:story"),
      ...figures(row),
      ...centsAndDollarsOf(row["cost"]),
    })),
  };
}

async function cockpitTimeline(ledger: Ledger, params: QueryParams): Promise<unknown> {
  const period = oneOf(params, "period", ["week", "month"], "week");
  const granularity = oneOf(params, "granularity", ["hourly", "daily"], "daily");
  const unit = granularity === "hourly" ? "hour" : "day";
  const { rows } = await askLedger(ledger, {
    period: [period === "week" ? "7d" : "30d"],
    tz: params["tz"],
    metrics: ["cost,tokens,calls"],
    by: [unit],
  });
  const points = rows.map((row) => ({
    [unit === "hour" ? "hour" : "date"]: nameOf(row, unit),
    tokens: count(row["tokens"]),
    costCents: centsOf(row["cost"]),
    calls: count(row["calls"]),
  }));
  return { granularity, points };
}

async function cockpitDetails(ledger: Ledger, params: QueryParams): Promise<unknown> {
  const limit = wholeNumber(params, "limit", { min: 1, max: 500, default: 50 });
  const offset = wholeNumber(params, "offset", { min: 0, max: MAX_OFFSET, default: 0 });
  const filter = (["activity", "provider"] as const).flatMap((dimension) => {
    const value = oneValue(params, dimension);
    return value === undefined ? [] : [`${dimension}:${value}`];
  });
  const [events, { totals }] = await Promise.all([
    newestEvents(ledger, { period: ["all"], filter }, offset + limit),
    askLedger(ledger, { period: ["all"], filter, metrics: ["calls"] }),
  ]);
  return { logs: events.slice(offset).map(logOf), total: count(totals.calls), limit, offset };
}

async function cockpitStory(ledger: Ledger, storyId: string): Promise<unknown> {
  const question = { period: ["all"], filter: [`tag:story:${storyId}`] };
  const grouped = { ...question, metrics: ["cost,tokens,calls"], limit: [String(MANY)] };
  const [byCategory, byAgent, logs] = await Promise.all([
    askLedger(ledger, { ...grouped, by: ["category"] }),
    askLedger(ledger, { ...grouped, by: ["activity,model"] }),
    newestEvents(ledger, question, 500),
  ]);
  const { totals } = byCategory;
  const figures = (row: Row) => ({
    calls: count(row["calls"]),
    tokens: count(row["tokens"]),
    costCents: centsOf(row["cost"]),
  });
  return {
    storyId,
    totals: { calls: count(totals.calls), totalTokens: count(totals.tokens), ...centsAndDollarsOf(totals.cost) },
    byPhase: byName(byCategory, "category", figures),
    byAgent: Object.fromEntries(
      byAgent.rows.map((row) => {
        const model = nameOf(row, "model");
        return [`${nameOf(row, "activity")}|${model}`, { ...figures(row), model }];
      }),
    ),
    logs: logs.map(logOf),
  };
}

function logOf(event: EventAnswer): z.infer<typeof log> {
  const { inputTokens = null, outputTokens = null } = event.usage;
  return {
    id: event.id,
    createdAt: event.occurredAt,
    activity: event.activity ?? null,
    category: event.category ?? null,
    provider: event.provider,
    model: event.model,
    storyId: event.tags?.["story"] ?? null,
    inputTokens,
    outputTokens,
    totalTokens: inputTokens === null && outputTokens === null ? null : (inputTokens ?? 0) + (outputTokens ?? 0),
    costCents: centsOf(event.costUsd),
    durationMs: event.durationMs ?? null,
    success: event.success,
    errorMessage: event.errorMessage ?? event.errorType ?? null,
  };
}

// E. Chat application

const modelUse = z.strictObject({
  model: z.string(),
  cost: z.number().nullable(),
  calls: z.number(),
  tokens: z.number(),
});
const costOverTime = z.array(z.strictObject({ date: z.string(), cost: z.number().nullable(), messages: z.number() }));
const limitsBody = z.strictObject({
  dailyLimit: z.number().min(0).max(1e9).nullable().optional(),
  weeklyLimit: z.number().min(0).max(1e9).nullable().optional(),
  monthlyLimit: z.number().min(0).max(1e9).nullable().optional(),
  sessionLimit: z.number().min(0).max(1e9).nullable().optional(),
  emailAlerts: z.boolean().optional(),
});

function addChat(app: App, personal: PersonalLimitsDesk): void {
  get(
    app,
    {
      path: "/api/analytics/user",
      summary: "Sessions, cost and tokens of all time, averages, most used models, cost over time",
      query: parameters({
        userId: "Whose; default: one's own, and everybody's where nobody signs in",
        tz: "IANA time zone",
      }),
      answer: z.strictObject({
        totalSessions: z.number(),
        totalCost: z.number().nullable(),
        totalTokens: z.number(),
        totalMessages: z.number(),
        averageCostPerSession: z.number().nullable(),
        averageCostPerMessage: z.number().nullable(),
        mostUsedModels: z.array(modelUse),
        costOverTime,
      }),
    },
    ({ c, query: params }) => chatUser(ledgerOf(c), oneValue(params, "userId") ?? ownUserOf(principalOf(c)), params),
  );
  get(
    app,
    {
      path: "/api/analytics/admin",
      access: "admin",
      summary: "All users: total, cost per user, dearest users and models, trends",
      query: parameters({ tz: "IANA time zone" }),
      answer: z.strictObject({
        totalCost: z.number().nullable(),
        totalTokens: z.number(),
        totalMessages: z.number(),
        totalSessions: z.number(),
        totalUsers: z.number(),
        costPerUser: z.array(
          z.strictObject({ userId: z.string(), cost: z.number().nullable(), messages: z.number(), tokens: z.number() }),
        ),
        topUsers: z.array(
          z.strictObject({ userId: z.string(), cost: z.number().nullable(), messages: z.number(), tokens: z.number() }),
        ),
        topModels: z.array(modelUse),
        trends: z.strictObject({
          trend: z.enum(["up", "down", "stable"]),
          percentageChange: z.number().nullable(),
          costOverTime,
        }),
      }),
    },
    ({ c, query: params }) => chatAdmin(ledgerOf(c), params),
  );
  get(
    app,
    {
      path: "/api/analytics/export",
      summary: "Calls as a file",
      query: parameters({
        format: "csv (default) or json",
        from: "First day",
        to: "Last day, included",
        model: "Only of this model",
        tz: "IANA time zone",
      }),
      answer: { mediaTypes: ["text/csv", "application/json"], description: "The file" },
    },
    async ({ c, query: params }) => {
      const model = oneValue(params, "model");
      const format = oneOf(params, "format", ["csv", "json"], "csv");
      return fileResponse(
        c,
        await exportEvents(ledgerOf(c), {
          ...daysIncluded(params, "from", "to", { period: ["all"] }),
          format: [format],
          filter: model === undefined ? [] : [`model:${model}`],
        }),
      );
    },
  );
  addChatLimits(app, personal);
}

function addChatLimits(app: App, personal: PersonalLimitsDesk): void {
  addRoute(
    app,
    {
      method: "patch",
      path: "/api/analytics/limits",
      access: "admin",
      tag: TAG,
      summary: "Change the limits of a person, in US dollars; null takes one away",
      body: {
        schema: limitsBody,
        example: { dailyLimit: 1, weeklyLimit: 5, monthlyLimit: 20, sessionLimit: 0.5, emailAlerts: true },
      },
      answer: z.strictObject({
        dailyLimit: z.number().nullable(),
        weeklyLimit: z.number().nullable(),
        monthlyLimit: z.number().nullable(),
        sessionLimit: z.number().nullable(),
        emailAlerts: z.boolean(),
      }),
    },
    async ({ c, body }) => {
      const { dailyLimit, weeklyLimit, monthlyLimit, sessionLimit, emailAlerts } = parseAs(
        limitsBody,
        await body(),
        "invalid_body",
      );
      const changes = { dailyLimit, weeklyLimit, monthlyLimit, sessionLimit, emailAlerts };
      return personal.change(withoutUndefined(changes), actorOf(c));
    },
  );
  get(
    app,
    {
      path: "/api/analytics/check-limit",
      summary: "How much of each limit is used, and when it resets",
      query: parameters({
        sessionId: "Also this session",
        userId: "Whose; default: one's own, and everybody's where nobody signs in",
        tz: "IANA time zone",
      }),
      answer: z.strictObject({
        allowed: z.boolean(),
        warning: z.boolean(),
        limits: z.array(
          z.strictObject({
            period: z.enum(["day", "week", "month", "session"]),
            limit: z.number(),
            used: z.number(),
            percentage: z.number(),
            resetsAt: z.string().nullable(),
          }),
        ),
      }),
    },
    async ({ c, query: params }) => {
      const visible = visibleLimits(c);
      const user = oneValue(params, "userId") ?? visible.ownUser;
      visible.requireUser(user);
      return personal.use(ledgerOf(c), {
        user,
        session: oneValue(params, "sessionId"),
        timeZone: oneValue(params, "tz"),
      });
    },
  );
}

/** `userId` undefined: of everybody. */
async function chatUser(ledger: Ledger, userId: string | undefined, params: QueryParams): Promise<unknown> {
  const question = { period: ["all"], tz: params["tz"], filter: userId === undefined ? [] : [`user:${userId}`] };
  const [all, models, days] = await Promise.all([
    askLedger(ledger, { ...question, metrics: ["cost,tokens,calls,sessions,costPerSession,costPerCall"] }),
    askLedger(ledger, { ...question, metrics: ["calls,cost,tokens"], by: ["model"], order: ["-calls"], limit: ["10"] }),
    askLedger(ledger, { ...question, metrics: ["cost,calls"], by: ["day"] }),
  ]);
  return {
    totalSessions: count(all.totals.sessions),
    totalCost: all.totals.cost ?? null,
    totalTokens: count(all.totals.tokens),
    totalMessages: count(all.totals.calls),
    averageCostPerSession: all.totals.costPerSession ?? null,
    averageCostPerMessage: all.totals.costPerCall ?? null,
    mostUsedModels: models.rows.map(modelUseOf),
    costOverTime: days.rows.map(dayCost),
  };
}

async function chatAdmin(ledger: Ledger, params: QueryParams): Promise<unknown> {
  const question = { period: ["all"], tz: params["tz"] };
  const grouped = { ...question, metrics: ["cost,calls,tokens"] };
  const [all, users, models, days, { trend, percentageChange }] = await Promise.all([
    askLedger(ledger, { ...question, metrics: ["cost,tokens,calls,sessions,users"] }),
    askLedger(ledger, { ...grouped, by: ["user"], limit: [String(MANY)] }),
    askLedger(ledger, { ...grouped, by: ["model"], limit: ["10"] }),
    askLedger(ledger, { ...grouped, by: ["day"] }),
    trends(ledger, { tz: params["tz"] }),
  ]);
  const costPerUser = users.rows.map((row) => ({
    userId: nameOf(row, "user"),
    cost: usd(row["cost"]),
    messages: count(row["calls"]),
    tokens: count(row["tokens"]),
  }));
  return {
    totalCost: all.totals.cost ?? null,
    totalTokens: count(all.totals.tokens),
    totalMessages: count(all.totals.calls),
    totalSessions: count(all.totals.sessions),
    totalUsers: count(all.totals.users),
    costPerUser,
    topUsers: costPerUser.filter((_, index) => users.rows[index]?.["other"] !== true).slice(0, 10),
    topModels: models.rows.map(modelUseOf),
    trends: { trend, percentageChange, costOverTime: days.rows.map(dayCost) },
  };
}

function modelUseOf(row: Row): z.infer<typeof modelUse> {
  return {
    model: nameOf(row, "model"),
    cost: usd(row["cost"]),
    calls: count(row["calls"]),
    tokens: count(row["tokens"]),
  };
}

function dayCost(row: Row): { date: string; cost: number | null; messages: number } {
  return { date: nameOf(row, "day"), cost: usd(row["cost"]), messages: count(row["calls"]) };
}

// Parameters

type Address = Omit<RouteDeclaration, "method" | "access" | "tag"> & Partial<Pick<RouteDeclaration, "access">>;

function get(app: App, route: Address, handle: RouteHandler): void {
  addRoute(app, { access: "read", ...route, method: "get", tag: TAG }, handle);
}

function parameters(descriptions: Record<string, string>): z.ZodObject {
  return z.object(
    Object.fromEntries(
      Object.entries(descriptions).map(([name, description]) => [name, z.string().optional().meta({ description })]),
    ),
  );
}

/** week and month are rolling: these systems always showed that many days. */
function rollingPeriod(params: QueryParams): QueryParams {
  const period = oneOf(params, "period", ["week", "month", "all"], "month");
  const named = period === "week" ? "7d" : period === "month" ? "30d" : "all";
  return daysIncluded(params, "startDate", "endDate", { period: [named] });
}

function cockpitPeriod(params: QueryParams): QueryParams {
  const period = oneOf(params, "period", ["today", "week", "month", "custom"], "month");
  const named = period === "week" ? "7d" : period === "month" ? "30d" : "today";
  if (period === "custom" && params["from"] === undefined) {
    throw new InvalidInput("missing_parameter", "period=custom needs from, and to unless it ends today", {
      field: "from",
    });
  }
  return period === "custom" ? daysIncluded(params, "from", "to", {}) : { period: [named], tz: params["tz"] };
}

/** `days` days that end with today, unless dates are given. */
function lastDays(ledger: Ledger, params: QueryParams): QueryParams {
  const days = wholeNumber(params, "days", { min: 1, max: 3_650, default: 30 });
  const today = resolvePeriod(
    { period: "today" },
    { timeZone: oneValue(params, "tz") ?? ledger.timeZone, nowMs: ledger.now() },
  );
  const from = nextDate(buckets(today, "day")[0]!.label, 1 - days);
  return daysIncluded(params, "startDate", "endDate", { from: [from] });
}

/** A first and a last day as our `from` and `to`, whose end is excluded; without both of them, the fallback. */
function daysIncluded(params: QueryParams, first: string, last: string, fallback: QueryParams): QueryParams {
  const from = readDate(params, first);
  const to = readDate(params, last);
  const tz = params["tz"];
  if (from === undefined && to === undefined) return { ...fallback, tz };
  return {
    tz,
    ...(from === undefined ? {} : { from: [from] }),
    ...(to === undefined ? {} : { to: [to.length === 10 ? nextDate(to, 1) : to] }),
  };
}

/** A date, or an instant as JavaScript's `toISOString` writes it, checked here so that the error names their parameter. */
function readDate(params: QueryParams, name: string): string | undefined {
  const value = oneValue(params, name);
  if (value === undefined) return undefined;
  const year = /^(\d{4})-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.exec(value)?.[1];
  if (year !== undefined && !Number.isNaN(Date.parse(value)) && year >= "1970" && year < "2099") return value;
  throw new InvalidInput(
    "invalid_parameter",
    `${name} is "${value.slice(0, 60)}", but must be a date such as 2026-11-22`,
    {
      field: name,
    },
  );
}

function nextDate(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

// Asking and renaming

/** The newest events, read in pages. */
async function newestEvents(ledger: Ledger, params: QueryParams, limit: number): Promise<EventAnswer[]> {
  const events: EventAnswer[] = [];
  let cursor: string | null = null;
  do {
    const pageLimit = [String(Math.min(limit - events.length, 500))];
    const page = await listEvents(ledger, {
      ...params,
      limit: pageLimit,
      ...(cursor === null ? {} : { cursor: [cursor] }),
    });
    events.push(...page.events);
    cursor = page.nextCursor;
  } while (cursor !== null && events.length < limit);
  return events;
}

function byName<T>({ rows }: QueryAnswer, dimension: string, valueOf: (row: Row) => T): Record<string, T> {
  return Object.fromEntries(rows.map((row) => [nameOf(row, dimension), valueOf(row)]));
}

/** Without the row that stands for everything beyond the limit. */
function namedRows({ rows }: QueryAnswer): Row[] {
  return rows.filter((row) => row["other"] !== true);
}

function nameOf(row: Row, dimension: string): string {
  const value = row[dimension];
  return value === null || value === undefined ? UNATTRIBUTED : String(value);
}

function usageOf(row: Row): { cost: number | null; tokens: number; requests: number } {
  return { cost: usd(row["cost"]), tokens: count(row["tokens"]), requests: count(row["calls"]) };
}

function operationsOf(row: Row): { cost: number | null; operations: number } {
  return { cost: usd(row["cost"]), operations: count(row["calls"]) };
}

function usd(value: Row[string] | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** Counts are always known. */
function count(value: Row[string] | undefined): number {
  return typeof value === "number" ? value : 0;
}

function percent(ratio: number | null | undefined): number | null {
  return ratio === null || ratio === undefined ? null : Math.round(ratio * 10_000) / 100;
}

/** Dollars to cents, exact to the nano-dollar. */
function centsOf(value: Row[string] | undefined): number | null {
  const dollars = usd(value);
  return dollars === null ? null : Math.round(dollars * NANO_PER_USD) / (NANO_PER_USD / 100);
}

function centsAndDollarsOf(value: Row[string] | undefined): { costCents: number | null; costDollars: string | null } {
  const dollars = usd(value);
  return { costCents: centsOf(dollars), costDollars: dollars === null ? null : dollars.toFixed(2) };
}

/** Exact to the nano-dollar; an unknown cost stays unknown unless there is something beside it. */
function plusUsd(a: number | null, b: number): number | null {
  if (a === null) return b === 0 ? null : b;
  return roundUsd(a + b);
}
