import { openaiRoutes } from "../openai/routes.ts";
import type { Provider } from "../provider.ts";
import { groqStream } from "./stream.ts";
import { groqUsage } from "./usage.ts";

export const groq: Provider = {
  name: "groq",
  billedAs: "groq",
  baseUrl: "https://api.groq.com",
  routes: openaiRoutes({
    usage: groqUsage,
    stream: groqStream,
    endpoints: ["chat", "responses", "speech", "transcription", "embeddings"],
  }),
};
