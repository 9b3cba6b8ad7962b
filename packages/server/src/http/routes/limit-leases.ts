import { ATTRIBUTION, InvalidInput, eventSchema, parseEvent, parseUsd, shown, usdNumber } from "@outlay/core";
import type { Context } from "hono";
import { z } from "zod";
import { recordUsage } from "../../ledger/record-usage.ts";
import { worstCaseOfUsage } from "../../limits/asked-tokens.ts";
import type { CallToCheck, LimitState, Verdict } from "../../limits/limit.ts";
import { refusalSentence, unpricedInWords } from "../../limits/refusal-sentence.ts";
import { recordAnswer } from "../answers.ts";
import type { HttpEnvironment } from "../environment.ts";
import { instantText } from "../instant-text.ts";
import { stateAnswer, stateAnswerSchema } from "../limit-answers.ts";
import { userOfCall } from "../limits-of-principal.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import { senderOf, withSender } from "../sender.ts";
import { LIMITS_TAG as tag, type LimitParts } from "./limits.ts";

const path = "/api/v1/limits";

/** Asked before a call, and told when it is over: what is set aside for calls that run. */
export function addLimitLeaseRoutes(app: App, parts: LimitParts): void {
  addOpenLeases(app, parts);
  addCalls(app, parts);
  addLeases(app, parts);
}

function addOpenLeases(app: App, { limits }: LimitParts): void {
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

const DIMENSIONS = ["requestedModel", "operation", ...ATTRIBUTION, "variant"] as const;

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
      message: refusalSentence(verdict, unpricedInWords(model)),
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
        "Takes a usage event and gives it the lease's event id, as POST /api/v1/events does when it has that id. What the key says of whose call it is counts where the event does not say it.",
      params: leaseId,
      body: {
        schema: eventSchema.omit({ id: true }),
        example: { provider: "openai", model: "gpt-5", usage: { inputTokens: 1_200, outputTokens: 90 } },
      },
      answer: recordAnswer,
    },
    async ({ c, params, body }) => {
      const event = (await body()) as object;
      open(params["id"]!);
      const { eventId } = limits.openLeases().find(({ id }) => id === params["id"])!;
      const answer = await recordUsage(ledger, withSender([{ ...event, id: eventId }], senderOf(c)));
      const [wrong] = answer.rejected;
      if (wrong !== undefined) throw new InvalidInput(wrong.code, wrong.reason, { field: wrong.field });
      return answer;
    },
  );
}
