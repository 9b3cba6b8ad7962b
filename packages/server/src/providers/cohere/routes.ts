import { count } from "../fields.ts";
import { openaiRoutes } from "../openai/routes.ts";
import type { Provider, RequestFacts, Route, SentRequest } from "../provider.ts";
import { commonFacts, requestFields } from "../read-request.ts";
import { compatibleStream, openCohereStream } from "./stream.ts";
import { compatibleUsage, readAnswer } from "./usage.ts";

function ownRoute(path: RegExp, operation: string): Route {
  return {
    method: "POST",
    path,
    operation,
    billed: true,
    readRequest,
    readAnswer,
    openStream: openCohereStream,
    askForUsage: () => null,
    isUsageOnly: () => false,
  };
}

function readRequest(request: SentRequest): RequestFacts {
  const body = requestFields(request);
  return { ...commonFacts(body), maxOutputTokens: count(body["max_tokens"]) ?? null };
}

export const cohere: Provider = {
  name: "cohere",
  billedAs: "cohere",
  baseUrl: "https://api.cohere.com",
  routes: [
    ...openaiRoutes({ usage: compatibleUsage, stream: compatibleStream, endpoints: ["chat", "embeddings"] }),
    ownRoute(/\/v[12]\/chat$/, "chat"),
    ownRoute(/\/v1\/(?:generate|summarize)$/, "chat"),
    ownRoute(/\/v[12]\/embed$/, "embedding"),
    ownRoute(/\/v[12]\/rerank$/, "rerank"),
    ownRoute(/\/v1\/classify$/, "classify"),
  ],
};
