import { InvalidInput, parseEvent, parseUsd, shown, usdNumber, eventSchema, withoutUndefined } from "@outlay/core";
import type { Context } from "hono";
import { z } from "zod";
import type { Ledger } from "../../ledger/ledger.ts";
import { parseFilters } from "../../ledger/filters.ts";
import { recordUsage } from "../../ledger/record-usage.ts";
import { worstCaseOfUsage } from "../../limits/asked-tokens.ts";
import { limitNotFound } from "../../limits/budget-report.ts";
import type { LearnedSizes } from "../../limits/learned-sizes.ts";
import type { CallToCheck, Limit, LimitState, Verdict } from "../../limits/limit.ts";
import type { Limits } from "../../limits/limits.ts";
import { limitSchema } from "../../limits/parse-limit.ts";
import { overrideSchema } from "../../limits/parse-override.ts";
import type { PersonalLimitsDesk } from "../../limits/personal-limits.ts";
import { refusalSentence } from "../../limits/refusal-sentence.ts";
import { recordAnswer } from "../answers.ts";
import { actorOf } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import {
  instantText,
  limitAnswer,
  limitAnswerSchema,
  overrideAnswer,
  overrideAnswerSchema,
  stateAnswer,
  stateAnswerSchema,
} from "../limit-answers.ts";
import { userOfCall, visibleLimits, type VisibleLimits } from "../limits-of-principal.ts";
import { oneOf, oneValue } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

export const LIMITS_TAG = "Limits";
const tag = LIMITS_TAG;
const path = "/api/v1/limits";

export const limitId = z.object({ id: z.string().meta({ description: "Of the limit" }) });

/** What the routes of limits work on. */
export interface LimitParts {
  ledger: Ledger;
  limits: Limits;
  sizes: Pick<LearnedSizes, "size">;
  personal: PersonalLimitsDesk;
}

/** Limits and budgets: made, changed, raised for a time, asked before a call. */
export function addLimitRoutes(app: App, parts: LimitParts): void {
  // Before those with an id in their place.
  addPersonal(app, parts);
  addApplying(app, parts);
  addCalls(app, parts);
  addLeases(app, parts);
  addLimits(app, parts);
  addStates(app, parts);
  addOverrides(app, parts);
}

