import { messagesRoutes } from "../anthropic/routes.ts";
import { openaiRoutes } from "../openai/routes.ts";
import type { Provider } from "../provider.ts";
import { openrouterStream } from "./stream.ts";
import { openrouterUsage } from "./usage.ts";

export const openrouter: Provider = {
  name: "openrouter",
  billedAs: "openrouter",
  baseUrl: "https://openrouter.ai",
  routes: [
    ...openaiRoutes({
      usage: openrouterUsage,
      stream: openrouterStream,
      endpoints: ["chat", "completions", "responses", "embeddings"],
    }),
    ...messagesRoutes(openrouterUsage),
  ],
};
