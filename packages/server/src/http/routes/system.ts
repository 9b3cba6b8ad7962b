import { DIMENSIONS, METRICS, PERIOD_NAMES, TIME_UNITS } from "@outlay/core";
import { z } from "zod";
import type { Ledger } from "../../ledger/ledger.ts";
import { ledgerOf, principalOf } from "../authorize.ts";
import { instantOrNull } from "../instant-text.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

/** What the server says about itself. */
export interface ServerFacts {
  version: string;
  /** The data is invented. */
  demo: boolean;
}

const storageName = "sqlite";
const nullableInstant = z.string().nullable().meta({ format: "date-time" });

/** Is it up, and what can be asked. */
export function addSystemRoutes(app: App, ledger: Ledger, facts: ServerFacts): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/health",
      access: "public",
      tag: "System",
      summary: "Ready to record and to answer",
      answer: z.strictObject({
        status: z.literal("ok"),
        version: z.string(),
        storage: z.string(),
        events: z.number().int().nullable().meta({ description: "That one may see; null: nobody has signed in" }),
        unrecorded: z.number().int().meta({ description: "Calls that could not be recorded since the start" }),
      }),
    },
    async ({ c }) => {
      const events = principalOf(c).kind === "nobody" ? null : (await ledgerOf(c).storage.stats()).events;
      const { unrecorded } = ledger.health;
      return { status: "ok", version: facts.version, storage: storageName, events, unrecorded };
    },
  );

  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/meta",
      access: "read",
      tag: "System",
      summary: "What there is to ask: metrics, dimensions, tag keys, periods",
      answer: z.strictObject({
        version: z.string(),
        timeZone: z.string(),
        storage: z.string(),
        sizeBytes: z.number().int(),
        firstEventAt: nullableInstant,
        lastEventAt: nullableInstant,
        horizon: nullableInstant.meta({ description: "Raw events before it have expired; null: none have" }),
        events: z.number().int(),
        metrics: z.record(
          z.string(),
          z.strictObject({
            unit: z.string(),
            label: z.string(),
            additive: z.boolean().meta({ description: "The parts add up to the whole" }),
            approximate: z.boolean().optional(),
          }),
        ),
        dimensions: z.array(z.string()),
        timeUnits: z.array(z.string()),
        tagKeys: z.array(z.string()),
        periods: z.array(z.string()),
        demo: z.boolean().meta({ description: "The data is invented" }),
      }),
    },
    async ({ c }) => {
      const { storage } = ledgerOf(c);
      const [stats, tagKeys] = await Promise.all([storage.stats(), storage.listTagKeys()]);
      return {
        version: facts.version,
        timeZone: ledger.timeZone,
        storage: storageName,
        sizeBytes: stats.sizeBytes,
        firstEventAt: instantOrNull(stats.firstEventMs),
        lastEventAt: instantOrNull(stats.lastEventMs),
        horizon: instantOrNull(stats.horizonMs === 0 ? null : stats.horizonMs),
        events: stats.events,
        metrics: METRICS,
        dimensions: DIMENSIONS,
        timeUnits: TIME_UNITS,
        tagKeys,
        periods: PERIOD_NAMES,
        demo: facts.demo,
      };
    },
  );
}
