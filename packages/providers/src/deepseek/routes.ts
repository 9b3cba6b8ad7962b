import { messagesRoutes } from "../anthropic/routes.ts";
import { openaiRoutes } from "../openai/routes.ts";
import type { Provider } from "../provider.ts";
import { deepseekStream } from "./stream.ts";
import { deepseekUsage } from "./usage.ts";

export const deepseek: Provider = {
  name: "deepseek",
  billedAs: "deepseek",
  baseUrl: "https://api.deepseek.com",
  routes: [
    ...openaiRoutes({ usage: deepseekUsage, stream: deepseekStream, endpoints: ["chat", "completions"] }),
    ...messagesRoutes(),
  ],
};
