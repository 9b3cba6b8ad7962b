import { z } from "zod";
import type { Ledger } from "../../ledger/ledger.ts";
import { expireEvents, verifyRollups } from "../../ledger/retention.ts";
import { wholeNumber } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const expireBody = z.strictObject({
  olderThanDays: z.number().int().min(1).max(36_500).meta({ description: "Older raw events are deleted" }),
});
const verifyBody = z.strictObject({
  repair: z.boolean().default(false).meta({ description: "Also writes what the events say" }),
});

/** Work on the store itself, and the trail of what was changed. */
export function addMaintenanceRoutes(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/maintenance/expire",
      access: "admin",
      tag: "System",
      summary: "Delete raw events of a certain age; totals stay",
      body: { schema: expireBody, example: { olderThanDays: 365 } },
      answer: z.strictObject({
        deleted: z.number().int(),
        horizon: z.string().nullable().meta({ description: "Raw events before this instant are gone" }),
      }),
    },
    async ({ body }) => expireEvents(ledger, parseAs(expireBody, await body(), "invalid_body")),
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/maintenance/verify-rollups",
      access: "admin",
      tag: "System",
      summary: "Hold every stored sum against the events it stands for",
      body: { schema: verifyBody, example: { repair: false } },
      answer: z.strictObject({
        compared: z.number().int(),
        different: z.number().int(),
        examples: z.array(z.string()),
        repaired: z.boolean(),
      }),
    },
    async ({ body }) => verifyRollups(ledger, parseAs(verifyBody, await body(), "invalid_body")),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/audit",
      access: "admin",
      tag: "System",
      summary: "Who changed prices, repriced, expired: newest first",
      query: z.object({ limit: z.string().optional().meta({ description: "Most entries, up to 1000; default 100" }) }),
      answer: z.strictObject({
        entries: z.array(
          z.strictObject({ at: z.string(), actor: z.string(), action: z.string(), detail: z.unknown() }),
        ),
      }),
    },
    async ({ query }) => {
      const limit = wholeNumber(query, "limit", { min: 1, max: 1_000, default: 100 });
      const entries = await ledger.storage.listAudit({ limit });
      return { entries: entries.map(({ atMs, ...entry }) => ({ at: new Date(atMs).toISOString(), ...entry })) };
    },
  );
}
