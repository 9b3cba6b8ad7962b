import { InvalidInput, usdNumber } from "@outlay/core";
import { z } from "zod";
import { wireEvent } from "../../ledger/wire-event.ts";
import { explainRefusal, type Explanation, type Spender } from "../../limits/explain.ts";
import { limitSchema, parseLimit } from "../../limits/parse-limit.ts";
import { replayLimit, type Hit, type Replay } from "../../limits/replay.ts";
import type { Limit } from "../../limits/limit.ts";
import type { KeptRefusal } from "../../limits/limits.ts";
import { refusalSentence, unpricedInWords } from "../../limits/refusal-sentence.ts";
import { eventAnswer } from "../answers.ts";
import { ledgerOf } from "../authorize.ts";
import { instantOrNull, instantText } from "../instant-text.ts";
import { limitAnswer, limitAnswerSchema, stateAnswer, stateAnswerSchema } from "../limit-answers.ts";
import { visibleLimits } from "../limits-of-principal.ts";
import { oneValue, wholeNumber } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import { LIMITS_TAG as tag, visibleLimit, type LimitParts } from "./limits.ts";

const path = "/api/v1/limits";

const spender = z.strictObject({
  value: z.string().nullable(),
  calls: z.number(),
  costUsd: z.number(),
  unpricedCalls: z.number().meta({ description: "Without a price: what they cost is not in costUsd" }),
});
const spenders = z.array(spender);

const callAnswer = z.strictObject({
  eventId: z.string(),
  provider: z.string(),
  model: z.string(),
  dimensions: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
});

const explanationAnswer = z
  .strictObject({
    id: z.string(),
    at: z.string(),
    code: z.string(),
    call: callAnswer,
    limit: stateAnswerSchema.meta({ description: "As the call found it" }),
    wantedUsd: z.number(),
    retryAfterSeconds: z.number().nullable(),
    period: z.strictObject({ start: z.string(), end: z.string() }),
    spentNowUsd: z.number().meta({ description: "Of the same account and period, as the ledger has it now" }),
    top: z.strictObject({ users: spenders, models: spenders, keys: spenders, agents: spenders, projects: spenders }),
    events: z.array(eventAnswer).meta({ description: "The dearest calls" }),
    allEventsRead: z.boolean().meta({ description: "False: only the newest 20,000 were looked at for the dearest" }),
    charges: z.array(z.strictObject({ id: z.string(), at: z.string(), kind: z.string(), amountUsd: z.number() })),
    leases: z
      .array(z.strictObject({ eventId: z.string(), leasedUsd: z.number(), expiresAt: z.string() }))
      .meta({ description: "What was set aside for other calls at that moment" }),
    links: z.strictObject({
      events: z.string().meta({ description: "The events that count, newest first" }),
      byModel: z.string(),
      limit: z.string(),
    }),
  })
  .meta({ id: "LimitExplanation" });

const hit = z.strictObject({ value: z.string().nullable(), calls: z.number(), costUsd: z.number() });
const hits = z.array(hit);
const replayAnswer = z
  .strictObject({
    limit: limitAnswerSchema.omit({ id: true, createdAt: true, updatedAt: true }),
    from: z.string(),
    to: z.string(),
    calls: z.number().meta({ description: "That count towards it" }),
    costUsd: z.number(),
    refusedCalls: z.number(),
    savedUsd: z.number().meta({ description: "What the refused calls have cost" }),
    refusedUnpricedCalls: z.number(),
    warnedCalls: z.number(),
    throttledCalls: z.number().meta({ description: "Would have had to wait for their minute" }),
    swappedCalls: z.number(),
    swapSavedUsd: z.number().meta({ description: "With the same tokens" }),
    firstRefusedAt: z.string().nullable(),
    hit: z.strictObject({ user: hits, project: hits, customer: hits, agent: hits, model: hits, key: hits }),
    hitValues: hits.meta({ description: "Of the limit's each, or sessions" }),
    hitValueCount: z.number(),
    fullest: z.array(
      z.strictObject({
        value: z.string().nullable(),
        start: z.string().nullable(),
        spentUsd: z.number().meta({ description: "The most at any time" }),
        amountUsd: z.number(),
      }),
    ),
    complete: z
      .boolean()
      .meta({ description: "False: there were more events than are read; told is what was up to readTo" }),
    readTo: z.string(),
    method: z.string(),
  })
  .meta({ id: "LimitReplay" });
const replayBody = z.strictObject({
  limit: limitSchema.optional().meta({ description: "One that is not made yet" }),
  limitId: z.string().optional().meta({ description: "Or one that is there" }),
  days: z.number().int().min(1).max(366).default(30),
});

