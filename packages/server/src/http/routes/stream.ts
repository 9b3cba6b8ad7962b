import { z } from "zod";
import type { LiveStreams } from "../live.ts";
import { viewerOf } from "../authorize.ts";
import { wholeNumber } from "../parameters.ts";
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
      summary: "Server-sent events: calls as they are recorded, and today's totals",
      description:
        "`usage` carries { events }, its id resumes the stream (Last-Event-ID or lastEventId); `totals` carries { today: { cost, calls, tokens, errors } }; `reset` says that more than 1,000 events were missed: ask again for what you show. A comment every 15 seconds keeps the connection open.",
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
      const asked = header === undefined || header === "" ? query : { lastEventId: [header] };
      const lastSeq = wholeNumber(asked, "lastEventId", { min: 0, max: Number.MAX_SAFE_INTEGER, default: -1 });
      return streams.open(viewerOf(c), lastSeq === -1 ? null : lastSeq, () => c.get("abandon")());
    },
  );
}
