import { count } from "../fields.ts";
import { openaiRoutes } from "../openai/routes.ts";
import { plainRoute } from "../plain-route.ts";
import type { Provider, RequestFacts, SentRequest } from "../provider.ts";
import { commonFacts, requestFields } from "../read-request.ts";
import { compatibleStream, openCohereStream } from "./stream.ts";
import { compatibleUsage, readAnswer } from "./usage.ts";

function readRequest(request: SentRequest): RequestFacts {
  const body = requestFields(request);
  return { ...commonFacts(body), maxOutputTokens: count(body["max_tokens"]) ?? null };
}

const reader = { readRequest, readAnswer, openStream: openCohereStream };

export const cohere: Provider = {
  name: "cohere",
  billedAs: "cohere",
  baseUrl: "https://api.cohere.com",
  routes: [
    ...openaiRoutes({ usage: compatibleUsage, stream: compatibleStream, endpoints: ["chat", "embeddings"] }),
    plainRoute(/\/v[12]\/chat$/, "chat", reader),
    plainRoute(/\/v1\/(?:generate|summarize)$/, "chat", reader),
    plainRoute(/\/v[12]\/embed$/, "embedding", reader),
    plainRoute(/\/v[12]\/rerank$/, "rerank", reader),
    plainRoute(/\/v1\/classify$/, "classify", reader),
  ],
};