const METHOD =
  "each call is taken to have cost what it has cost, in the order in which they occurred; whether who was refused would have tried again is not known";

const refusalRow = z
  .strictObject({
    id: z.string().meta({ description: "For GET /api/v1/limits/refusals/{id}" }),
    at: z.string(),
    code: z.enum(["limit_exceeded", "rate_limited", "unpriced_model"]),
    message: z.string(),
    call: callAnswer,
    limit: stateAnswerSchema.meta({ description: "As the call found it" }),
    wantedUsd: z.number(),
    retryAfterSeconds: z.number().nullable(),
  })
  .meta({ id: "LimitRefusalRow" });

/** Questions about limits: what was refused, what had filled one, what one would have done. */
export function addLimitQuestions(app: App, parts: LimitParts): void {
  addRefusals(app, parts);
  addReplay(app, parts);
}

function addRefusals(app: App, { limits }: LimitParts): void {
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/refusals`,
      access: "read",
      tag,
      summary: "Calls that limits refused, newest first",
      description: "Of the last day, of which the latest 1,000 are kept. Members see those of their own calls.",
      query: z.object({
        limitId: z.string().optional().meta({ description: "Only those of this limit" }),
        limit: z.string().optional().meta({ description: "At most 1000; default 100" }),
      }),
      answer: z.strictObject({
        refusals: z.array(refusalRow),
        total: z.number().int().meta({ description: "Of these the newest are listed" }),
        byLimit: z.record(z.string(), z.number().int()).meta({ description: "How many each limit refused, by its id" }),
      }),
    },
    async ({ c, query }) => {
      const limitId = oneValue(query, "limitId");
      const most = wholeNumber(query, "limit", { min: 1, max: 1_000, default: 100 });
      const { seesUser } = visibleLimits(c);
      const seen = limits
        .refusals()
        .filter(({ limit }) => limitId === undefined || limit.limitId === limitId)
        .filter(({ call }) => seesUser(call.dimensions.user));
      const byLimit: Record<string, number> = {};
      for (const { limit } of seen) byLimit[limit.limitId] = (byLimit[limit.limitId] ?? 0) + 1;
      return { refusals: seen.slice(0, most).map(refusalRowOf), total: seen.length, byLimit };
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/refusals/{id}`,
      access: "read",
      tag,
      summary: "Why a call was refused: what had filled the limit",
      description: "Refusals are kept for a day. The id is in the refusal, and in the header x-outlay-refusal-id.",
      params: z.object({ id: z.string().meta({ description: "Of the refusal" }) }),
      answer: explanationAnswer,
    },
    async ({ c, params }) => {
      const explanation = await explainRefusal({ ledger: ledgerOf(c), limits }, params["id"]!);
      const { call } = explanation.refusal;
      visibleLimits(c).requireUser(call.dimensions.user);
      return explanationOf(explanation);
    },
  );
}

