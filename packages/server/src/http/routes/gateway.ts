import { z } from "zod";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const gatewayProvider = z
  .strictObject({
    name: z.string().meta({ description: "As in the gateway's path: /gateway/<name>/…" }),
    billedAs: z.string().meta({ description: "As in events and prices" }),
    hasAddress: z.boolean().meta({ description: "False: it is set under providers in outlay.config.json" }),
    key: z.enum(["server", "stored"]).nullable().meta({
      description: "server: added to calls that bring none; stored: behind Outlay's keys; null: bring your own",
    }),
    mock: z.boolean().meta({ description: "Answers are made up and cost nothing" }),
    chat: z
      .strictObject({
        language: z.enum(["openai", "anthropic", "google"]),
        path: z.string().meta({ description: "After /gateway/<name>; {model} stands for the model" }),
      })
      .nullable()
      .meta({ description: "null: it has no chat that needs nothing but a key" }),
  })
  .meta({ id: "GatewayProvider" });

export type GatewayProvider = z.output<typeof gatewayProvider>;

/** What the gateway forwards to. `providers` is asked anew each time: keys come and go. */
export function addGatewayRoutes(app: App, providers: () => GatewayProvider[]): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/gateway/providers",
      access: "gateway",
      tag: "Gateway",
      summary: "Providers of the gateway, how to call them, and whose key pays",
      answer: z.strictObject({ providers: z.array(gatewayProvider) }),
    },
    async () => ({ providers: providers() }),
  );
}
