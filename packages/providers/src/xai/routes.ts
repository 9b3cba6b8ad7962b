import { messagesRoutes } from "../anthropic/routes.ts";
import { openaiRoutes } from "../openai/routes.ts";
import type { Provider } from "../provider.ts";
import { xaiStream } from "./stream.ts";
import { xaiUsage } from "./usage.ts";

/** `us-east-1.api.x.ai` and its like cost more than the global address. */
const geoOf = (url: URL) => /^([a-z]{2})-[a-z]+-\d\.api\.x\.ai$/.exec(url.hostname)?.[1] ?? null;

export const xai: Provider = {
  name: "xai",
  billedAs: "x-ai",
  baseUrl: "https://api.x.ai",
  routes: [
    ...openaiRoutes({
      usage: xaiUsage,
      stream: xaiStream,
      endpoints: ["chat", "completions", "responses", "embeddings", "images"],
      geoOf,
    }),
    ...messagesRoutes(xaiUsage),
  ],
};
