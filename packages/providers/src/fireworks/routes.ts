import { openaiRoutes } from "../openai/routes.ts";
import type { Provider } from "../provider.ts";
import { fireworksStream } from "./stream.ts";
import { fireworksUsage } from "./usage.ts";

export const fireworks: Provider = {
  name: "fireworks",
  billedAs: "fireworks",
  baseUrl: "https://api.fireworks.ai/inference",
  routes: openaiRoutes({ usage: fireworksUsage, stream: fireworksStream }),
};