function addLimits(app: App, { limits }: LimitParts): void {
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "read",
      tag,
      summary: "Limits and budgets, oldest first",
      query: z.object({ kind: z.string().optional().meta({ description: "budget or limit; default: both" }) }),
      answer: z.strictObject({ limits: z.array(limitAnswerSchema) }),
    },
    async ({ c, query }) => {
      const kind = oneOf(query, "kind", ["budget", "limit", "all"], "all");
      const { sees } = visibleLimits(c);
      const wanted = limits.list().filter((limit) => (kind === "all" || limit.kind === kind) && sees(limit));
      return { limits: wanted.map(limitAnswer) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Make a limit, or a budget",
      description:
        "Fields that are not known are refused by name. What is not said has its default; see docs/limits.md.",
      body: {
        schema: limitSchema,
        example: { name: "Each user, a day", each: "user", amountUsd: 1, period: "day", atLimit: "block" },
      },
      answer: limitAnswerSchema,
    },
    async ({ c, body }) => limitAnswer(await limits.create(await body(), actorOf(c))),
  );
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/{id}`,
      access: "read",
      tag,
      summary: "One limit, with its overrides",
      params: limitId,
      answer: z.strictObject({ limit: limitAnswerSchema, overrides: z.array(overrideAnswerSchema) }),
    },
    async ({ c, params }) => {
      const limit = visibleLimit(limits, visibleLimits(c), params["id"]!);
      return { limit: limitAnswer(limit), overrides: limits.overrides(limit.id).map(overrideAnswer) };
    },
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Change the fields that are named",
      params: limitId,
      body: { schema: limitSchema.partial(), example: { amountUsd: 2, thresholdsPercent: [50, 80, 100] } },
      answer: limitAnswerSchema,
    },
    async ({ c, params, body }) => limitAnswer(await limits.change(params["id"]!, await body(), actorOf(c))),
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Remove a limit, with its overrides",
      params: limitId,
      answer: z.strictObject({ removed: z.string() }),
    },
    async ({ c, params }) => {
      await limits.remove(params["id"]!, actorOf(c));
      return { removed: params["id"]! };
    },
  );
}

/** InvalidInput `limit_not_found`, also for one that may not be seen. */
export function visibleLimit(limits: Limits, { sees }: VisibleLimits, id: string): Limit {
  const limit = limits.get(id);
  if (limit === null || !sees(limit)) throw limitNotFound(id);
  return limit;
}

function addApplying(app: App, { limits }: LimitParts): void {
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/applying`,
      access: "read",
      tag,
      summary: "How full the limits are that a call would meet",
      query: z.object({
        filter: z
          .array(z.string())
          .optional()
          .meta({ description: "What is known of the call: dimension:value, repeated", example: ["user:alice"] }),
      }),
      answer: z.strictObject({ states: z.array(stateAnswerSchema) }),
    },
    async ({ c, query }) => {
      const { dimensions, tags } = callOf(query["filter"] ?? []);
      const user = userOfCall(c, dimensions.user);
      const visible = visibleLimits(c);
      if (user !== undefined) visible.requireUser(user);
      const states = await limits.statesFor({ ...dimensions, ...(user === undefined ? {} : { user }) }, tags);
      const seen = states.filter(({ limitId: id, value }) => {
        const limit = limits.get(id);
        return limit !== null && visible.seesAccount(limit, value);
      });
      return { states: seen.map(stateAnswer) };
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/leases`,
      access: "admin",
      tag,
      summary: "What is set aside for calls that are running",
      answer: z.strictObject({
        leases: z.array(
          z.strictObject({
            id: z.string(),
            eventId: z.string(),
            limitIds: z.array(z.string()),
            leasedUsd: z.number(),
            expiresAt: z.string(),
          }),
        ),
      }),
    },
    async () => ({
      leases: limits.openLeases().map(({ nanoUsd, expiresAtMs, ...lease }) => ({
        ...lease,
        leasedUsd: usdNumber(nanoUsd),
        expiresAt: instantText(expiresAtMs),
      })),
    }),
  );
}

/** What filters say of one call. InvalidInput `invalid_filter` for those that stand for several. */
function callOf(texts: string[]): { dimensions: CallToCheck["dimensions"]; tags: Record<string, string> } {
  const dimensions: Record<string, string> = {};
  const tags: Record<string, string> = {};
  for (const { dimension, values, patterns, exclude } of parseFilters(texts)) {
    const [value] = values;
    if (exclude || patterns.length > 0 || values.length !== 1 || typeof value !== "string") {
      const message = `filter of ${dimension} stands for several values; expected one, as of one call`;
      throw new InvalidInput("invalid_filter", message, { field: "filter" });
    }
    if (dimension.startsWith("tag:")) tags[dimension.slice(4)] = value;
    else dimensions[dimension] = value;
  }
  return { dimensions: dimensions as CallToCheck["dimensions"], tags };
}

function addStates(app: App, { limits }: LimitParts): void {
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/{id}/states`,
      access: "read",
      tag,
      summary: "How full a limit is, for each of its values",
      description: "Those that spent most first, at most 1,000; or the one that is named.",
      params: limitId,
      query: z.object({ value: z.string().optional().meta({ description: "Of the limit's each, or a session" }) }),
      answer: z.strictObject({ states: z.array(stateAnswerSchema) }),
    },
    async ({ c, params, query }) => {
      const visible = visibleLimits(c);
      const limit = visibleLimit(limits, visible, params["id"]!);
      const states = await limits.states(limit.id, oneValue(query, "value"));
      return { states: states.filter(({ value }) => visible.seesAccount(limit, value)).map(stateAnswer) };
    },
  );
}

