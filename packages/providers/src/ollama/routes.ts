import { messagesRoutes } from "../anthropic/routes.ts";
import { count, fields } from "../fields.ts";
import { openaiRoutes } from "../openai/routes.ts";
import { plainRoute } from "../plain-route.ts";
import type { Provider, RequestFacts, SentRequest } from "../provider.ts";
import { commonFacts, requestFields } from "../read-request.ts";
import { compatibleStream, openOllamaStream } from "./stream.ts";
import { compatibleUsage, readAnswer } from "./usage.ts";

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

const reader = { readRequest, readAnswer, openStream: openOllamaStream };

export const ollama: Provider = {
  name: "ollama",
  billedAs: "ollama",
  baseUrl: "http://127.0.0.1:11434",
  routes: [
    plainRoute(/\/api\/(?:chat|generate)$/, "chat", reader),
    plainRoute(/\/api\/embed(?:dings)?$/, "embedding", reader),
    ...openaiRoutes({
      usage: compatibleUsage,
      stream: compatibleStream,
      endpoints: ["chat", "completions", "responses", "embeddings"],
    }),
    ...messagesRoutes(),
  ],
};