function addReplay(app: App, { limits }: LimitParts): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/replay`,
      access: "admin",
      tag,
      summary: "What a limit would have done to the last days",
      description: `Reads the recorded calls, at most two million of them: ${METHOD}.`,
      body: {
        schema: replayBody,
        example: { limit: { name: "Each user, a day", each: "user", amountUsd: 1, period: "day" }, days: 30 },
      },
      answer: replayAnswer,
    },
    async ({ c, body }) => {
      const ledger = ledgerOf(c);
      const wanted = parseAs(
        replayBody.omit({ limit: true }).extend({ limit: z.unknown().optional() }),
        await body(),
        "invalid_body",
      );
      const limit = limitToReplay(wanted, (id) => visibleLimit(limits, visibleLimits(c), id), ledger.now());
      return replayOf(limit, await replayLimit(ledger, limit, { days: wanted.days }));
    },
  );
}

/** InvalidInput `invalid_body` unless exactly one limit is meant; else as for a new limit, with its field under `limit`. */
function limitToReplay(
  { limit, limitId }: { limit?: unknown; limitId?: string | undefined },
  known: (id: string) => Limit,
  nowMs: number,
): Limit {
  if ((limit === undefined) === (limitId === undefined)) {
    throw new InvalidInput("invalid_body", "expected limit, as for a new one, or limitId, and not both", {
      field: "limit",
    });
  }
  if (limitId !== undefined) return known(limitId);
  try {
    return { ...parseLimit(limit, nowMs), id: "", createdAtMs: nowMs, updatedAtMs: nowMs };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const field = error.field === undefined ? "limit" : `limit.${error.field}`;
    throw new InvalidInput(error.code, error.message, { field });
  }
}

function explanationOf(explanation: Explanation): z.infer<typeof explanationAnswer> {
  const { refusal, top, events, charges, filters } = explanation;
  const { period, limit, call } = refusal;
  const range = { start: instantText(period.startMs), end: instantText(period.endMs) };
  const question = new URLSearchParams([
    ["from", range.start],
    ["to", range.end],
    ...filters.map((filter): [string, string] => ["filter", filter]),
  ]).toString();
  return {
    id: refusal.id,
    at: instantText(refusal.atMs),
    code: refusal.code,
    call: callOf(call),
    limit: stateAnswer(limit),
    wantedUsd: usdNumber(refusal.wantedNanoUsd),
    retryAfterSeconds: refusal.retryAfterSeconds,
    period: range,
    spentNowUsd: usdNumber(explanation.spentNowNanoUsd),
    top: {
      users: top.users.map(spenderOf),
      models: top.models.map(spenderOf),
      keys: top.keys.map(spenderOf),
      agents: top.agents.map(spenderOf),
      projects: top.projects.map(spenderOf),
    },
    events: events.map(wireEvent),
    allEventsRead: explanation.allEventsRead,
    charges: charges.map(({ id, occurredAtMs, kind, amountNanoUsd }) => ({
      id,
      at: instantText(occurredAtMs),
      kind,
      amountUsd: usdNumber(amountNanoUsd),
    })),
    leases: refusal.leases.map(({ eventId, nanoUsd, expiresAtMs }) => ({
      eventId,
      leasedUsd: usdNumber(nanoUsd),
      expiresAt: instantText(expiresAtMs),
    })),
    links: {
      events: `/api/v1/events?${question}`,
      byModel: `/api/v1/breakdown?by=model&${question}`,
      limit: `/api/v1/limits/${encodeURIComponent(limit.limitId)}`,
    },
  };
}

function refusalRowOf(refusal: KeptRefusal): z.infer<typeof refusalRow> {
  const { id, atMs, code, call, limit, wantedNanoUsd, retryAfterSeconds } = refusal;
  return {
    id,
    at: instantText(atMs),
    code,
    message: refusalSentence(refusal, unpricedInWords(call.model)),
    call: callOf(call),
    limit: stateAnswer(limit),
    wantedUsd: usdNumber(wantedNanoUsd),
    retryAfterSeconds,
  };
}

function callOf({ eventId, provider, model, dimensions, tags }: KeptRefusal["call"]): z.infer<typeof callAnswer> {
  return { eventId, provider, model, dimensions: given(dimensions), tags };
}

function spenderOf({ value, calls, nanoUsd, unpricedCalls }: Spender): z.infer<typeof spender> {
  return { value, calls, costUsd: usdNumber(nanoUsd), unpricedCalls };
}

function hitOf({ value, calls, nanoUsd }: Hit): z.infer<typeof hit> {
  return { value, calls, costUsd: usdNumber(nanoUsd) };
}

function given(dimensions: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dimensions).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function replayOf(limit: Limit, replay: Replay): z.infer<typeof replayAnswer> {
  const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...terms } = limitAnswer(limit);
  const { hit: whose } = replay;
  return {
    limit: terms,
    from: instantText(replay.fromMs),
    to: instantText(replay.toMs),
    calls: replay.calls,
    costUsd: usdNumber(replay.costNanoUsd),
    refusedCalls: replay.refusedCalls,
    savedUsd: usdNumber(replay.savedNanoUsd),
    refusedUnpricedCalls: replay.refusedUnpricedCalls,
    warnedCalls: replay.warnedCalls,
    throttledCalls: replay.throttledCalls,
    swappedCalls: replay.swappedCalls,
    swapSavedUsd: usdNumber(replay.swapSavedNanoUsd),
    firstRefusedAt: instantOrNull(replay.firstRefusedAtMs),
    hit: {
      user: whose.user.map(hitOf),
      project: whose.project.map(hitOf),
      customer: whose.customer.map(hitOf),
      agent: whose.agent.map(hitOf),
      model: whose.model.map(hitOf),
      key: whose.key.map(hitOf),
    },
    hitValues: replay.hitValues.map(hitOf),
    hitValueCount: replay.hitValueCount,
    fullest: replay.fullest.map(({ value, startMs, spentNanoUsd, amountNanoUsd }) => ({
      value,
      start: instantOrNull(startMs),
      spentUsd: usdNumber(spentNanoUsd),
      amountUsd: usdNumber(amountNanoUsd),
    })),
    complete: replay.complete,
    readTo: instantText(replay.readToMs),
    method: METHOD,
  };
}