function addOverrides(app: App, { limits }: LimitParts): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/{id}/overrides`,
      access: "admin",
      tag,
      summary: "Raise a limit for a time, or lift it",
      description: "With a reason and an end; both are in the audit trail.",
      params: limitId,
      body: {
        schema: overrideSchema,
        example: { value: "alice", amountUsd: 5, reason: "migration week", until: "2026-11-29T00:00:00Z" },
      },
      answer: overrideAnswerSchema,
    },
    async ({ c, params, body }) => overrideAnswer(await limits.override(params["id"]!, await body(), actorOf(c))),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/limit-overrides",
      access: "read",
      tag,
      summary: "Running and coming overrides of all limits",
      answer: z.strictObject({ overrides: z.array(overrideAnswerSchema) }),
    },
    async ({ c }) => {
      const visible = visibleLimits(c);
      const seen = limits.overrides().filter(({ limitId: id, value }) => {
        const limit = limits.get(id);
        return limit !== null && visible.sees(limit) && (value === null || visible.seesAccount(limit, value));
      });
      return { overrides: seen.map(overrideAnswer) };
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: "/api/v1/limit-overrides/{id}",
      access: "admin",
      tag,
      summary: "End an override now",
      params: z.object({ id: z.string().meta({ description: "Of the override" }) }),
      answer: z.strictObject({ ended: z.string() }),
    },
    async ({ c, params }) => {
      await limits.endOverride(params["id"]!, actorOf(c));
      return { ended: params["id"]! };
    },
  );
}

const refusalAnswer = z
  .strictObject({
    id: z.string().meta({ description: "For GET /api/v1/limits/refusals/{id}" }),
    code: z.enum(["limit_exceeded", "rate_limited", "unpriced_model"]),
    message: z.string(),
    limit: stateAnswerSchema,
    wantedUsd: z.number().meta({ description: "What the call would have had set aside" }),
    retryAfterSeconds: z.number().nullable().meta({ description: "null: waiting does not help" }),
  })
  .meta({ id: "LimitRefusal" });
const refused = z.strictObject({ allowed: z.literal(false), refusal: refusalAnswer });
const passing = {
  allowed: z.literal(true),
  swappedModel: z.string().nullable().meta({ description: "Call this model instead; null: as asked" }),
  warnings: z.array(stateAnswerSchema).meta({ description: "Limits above one of their thresholds" }),
};

const askedCall = eventSchema
  .pick({
    provider: true,
    model: true,
    requestedModel: true,
    operation: true,
    serviceTier: true,
    geo: true,
    user: true,
    team: true,
    project: true,
    customer: true,
    agent: true,
    activity: true,
    category: true,
    session: true,
    trace: true,
    environment: true,
    credential: true,
    variant: true,
    source: true,
    tags: true,
  })
  .extend({
    eventId: eventSchema.shape.id.meta({ description: "The id that its usage will be recorded with: that settles it" }),
    usage: eventSchema.shape.usage.meta({
      description: "The most that it can use; what is not said is taken from calls like it",
    }),
    mostUsd: z
      .number()
      .min(0)
      .max(1_000_000)
      .nullish()
      .meta({ description: "The most that it can cost, where no price tells" }),
  })
  .strict();
const askedExample = {
  eventId: "call-1",
  provider: "openai",
  model: "gpt-5",
  user: "alice",
  usage: { inputTokens: 1_200, outputTokens: 500 },
};

function addCalls(app: App, parts: LimitParts): void {
  const { limits } = parts;
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/check`,
      access: "gateway",
      tag,
      summary: "Would this call be let through?",
      description: "The same decision as for a lease, setting nothing aside.",
      body: { schema: askedCall, example: askedExample },
      answer: z.union([z.strictObject({ ...passing, wantedUsd: z.number() }), refused]),
    },
    async ({ c, body }) => {
      const call = readCall(c, parts, await body());
      const verdict = await limits.check(call);
      if (verdict.kind === "refused") return refusalOf(verdict, call);
      return { ...passOf(verdict), wantedUsd: usdNumber(verdict.wantedNanoUsd) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/lease`,
      access: "gateway",
      tag,
      summary: "Set aside what a call may cost",
      description:
        "Ask before the call, and record its usage with the same id afterwards: that settles the lease. It expires 15 minutes after it was made or last renewed.",
      body: { schema: askedCall, example: askedExample },
      answer: z.union([
        z.strictObject({
          ...passing,
          lease: z.strictObject({ id: z.string(), eventId: z.string(), leasedUsd: z.number() }),
        }),
        refused,
      ]),
    },
    async ({ c, body }) => {
      const call = readCall(c, parts, await body());
      const verdict = await limits.lease(call);
      if (verdict.kind === "refused") return refusalOf(verdict, call);
      const { id, leasedNanoUsd } = verdict.lease;
      return { ...passOf(verdict), lease: { id, eventId: call.eventId, leasedUsd: usdNumber(leasedNanoUsd) } };
    },
  );
}

/** InvalidInput as for an event, and `not_allowed` for calls of others. */
function readCall(c: Context<HttpEnvironment>, { ledger, sizes }: LimitParts, raw: unknown): CallToCheck {
  const { eventId, mostUsd, ...fields } = parseAs(askedCall, raw, "invalid_body");
  const { event, problems } = parseEvent({ ...fields, id: eventId ?? crypto.randomUUID() }, ledger.now());
  if (problems !== null) {
    const [{ code, reason, field }] = problems as [(typeof problems)[number]];
    throw new InvalidInput(code, reason, { field });
  }
  const { id, provider, model, tags = {}, ...rest } = { ...event, user: userOfCall(c, event.user) };
  const mostNanoUsd = mostUsd == null ? null : Number(parseUsd(mostUsd, "mostUsd"));
  return {
    eventId: id!,
    provider,
    model,
    dimensions: { ...dimensionsOf(rest), source: rest.source ?? "api" },
    tags,
    worstCase: worstCaseOfUsage(ledger.prices, sizes, event, mostNanoUsd),
  };
}

const DIMENSIONS = [
  "requestedModel",
  "operation",
  "user",
  "team",
  "project",
  "customer",
  "agent",
  "activity",
  "category",
  "session",
  "trace",
  "environment",
  "credential",
  "variant",
] as const;

function dimensionsOf(event: Partial<Record<(typeof DIMENSIONS)[number], string | undefined>>) {
  const known = DIMENSIONS.map((name) => [name, event[name]]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as CallToCheck["dimensions"];
}

function passOf({ swappedModel, warnings }: { swappedModel: string | null; warnings: LimitState[] }) {
  return { allowed: true, swappedModel, warnings: warnings.map(stateAnswer) };
}

function refusalOf(verdict: Extract<Verdict, { kind: "refused" }>, { model }: CallToCheck) {
  const { refusalId, code, limit, wantedNanoUsd, retryAfterSeconds } = verdict;
  return {
    allowed: false,
    refusal: {
      id: refusalId,
      code,
      message: refusalSentence(verdict, `No price is known for the model ${shown(model)}`),
      limit: stateAnswer(limit),
      wantedUsd: usdNumber(wantedNanoUsd),
      retryAfterSeconds,
    },
  };
}

const leaseId = z.object({ id: z.string().meta({ description: "Of the lease" }) });
const renewBody = z.strictObject({
  raiseToUsd: z
    .number()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({ description: "Set aside so much in all, if there is room" }),
});

function addLeases(app: App, { ledger, limits }: LimitParts): void {
  const open = (id: string) => {
    const lease = limits.leaseById(id);
    if (lease !== null) return lease;
    throw new InvalidInput(
      "lease_not_found",
      `there is no open lease ${shown(id)}: it has ended, or nothing was set aside`,
      {
        field: "id",
        status: 404,
      },
    );
  };
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/leases/{id}/renew`,
      access: "gateway",
      tag,
      summary: "The call is still running",
      description: "The lease lives another 15 minutes; a call that costs more than was thought raises it.",
      params: leaseId,
      body: { schema: renewBody, example: { raiseToUsd: 0.4 } },
      answer: z.strictObject({
        raised: z.boolean().meta({ description: "False: there was no room for more, and nothing changed" }),
        leasedUsd: z.number(),
      }),
    },
    async ({ params, body }) => {
      const { raiseToUsd } = parseAs(renewBody, await body(), "invalid_body");
      const lease = open(params["id"]!);
      lease.renew();
      const raised = raiseToUsd === undefined || lease.raiseTo(Number(parseUsd(raiseToUsd, "raiseToUsd")));
      return { raised, leasedUsd: usdNumber(lease.leasedNanoUsd) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/leases/{id}/release`,
      access: "gateway",
      tag,
      summary: "The call was not made, or cost nothing",
      params: leaseId,
      body: { schema: z.strictObject({}), example: {} },
      answer: z.strictObject({ released: z.string() }),
    },
    async ({ params, body }) => {
      parseAs(z.strictObject({}), await body(), "invalid_body");
      open(params["id"]!).release();
      return { released: params["id"]! };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/leases/{id}/settle`,
      access: "gateway",
      tag,
      summary: "Record what the call has used",
      description:
        "Takes a usage event and gives it the lease's event id, as POST /api/v1/events does when it has that id.",
      params: leaseId,
      body: {
        schema: eventSchema.omit({ id: true }),
        example: { provider: "openai", model: "gpt-5", usage: { inputTokens: 1_200, outputTokens: 90 } },
      },
      answer: recordAnswer,
    },
    async ({ params, body }) => {
      const event = (await body()) as object;
      open(params["id"]!);
      const { eventId } = limits.openLeases().find(({ id }) => id === params["id"])!;
      const answer = await recordUsage(ledger, [{ ...event, id: eventId }]);
      const [wrong] = answer.rejected;
      if (wrong !== undefined) throw new InvalidInput(wrong.code, wrong.reason, { field: wrong.field });
      return answer;
    },
  );
}

