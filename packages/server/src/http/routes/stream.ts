import { InvalidInput, shown } from "@outlay/core";
import { z } from "zod";
import { parseStreamPlace, type LiveStreams } from "../live.ts";
import { viewerOf } from "../authorize.ts";
import { oneValue } from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

/** Live events. */
export function addStreamRoute(app: App, streams: LiveStreams): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/stream",
      access: "read",
      tag: "Live",
      summary: "Server-sent events: calls as they are recorded, today's totals, and alerts",
      description:
        "`usage` carries { events }; `totals` carries { today: { cost, calls, tokens, errors } }; `alert` carries an entry of the alerts' history, and `budget` follows it with how full that budget or limit is. An id resumes the stream (Last-Event-ID or lastEventId). `reset` says that more than 1,000 events were missed: ask again for what you show. A comment every 15 seconds keeps the connection open.",
      query: z.object({
        lastEventId: z
          .string()
          .optional()
          .meta({ description: "Where to go on, for clients that cannot set the header" }),
      }),
      answer: { mediaTypes: ["text/event-stream"], description: "Until the client or the server ends it" },
    },
    async ({ c, query }) => {
      const header = c.req.header("last-event-id");
      const id = header === undefined || header === "" ? oneValue(query, "lastEventId") : header;
      const place = id === undefined ? null : parseStreamPlace(id);
      if (id !== undefined && place === null) {
        throw new InvalidInput(
          "out_of_range",
          `lastEventId is ${shown(id)}; expected an id that this stream has sent`,
          {
            field: "lastEventId",
          },
        );
      }
      return streams.open(viewerOf(c), place, () => c.get("abandon")());
    },
  );
}
