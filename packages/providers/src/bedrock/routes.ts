import { count, fields, text, type Fields } from "../fields.ts";
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
    maxOutputTokens: maxOutputTokensOf(body),
  };
}

/** Every maker of models has a name of its own for it: Anthropic and Mistral, Nova, Titan, Llama, AI21. */
function maxOutputTokensOf(body: Fields): number | null {
  const inference = fields(body["inferenceConfig"]);
  const known =
    count(inference["maxTokens"]) ??
    count(inference["max_new_tokens"]) ??
    count(body["max_tokens"]) ??
    count(fields(body["textGenerationConfig"])["maxTokenCount"]) ??
    count(body["max_gen_len"]) ??
    count(body["maxTokens"]);
  return known ?? null;
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
