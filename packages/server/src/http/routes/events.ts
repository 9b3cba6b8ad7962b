import { InvalidInput, MAX_EVENTS_PER_BATCH, eventSchema, shown, usdNumber } from "@outlay/core";
import { z } from "zod";
import type { QueryParams } from "../../ledger/answers.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { getEvent, listEvents } from "../../ledger/list-events.ts";
import { readParameters } from "../../ledger/parameters.ts";
import { recordUsage } from "../../ledger/record-usage.ts";
import { reviseUsage } from "../../ledger/revise-usage.ts";
import { eventDetail, eventsAnswer, recordAnswer } from "../answers.ts";
import { ledgerOf } from "../authorize.ts";
import { filterParameters, pageParameters, periodParameters } from "../parameters.ts";
import { answerRecorded, batchOf } from "../record-answer.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";
import { senderOf, withSender } from "../sender.ts";

const exampleEvent = {
  provider: "anthropic",
  model: "claude-sonnet-4-5",
  usage: { inputTokens: 1200, cacheReadTokens: 1000, outputTokens: 90 },
  user: "u-1",
  agent: "dexter",
};

/** Usage events: record, list, look at one. */
export function addEventRoutes(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/events",
      access: "ingest",
      tag: "Recording",
      summary: "Record usage events",
      description:
        "One event, or a batch. Good events are kept when others are bad; the answer names those. An id that was seen before changes nothing. Status 200 means that all accepted events are durable; 400 that none of them was valid. What the key of the request says of whose calls these are counts where an event does not say it.",
      query: z.object({
        repeats: z.enum(REPEATS).optional().meta({
          description:
            "Which of two events with one id stands: the `first` (default), or the `largest`, for sources that tell of a call again while its counts grow. Only an event of the same `source`, with an id that begins with the source and a colon, takes the place of a stored one, which stays whose it was",
        }),
      }),
      body: {
        schema: z.union([
          eventSchema.meta({ id: "Event" }),
          z.strictObject({ events: z.array(eventSchema).max(MAX_EVENTS_PER_BATCH) }),
        ]),
        example: { events: [exampleEvent] },
      },
      answer: recordAnswer,
      example: { accepted: 1, duplicates: 0, rejected: [], ids: ["019aa9d0-5a3e-7c1a-9f42-3f6f2a1c0b7e"] },
    },
    async ({ c, query, body }) => {
      const repeats = readRepeats(query);
      const events = withSender(batchOf(await body(), "events", MAX_EVENTS_PER_BATCH), senderOf(c));
      const answer = repeats === "first" ? await recordUsage(ledger, events) : await reviseLargest(ledger, events);
      return answerRecorded(answer, events.length, c.get("requestId"));
    },
  );

  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/events",
      access: "read",
      tag: "Lists",
      summary: "Recorded calls, newest first",
      query: z.object({ ...periodParameters, ...filterParameters, ...pageParameters }),
      answer: eventsAnswer,
    },
    ({ c, query }) => listEvents(ledgerOf(c), query),
  );

  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/events/{id}",
      access: "read",
      tag: "Lists",
      summary: "One call with its cost lines and the price that it got",
      params: z.object({ id: z.string() }),
      answer: eventDetail,
    },
    ({ c, params }) => getEvent(ledgerOf(c), params["id"] ?? ""),
  );
}

async function reviseLargest(ledger: Ledger, events: unknown[]) {
  const { addedNanoUsd, ...answer } = await reviseUsage(ledger, events, { keep: "largest", within: "source" });
  return { ...answer, addedCostUsd: usdNumber(addedNanoUsd) };
}

const REPEATS = ["first", "largest"] as const;

function readRepeats(query: QueryParams): (typeof REPEATS)[number] {
  const said = readParameters(query, ["repeats"]).one("repeats") ?? "first";
  const known = REPEATS.find((name) => name === said);
  if (known !== undefined) return known;
  throw new InvalidInput("invalid_parameter", `repeats is ${shown(said)}; expected ${REPEATS.join(" or ")}`, {
    field: "repeats",
  });
}
