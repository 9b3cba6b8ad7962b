import { z } from "zod";
import type { Ledger } from "../../ledger/ledger.ts";
import { expireEvents, verifyRollups } from "../../ledger/retention.ts";
import { actorOf } from "../authorize.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const expireBody = z.strictObject({
  olderThanDays: z.number().int().min(1).max(36_500).meta({ description: "Older raw events are deleted" }),
});
const verifyBody = z.strictObject({
  repair: z.boolean().default(false).meta({ description: "Also writes what the events say" }),
});

/** Work on the store itself. */
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
    async ({ c, body }) => expireEvents(ledger, parseAs(expireBody, await body(), "invalid_body"), actorOf(c)),
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
    async ({ c, body }) => verifyRollups(ledger, parseAs(verifyBody, await body(), "invalid_body"), actorOf(c)),
  );
}
