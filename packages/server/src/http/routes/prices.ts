import { BASES, InvalidInput, MAX_EVENTS_PER_BATCH, eventSchema } from "@outlay/core";
import { z } from "zod";
import type { QueryParams } from "../../ledger/answers.ts";
import { findPeriod } from "../../ledger/asked-period.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { parseQuestion } from "../../ledger/question.ts";
import { isSameModel, overrideSchema, parseOverride } from "../../prices/overrides.ts";
import type { PriceOverride } from "../../prices/overrides.ts";
import { rateWireEvents } from "../../prices/rate-events.ts";
import { reprice } from "../../prices/reprice.ts";
import { askLedger, withoutAbsent } from "../ask-ledger.ts";
import { actorOf, ledgerOf } from "../authorize.ts";
import { adjustment, costLine, priceVersion } from "../answers.ts";
import { instantOrNull, instantText } from "../instant-text.ts";
import { instantMs, oneValue, periodParameters, requiredValue, wholeNumber } from "../parameters.ts";
import { batchOf } from "../record-answer.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const tag = "Prices";
const text = (description: string) => z.string().optional().meta({ description });
const decimals = z.record(z.string(), z.string());
const nullableInstant = z.string().nullable();

/** Which price a call gets, the user's own prices, and rating again. */
export function addPriceRoutes(app: App, ledger: Ledger): void {
  addLookUps(app, ledger);
  addOverrides(app, ledger);
  addRefresh(app, ledger);
  addUnpriced(app, ledger);
  addRepricing(app, ledger);
  addRating(app, ledger);
}

const priceMatch = z.union([
  z.strictObject({
    found: z.literal(true),
    version: priceVersion,
    how: z.enum(["exact", "alias", "approximate"]),
    note: z.string().optional(),
  }),
  z.strictObject({ found: z.literal(false), reason: z.string() }),
]);

function addLookUps(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/prices",
      access: "read",
      tag,
      summary: "Every model's price, overrides first",
      query: z.object({
        search: text("Part of provider/model"),
        provider: text("Only of this provider"),
        at: text("An instant or date; default: now"),
        limit: text("Most prices, up to 1000; default 100"),
        offset: text("Prices to leave out"),
      }),
      answer: z.strictObject({ total: z.number().int(), prices: z.array(priceVersion) }),
    },
    async ({ query }) => {
      const search = oneValue(query, "search");
      const provider = oneValue(query, "provider");
      return ledger.prices.list({
        ...(search === undefined ? {} : { search }),
        ...(provider === undefined ? {} : { provider }),
        atMs: instantMs(query, "at", ledger.now()),
        limit: wholeNumber(query, "limit", { min: 1, max: 1_000, default: 100 }),
        offset: wholeNumber(query, "offset", { min: 0, max: 1_000_000, default: 0 }),
      });
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/prices/match",
      access: "read",
      tag,
      summary: "Which price would this model get at this instant?",
      query: z.object({
        provider: text("Who bills the call; required"),
        model: text("As the call names it; required"),
        at: text("An instant or date; default: now"),
      }),
      answer: priceMatch,
    },
    async ({ query }) =>
      ledger.prices.match(
        requiredValue(query, "provider"),
        requiredValue(query, "model"),
        instantMs(query, "at", ledger.now()),
      ),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/prices/history",
      access: "read",
      tag,
      summary: "The prices of one model over time, in order",
      query: z.object({ provider: text("Required"), model: text("Required") }),
      answer: z.strictObject({ prices: z.array(priceVersion) }),
    },
    async ({ query }) => ({
      prices: ledger.prices.history(requiredValue(query, "provider"), requiredValue(query, "model")),
    }),
  );
}

const overrideAnswer = z
  .strictObject({
    provider: z.string(),
    model: z.string(),
    from: nullableInstant,
    to: nullableInstant,
    rates: decimals,
    adjustments: z.array(adjustment),
    note: z.string().optional(),
  })
  .meta({ id: "Override" });
const overridesAnswer = z.strictObject({ overrides: z.array(overrideAnswer) });

