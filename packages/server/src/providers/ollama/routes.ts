import { messagesRoutes } from "../anthropic/routes.ts";
import { count, fields } from "../fields.ts";
import { openaiRoutes } from "../openai/routes.ts";
import type { Provider, RequestFacts, Route, SentRequest } from "../provider.ts";
import { commonFacts, requestFields } from "../read-request.ts";
import { compatibleStream, openOllamaStream } from "./stream.ts";
import { compatibleUsage, readAnswer } from "./usage.ts";

function ownRoute(path: RegExp, operation: string): Route {
  return {
    method: "POST",
    path,
    operation,
    billed: true,
    readRequest,
    readAnswer,
    openStream: openOllamaStream,
    askForUsage: () => null,
    isUsageOnly: () => false,
  };
}

/** Chats stream unless `stream` is false. */
function readRequest(request: SentRequest): RequestFacts {
  const body = requestFields(request);
  const isEmbedding = request.url.pathname.includes("/embed");
  return {
    ...commonFacts(body),
    streaming: !isEmbedding && body["stream"] !== false,
    maxOutputTokens: count(fields(body["options"])["num_predict"]) ?? null,
  };
}

export const ollama: Provider = {
  name: "ollama",
  billedAs: "ollama",
  baseUrl: "http://127.0.0.1:11434",
  routes: [
    ownRoute(/\/api\/(?:chat|generate)$/, "chat"),
    ownRoute(/\/api\/embed(?:dings)?$/, "embedding"),
    ...openaiRoutes({
      usage: compatibleUsage,
      stream: compatibleStream,
      endpoints: ["chat", "completions", "responses", "embeddings"],
    }),
    ...messagesRoutes(),
  ],
};
