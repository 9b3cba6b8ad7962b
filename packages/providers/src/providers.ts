import { anthropic } from "./anthropic/routes.ts";
import { azure } from "./azure/routes.ts";
import { bedrock } from "./bedrock/routes.ts";
import { cohere } from "./cohere/routes.ts";
import { deepseek } from "./deepseek/routes.ts";
import { fireworks } from "./fireworks/routes.ts";
import { google } from "./google/routes.ts";
import { groq } from "./groq/routes.ts";
import { mistral } from "./mistral/routes.ts";
import { ollama } from "./ollama/routes.ts";
import { openai, openaiRoutes } from "./openai/routes.ts";
import { openrouter } from "./openrouter/routes.ts";
import { perplexity } from "./perplexity/routes.ts";
import type { Provider, Route } from "./provider.ts";
import { together } from "./together/routes.ts";
import { xai } from "./xai/routes.ts";

/** All providers that we know, by the name in the gateway's path. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  [
    openai,
    anthropic,
    google,
    groq,
    mistral,
    deepseek,
    xai,
    openrouter,
    together,
    fireworks,
    cohere,
    perplexity,
    bedrock,
    azure,
    ollama,
  ].map((provider) => [provider.name, provider]),
);

/** Somebody we do not know who speaks OpenAI's language, at an address of the user's own. */
export function compatibleProvider(name: string, baseUrl: string): Provider {
  return {
    name,
    billedAs: name,
    baseUrl: baseUrl.replace(/\/+$/, ""),
    routes: openaiRoutes({ usage: {}, stream: { usage: "asked" } }),
  };
}

/** How a request is read; null for what is not measured, such as lists of models. */
export function findRoute(provider: Provider, method: string, path: string): Route | null {
  return provider.routes.find((route) => route.method === method && route.path.test(path)) ?? null;
}
