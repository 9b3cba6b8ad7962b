import type { PriceVersion } from "@outlay/core";
import { z } from "zod";
import { archiveEvents, restoreEvents } from "../../ledger/archive-lines.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { recordAnswer } from "../answers.ts";
import { actorOf } from "../authorize.ts";
import { periodParameters } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import { fileResponse } from "./export.ts";

const priceVersion = z
  .looseObject({
    id: z.string().min(1).max(1_000),
    provider: z.string().min(1),
    model: z.string().min(1),
    rates: z.record(z.string(), z.string()),
    adjustments: z.array(z.looseObject({ when: z.looseObject({}) })),
  })
  .meta({ description: "A price that events refer to, as the archive has it" });
const restoreBody = z.strictObject({
  prices: z.array(priceVersion).max(5_000).default([]),
  events: z.array(z.unknown()).max(5_000).meta({ description: "Events with their ratings, as the archive has them" }),
});

/** Events with their ratings, to keep and to have again. */
export function addArchiveRoutes(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/archive/events",
      access: "admin",
      tag: "System",
      summary: "Events with their ratings and the prices behind them, as JSON lines",
      description: "Streamed. What `outlay archive --events` keeps, and what can be stored again exactly as it was.",
      query: z.object({ ...periodParameters }),
      answer: { mediaTypes: ["application/x-ndjson"], description: "A line for each event and for each price" },
    },
    async ({ c, query }) => fileResponse(c, await archiveEvents(ledger, query)),
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/archive/events",
      access: "admin",
      tag: "System",
      summary: "Store archived events again, with the costs that they had",
      description:
        "Ids that are there change nothing. Events of a time whose raw events have expired are refused: their sums are there.",
      body: { schema: restoreBody, example: { prices: [], events: [] } },
      answer: recordAnswer,
    },
    async ({ c, body }) => {
      const { prices, events } = parseAs(restoreBody, await body(), "invalid_body");
      const answer = await restoreEvents(ledger, { prices: prices as unknown as PriceVersion[], events });
      if (answer.accepted > 0) {
        const detail = { accepted: answer.accepted, duplicates: answer.duplicates };
        await ledger.storage.appendAudit({ atMs: ledger.now(), actor: actorOf(c), action: "events_restored", detail });
      }
      return answer;
    },
  );
}
