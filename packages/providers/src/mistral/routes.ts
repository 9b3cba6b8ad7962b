import { openaiRoutes, readOpenaiRequest } from "../openai/routes.ts";
import { blankMeasured, type Provider, type Route } from "../provider.ts";
import { mistralStream, openConversationStream } from "./stream.ts";
import { mistralUsage, readConversation, readOcr } from "./usage.ts";

const asOthers: Pick<Route, "method" | "billed" | "readRequest" | "askForUsage" | "isUsageOnly"> = {
  method: "POST",
  billed: true,
  readRequest: (request) => readOpenaiRequest(request, false),
  askForUsage: () => null,
  isUsageOnly: () => false,
};

export const mistral: Provider = {
  name: "mistral",
  billedAs: "mistral",
  baseUrl: "https://api.mistral.ai",
  routes: [
    ...openaiRoutes({
      usage: mistralUsage,
      stream: mistralStream,
      endpoints: ["chat", "completions", "embeddings", "transcription", "speech", "moderations"],
    }),
    {
      ...asOthers,
      path: /\/ocr$/,
      operation: "ocr",
      readAnswer: readOcr,
      openStream: (call) => ({
        take: () => {},
        close: () => {},
        measured: () => ({ ...blankMeasured(), geo: call.request.geo }),
      }),
    },
    {
      ...asOthers,
      path: /\/conversations(?:\/[^/]+)?(?:\/restart)?$/,
      operation: "chat",
      readAnswer: readConversation,
      openStream: openConversationStream,
    },
  ],
};
