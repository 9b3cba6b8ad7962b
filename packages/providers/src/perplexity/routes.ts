import { openaiRoutes } from "../openai/routes.ts";
import type { Provider } from "../provider.ts";
import { perplexityStream } from "./stream.ts";
import { perplexityUsage } from "./usage.ts";

export const perplexity: Provider = {
  name: "perplexity",
  billedAs: "perplexity",
  baseUrl: "https://api.perplexity.ai",
  routes: openaiRoutes({
    usage: perplexityUsage,
    stream: perplexityStream,
    endpoints: ["chat", "responses", "embeddings"],
  }),
};
