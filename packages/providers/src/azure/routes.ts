import { messagesRoutes } from "../anthropic/routes.ts";
import { text } from "../fields.ts";
import { openaiRoutes } from "../openai/routes.ts";
import type { Provider, Route } from "../provider.ts";
import { azureStream } from "./stream.ts";
import { azureUsage } from "./usage.ts";

/** Older paths name the deployment instead of the body: `/openai/deployments/my-gpt/chat/completions`. */
function withDeployment(route: Route): Route {
  return {
    ...route,
    readRequest(request) {
      const facts = route.readRequest(request);
      const deployment = /\/deployments\/([^/]+)\//.exec(request.url.pathname)?.[1];
      return { ...facts, model: deployment === undefined ? facts.model : text(decodeURIComponent(deployment)) };
    },
  };
}

export const azure: Provider = {
  name: "azure",
  billedAs: "azure",
  baseUrl: null,
  routes: [...openaiRoutes({ usage: azureUsage, stream: azureStream }).map(withDeployment), ...messagesRoutes()],
};
