import { InvalidInput } from "@outlay/core";
import { z } from "zod";
import { principalOf } from "../authorize.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

/**
 * The tools of `outlay mcp` over HTTP, for assistants that connect to an address. They ask the routes of this very app as
 * whoever sent the request, so that each sees what they may see.
 */
export function addMcpRoute(app: App, version: string): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/mcp",
      access: "read",
      tag: "Assistants",
      summary: "Model Context Protocol over Streamable HTTP: ask for costs, budgets, forecasts and prices",
      description:
        "The tools of `outlay mcp`; all of them only read. Without sessions: each message is answered with JSON by itself, and a notification with 202. Send an Outlay key that may read as Authorization: Bearer.",
      body: { schema: message.or(z.array(message).max(MOST_MESSAGES)), example: EXAMPLE },
      answer: message.or(z.array(message)),
    },
    async ({ c, body }) => {
      const received = await body();
      if (Array.isArray(received) && received.length > MOST_MESSAGES) {
        throw new InvalidInput(
          "invalid_body",
          `The body has ${received.length} messages, but may have ${MOST_MESSAGES}`,
        );
      }
      const caller = principalOf(c);
      const api = { request: async (path: string, init?: RequestInit) => app.request(path, init, { caller }) };
      const { answerMcp } = await loadMcp();
      return answerMcp(c.req.raw, received, { api, version, allowWrites: false });
    },
  );
}

const MOST_MESSAGES = 100;
const message = z.looseObject({ jsonrpc: z.literal("2.0"), method: z.string().optional() });
const EXAMPLE = { jsonrpc: "2.0", id: 1, method: "tools/list" };

/** A file of its own beside the built program: most servers are never asked. */
async function loadMcp(): Promise<typeof import("../../mcp/serve-mcp.ts")> {
  const file = import.meta.url.endsWith(".ts") ? "../../mcp/serve-mcp.ts" : "./serve-mcp.js";
  return (await import(new URL(file, import.meta.url).href)) as typeof import("../../mcp/serve-mcp.ts");
}
