import { z } from "zod";
import type { Backups } from "../../backup/make-backup.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { expireEvents, verifyRollups } from "../../ledger/retention.ts";
import { readParameters } from "../../ledger/parameters.ts";
import { actorOf } from "../authorize.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import { fileResponse } from "./export.ts";

const expireBody = z.strictObject({
  olderThanDays: z.number().int().min(1).max(36_500).meta({ description: "Older raw events are deleted" }),
});
const verifyBody = z.strictObject({
  repair: z.boolean().default(false).meta({ description: "Also writes what the events say" }),
});

/** Work on the store itself. */
export function addMaintenanceRoutes(app: App, ledger: Ledger, backups: Backups): void {
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
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/maintenance/backup",
      access: "admin",
      tag: "System",
      summary: "The whole store as it is now, as one file",
      description:
        "Recording goes on meanwhile. The file has events, sums, prices, limits, people with the hashes of their passwords, and the configuration file. It has neither the secret that stored keys of providers are encrypted with (unless asked for), nor what is set aside for calls that run. `outlay restore` makes a data folder of it.",
      query: z.object({
        secret: z.enum(["include"]).optional().meta({
          description: "include: with the secret. Whoever has that file can read stored keys",
          example: "include",
        }),
      }),
      answer: { mediaTypes: ["application/vnd.sqlite3"], description: "The backup" },
    },
    async ({ c, query }) => {
      const withSecret = readParameters(query, ["secret"]).one("secret") === "include";
      const { filename, sizeBytes, body } = await backups.make({ withSecret, actor: actorOf(c) });
      return fileResponse(c, { contentType: "application/vnd.sqlite3", filename, sizeBytes, body });
    },
  );
}