function addOverrides(app: App, ledger: Ledger): void {
  const path = "/api/v1/prices/overrides";
  addRoute(
    app,
    { method: "get", path, access: "read", tag, summary: "The user's own prices", answer: overridesAnswer },
    async () => overridesOf(ledger),
  );
  addRoute(
    app,
    {
      method: "put",
      path,
      access: "admin",
      tag,
      summary: "Set a price, or replace the one of the same model and start",
      description: "Calls that had no price get this one; known costs stay as they are until they are repriced.",
      body: {
        schema: overrideSchema,
        example: { provider: "openai", model: "my-fine-tune", from: "2026-11-01", rates: { input: "3", output: "12" } },
      },
      answer: overridesAnswer,
    },
    async ({ c, body }) => {
      await ledger.prices.setOverride(parseOverride(await body()), actorOf(c));
      return overridesOf(ledger);
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path,
      access: "admin",
      tag,
      summary: "Remove one of the user's own prices",
      query: z.object({
        provider: text("Required"),
        model: text("Required"),
        from: text("Its start, as it was set; absent: the one that counts since ever"),
      }),
      answer: overridesAnswer,
    },
    async ({ c, query }) => {
      const from = oneValue(query, "from") === undefined ? null : instantMs(query, "from", 0);
      const provider = requiredValue(query, "provider");
      const model = requiredValue(query, "model");
      requireOverride(ledger.prices.overrides(), provider, model, from);
      await ledger.prices.removeOverride(provider, model, from, actorOf(c));
      return overridesOf(ledger);
    },
  );
}

function overridesOf(ledger: Ledger): z.infer<typeof overridesAnswer> {
  return {
    overrides: ledger.prices.overrides().map(({ startMs, endMs, note, ...facts }) => ({
      ...facts,
      rates: facts.rates as Record<string, string>,
      adjustments: facts.adjustments as z.infer<typeof adjustment>[],
      from: instantOrNull(startMs),
      to: instantOrNull(endMs),
      ...(note === undefined ? {} : { note }),
    })),
  };
}

function requireOverride(overrides: PriceOverride[], provider: string, model: string, startMs: number | null): void {
  const starts = overrides.filter((it) => isSameModel(it, { provider, model })).map((it) => it.startMs);
  if (starts.includes(startMs)) return;
  const others = starts.length === 0 ? "" : `; there is one ${starts.map(describeStart).join(", and one ")}`;
  throw new InvalidInput(
    "override_not_found",
    `There is no price of yours for ${provider}/${model} ${describeStart(startMs)}${others}`,
    { status: 404 },
  );
}

function describeStart(ms: number | null): string {
  return ms === null ? "without a start" : `from ${instantOrNull(ms)}`;
}

const refreshBody = z.strictObject({
  confirm: z
    .array(z.string())
    .max(10_000)
    .default([])
    .meta({ description: 'Ids of held changes to let through, or "all"' }),
});
const held = z.object({ id: z.string(), change: z.string() }).meta({ description: "Waits for a person" });

function addRefresh(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/prices/refresh",
      access: "read",
      tag,
      summary: "How fresh the public price list is, and which changes wait",
      answer: z.strictObject({
        enabled: z.boolean(),
        checkedAt: nullableInstant,
        failedAt: nullableInstant,
        failure: z.string().nullable(),
        stale: z.boolean(),
        held: z.array(held),
      }),
    },
    async () => {
      const { checkedAtMs, failedAtMs, ...state } = ledger.prices.refreshState();
      return { ...state, checkedAt: instantOrNull(checkedAtMs), failedAt: instantOrNull(failedAtMs) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/prices/refresh",
      access: "admin",
      tag,
      summary: "Fetch the public price list now",
      description: "What passes the gate is taken over; changes too large to be believed unseen are held back.",
      body: { schema: refreshBody, example: { confirm: [] } },
      answer: z.strictObject({
        checkedAt: z.string(),
        added: z.array(z.strictObject({ provider: z.string(), model: z.string(), from: nullableInstant })),
        held: z.array(held),
      }),
    },
    async ({ c, body }) => {
      const { confirm } = parseAs(refreshBody, await body(), "invalid_body");
      const report = await ledger.prices.refresh(confirm, actorOf(c));
      return {
        checkedAt: instantText(report.checkedAtMs),
        added: report.added.map(({ startMs, ...price }) => ({ ...price, from: instantOrNull(startMs) })),
        held: report.held,
      };
    },
  );
}

function addUnpriced(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/prices/unpriced",
      access: "read",
      tag,
      summary: "Models without a price: how many calls and tokens",
      query: z.object(periodParameters),
      answer: z.strictObject({
        models: z.array(
          z.strictObject({
            provider: z.string(),
            model: z.string(),
            calls: z.number().int(),
            tokens: z.number(),
            reason: z.string().nullable().meta({ description: "null: a price is known by now; reprice to apply it" }),
          }),
        ),
      }),
    },
    async ({ c, query }) => {
      const question: QueryParams = {
        period: ["all"],
        ...query,
        ...(query["from"] === undefined && query["to"] === undefined ? {} : { period: query["period"] }),
        metrics: ["calls,tokens"],
        by: ["provider,model"],
        filter: ["basis:unpriced"],
        order: ["-calls"],
        limit: ["500"],
      };
      const { rows } = await askLedger(ledgerOf(c), question);
      const models = rows
        .filter((row) => row["other"] !== true)
        .map((row) => {
          const provider = String(row["provider"]);
          const model = String(row["model"]);
          const match = ledger.prices.match(provider, model, ledger.now());
          const reason = match.found ? null : match.reason;
          return { provider, model, calls: Number(row["calls"]), tokens: Number(row["tokens"]), reason };
        });
      return { models };
    },
  );
}

