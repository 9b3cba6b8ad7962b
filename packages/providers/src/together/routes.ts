import { openaiRoutes } from "../openai/routes.ts";
import type { Provider } from "../provider.ts";
import { togetherStream } from "./stream.ts";
import { togetherUsage } from "./usage.ts";

export const together: Provider = {
  name: "together",
  billedAs: "together",
  baseUrl: "https://api.together.xyz",
  routes: openaiRoutes({ usage: togetherUsage, stream: togetherStream }),
};