const personalBody = z.strictObject({
  dailyLimit: z.number().min(0).nullable().optional(),
  weeklyLimit: z.number().min(0).nullable().optional(),
  monthlyLimit: z.number().min(0).nullable().optional(),
  sessionLimit: z.number().min(0).nullable().optional(),
  emailAlerts: z.boolean().optional(),
});
const personalAnswer = z.strictObject({
  dailyLimit: z.number().nullable(),
  weeklyLimit: z.number().nullable(),
  monthlyLimit: z.number().nullable(),
  sessionLimit: z.number().nullable(),
  emailAlerts: z.boolean(),
  made: z.boolean().meta({ description: "False: these are proposals, and nothing is refused" }),
  limits: z.array(limitAnswerSchema),
});

/** LIM-3: what each person may spend. */
function addPersonal(app: App, { personal }: LimitParts): void {
  const answer = async () => ({ ...(await personal.read()), limits: (await personal.limits()).map(limitAnswer) });
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/personal`,
      access: "read",
      tag,
      summary: "What each user may spend a day, a week, a month and a session",
      answer: personalAnswer,
    },
    answer,
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/personal`,
      access: "admin",
      tag,
      summary: "Make limits for each user, or change them",
      description:
        "Dollars; null takes one away. Without a body's fields: 1 a day, 5 a week, 20 a month, 0.50 a session.",
      body: { schema: personalBody, example: { dailyLimit: 2, sessionLimit: null } },
      answer: personalAnswer,
    },
    async ({ c, body }) => {
      await personal.change(withoutUndefined(parseAs(personalBody, await body(), "invalid_body")), actorOf(c));
      return answer();
    },
  );
}
