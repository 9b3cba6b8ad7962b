import { count, fields, text } from "../fields.ts";
import { openaiRoutes } from "../openai/routes.ts";
import { blankMeasured, type Provider, type RequestFacts, type Route, type SentRequest } from "../provider.ts";
import { commonFacts, requestFields, textTags } from "../read-request.ts";
import { openConverseStream, openInvokedStream } from "./stream.ts";
import { modelOfId, readConverse, readInvoked } from "./usage.ts";

function modelRoute(verbs: string, route: Pick<Route, "readAnswer" | "openStream"> & Partial<Route>): Route {
  return {
    method: "POST",
    path: new RegExp(`/model/(?<model>.+)/(?:${verbs})$`),
    operation: "chat",
    billed: true,
    readRequest,
    askForUsage: () => null,
    isUsageOnly: () => false,
    ...route,
  };
}

/** The price depends on the geography in front of the model's id (`eu.`, `global.`), which stays in the name. */
function readRequest(request: SentRequest): RequestFacts {
  const { pathname } = request.url;
  const body = requestFields(request);
  const facts = commonFacts(body);
  return {
    ...facts,
    model: modelOfId(text(decodeURIComponent(/\/model\/(.+)\/[a-z-]+$/.exec(pathname)?.[1] ?? ""))),
    streaming: pathname.endsWith("-stream"),
    tags: textTags(fields(body["requestMetadata"])),
    serviceTier: text(fields(body["serviceTier"])["type"]),
    maxOutputTokens: count(fields(body["inferenceConfig"])["maxTokens"]) ?? count(body["max_tokens"]) ?? null,
  };
}

export const bedrock: Provider = {
  name: "bedrock",
  billedAs: "aws",
  baseUrl: null,
  routes: [
    modelRoute("converse|converse-stream", { readAnswer: readConverse, openStream: openConverseStream }),
    modelRoute("invoke|invoke-with-response-stream", { readAnswer: readInvoked, openStream: openInvokedStream }),
    modelRoute("count-tokens", {
      operation: "count_tokens",
      billed: false,
      readAnswer: () => ({ ...blankMeasured(), ended: true }),
      openStream: openConverseStream,
    }),
    ...openaiRoutes({ usage: {}, stream: { usage: "asked" }, endpoints: ["chat", "responses"] }),
  ],
};
