import { InvalidInput } from "@outlay/core";
import { z } from "zod";
import type { Ledger } from "../../ledger/ledger.ts";
import { parseFilters } from "../../ledger/filters.ts";
import { limitNotFound } from "../../limits/budget-report.ts";
import type { LearnedSizes } from "../../limits/learned-sizes.ts";
import type { CallToCheck, Limit } from "../../limits/limit.ts";
import type { Limits } from "../../limits/limits.ts";
import { limitSchema } from "../../limits/parse-limit.ts";
import { overrideSchema } from "../../limits/parse-override.ts";
import type { PersonalLimitsDesk } from "../../limits/personal-limits.ts";
import { actorOf } from "../authorize.ts";
import {
  limitAnswer,
  limitAnswerSchema,
  overrideAnswer,
  overrideAnswerSchema,
  stateAnswer,
  stateAnswerSchema,
} from "../limit-answers.ts";
import { userOfCall, visibleLimits, type VisibleLimits } from "../limits-of-principal.ts";
import { oneOf, oneValue } from "../parameters.ts";
import { addRoute } from "../route.ts";
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

/** Limits and budgets: made, changed, raised for a time. */
export function addLimitRoutes(app: App, parts: LimitParts): void {
  // Before those with an id in their place.
  addApplying(app, parts);
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