const repriceBody = z.strictObject({
  period: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  tz: z.string().optional(),
  filters: z.array(z.string()).max(100).default([]).meta({ description: "dimension:value, as in questions" }),
  onlyUnpriced: z.boolean().default(false).meta({ description: "Moves no known cost" }),
  dryRun: z.boolean().default(true).meta({ description: "Only show what would change" }),
});
const repriced = {
  calls: z.number().int(),
  changedCalls: z.number().int(),
  costBeforeUsd: z.number(),
  costAfterUsd: z.number(),
  unpricedBefore: z.number().int(),
  unpricedAfter: z.number().int(),
};

function addRepricing(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/prices/reprice",
      access: "admin",
      tag,
      summary: "Rate recorded calls again with today's prices",
      description: "The only way in which known costs move. A dry run, the default, shows what would change.",
      body: { schema: repriceBody, example: { period: "month", filters: ["provider:openai"], dryRun: true } },
      answer: z.strictObject({
        dryRun: z.boolean(),
        start: z.string(),
        end: z.string(),
        models: z.array(z.strictObject({ provider: z.string(), model: z.string(), ...repriced })),
        totals: z.strictObject(repriced),
        examples: z.array(
          z.strictObject({
            id: z.string(),
            provider: z.string(),
            model: z.string(),
            occurredAt: z.string(),
            costBeforeUsd: z.number().nullable(),
            costAfterUsd: z.number().nullable(),
            priceBefore: z.string().nullable(),
            priceAfter: z.string().nullable(),
          }),
        ),
        auditId: z.string().nullable(),
      }),
    },
    async ({ c, body }) => {
      const { filters, onlyUnpriced, dryRun, ...words } = parseAs(repriceBody, await body(), "invalid_body");
      const { period, from, to, tz } = words;
      const params = withoutAbsent({
        filter: filters,
        period: listOf(period),
        from: listOf(from),
        to: listOf(to),
        tz: listOf(tz),
      });
      const asked = parseQuestion(params, { now: ledger.now(), timeZone: ledger.timeZone });
      const { startMs, endMs } = await findPeriod(ledger, asked.period);
      return reprice(ledger, { startMs, endMs, filters: asked.filters, onlyUnpriced, dryRun, actor: actorOf(c) });
    },
  );
}

const rated = z.strictObject({
  id: z.string().nullable(),
  costUsd: z.string().nullable().meta({ description: "The cost that counts, as a decimal; null: unpriced" }),
  basis: z.enum(BASES),
  computedUsd: z.string().nullable(),
  cacheSavingsUsd: z.string(),
  avoidedUsd: z.string(),
  price: z
    .strictObject({
      id: z.string(),
      layer: z.enum(["override", "catalogue", "refreshed", "bundled"]),
      provider: z.string(),
      model: z.string(),
      from: nullableInstant,
      to: nullableInstant,
      how: z.enum(["exact", "alias", "approximate"]),
      source: z.string().nullable(),
    })
    .nullable(),
  approximate: z.boolean(),
  note: z.string().optional(),
  lines: z.array(costLine),
});
const refused = z.strictObject({
  id: z.string().optional(),
  error: z.strictObject({ code: z.string(), field: z.string(), message: z.string() }),
});

function addRating(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/rate",
      access: "read",
      tag,
      summary: "What would these calls cost? Nothing is stored",
      body: {
        schema: z.union([eventSchema, z.strictObject({ events: z.array(eventSchema).max(MAX_EVENTS_PER_BATCH) })]),
        example: { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1000, outputTokens: 100 } },
      },
      answer: z.strictObject({ results: z.array(z.union([rated, refused])) }),
    },
    async ({ body }) => {
      const events = batchOf(await body(), "events", MAX_EVENTS_PER_BATCH);
      return { results: rateWireEvents(ledger.prices, events, ledger.now()) };
    },
  );
}

function listOf(value: string | undefined): string[] | undefined {
  return value === undefined ? undefined : [value];
}
