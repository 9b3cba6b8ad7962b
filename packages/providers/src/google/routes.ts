import { openMessageStream } from "../anthropic/stream.ts";
import { readMessagesRequest } from "../anthropic/routes.ts";
import { readMessage } from "../anthropic/usage.ts";
import { count, fields, text } from "../fields.ts";
import { openaiRoutes } from "../openai/routes.ts";
import { blankMeasured, type Provider, type RequestFacts, type Route, type SentRequest } from "../provider.ts";
import { choicesOf, commonFacts, requestFields, textTags } from "../read-request.ts";
import { compatibleStream, openGeneratedStream, openInteractionStream } from "./stream.ts";
import { compatibleUsage, readEmbedded, readGenerated, readInteraction, readPrediction } from "./usage.ts";

/** `models/gemini-2.5-pro:generateContent`; on Vertex AI also behind `publishers/google/` and for tuned `endpoints/`. */
function verbRoute(verbs: string, route: Pick<Route, "operation" | "readAnswer"> & Partial<Route>): Route {
  return {
    method: "POST",
    path: new RegExp(`/(?:models|tunedModels|endpoints)/(?<model>[^/:]+):(?:${verbs})$`),
    billed: true,
    readRequest: readGenerateRequest,
    openStream: openGeneratedStream,
    askForUsage: () => null,
    isUsageOnly: () => false,
    ...route,
  };
}

const routes: Route[] = [
  verbRoute("generateContent|streamGenerateContent", { operation: "chat", readAnswer: readGenerated }),
  verbRoute("embedContent|batchEmbedContents|asyncBatchEmbedContent", {
    operation: "embedding",
    readAnswer: readEmbedded,
  }),
  verbRoute("predict", { operation: "image", readAnswer: readPrediction }),
  verbRoute("rawPredict|streamRawPredict", {
    operation: "chat",
    readRequest: readClaudeRequest,
    readAnswer: (body, call) => readMessage(body, call, {}),
    openStream: (call) => openMessageStream(call, {}),
  }),
  verbRoute("countTokens|computeTokens", {
    operation: "count_tokens",
    billed: false,
    readAnswer: () => ({ ...blankMeasured(), ended: true }),
  }),
  {
    method: "POST",
    path: /\/interactions$/,
    operation: "chat",
    billed: true,
    readRequest: readInteractionRequest,
    readAnswer: readInteraction,
    openStream: openInteractionStream,
    askForUsage: () => null,
    isUsageOnly: () => false,
  },
  ...openaiRoutes({
    usage: compatibleUsage,
    stream: compatibleStream,
    endpoints: ["chat", "embeddings", "images"],
    geoOf,
  }),
];

function readGenerateRequest(request: SentRequest): RequestFacts {
  const body = requestFields(request);
  const { pathname } = request.url;
  const generation = fields(body["generationConfig"] ?? body["generation_config"]);
  return {
    ...commonFacts(body),
    model: modelOf(pathname),
    streaming: pathname.includes(":stream"),
    tags: textTags(fields(body["labels"])),
    serviceTier: text(body["serviceTier"]) ?? text(body["service_tier"]),
    geo: geoOf(request.url),
    maxOutputTokens: count(generation["maxOutputTokens"]) ?? count(generation["max_output_tokens"]) ?? null,
    choices: choicesOf(generation["candidateCount"], fields(body["parameters"])["sampleCount"]),
  };
}

function readInteractionRequest(request: SentRequest): RequestFacts {
  const body = requestFields(request);
  return {
    ...commonFacts(body),
    geo: geoOf(request.url),
    maxOutputTokens: count(fields(body["generation_config"])["max_output_tokens"]) ?? null,
  };
}

/** Claude on Vertex AI: Anthropic's body, with the model in the path. */
function readClaudeRequest(request: SentRequest): RequestFacts {
  const facts = readMessagesRequest(request);
  const { pathname } = request.url;
  return {
    ...facts,
    model: modelOf(pathname),
    streaming: facts.streaming || pathname.includes(":stream"),
    geo: geoOf(request.url),
  };
}

function modelOf(path: string): string | null {
  return text(decodeURIComponent(/\/([^/:]+):\w+$/.exec(path)?.[1] ?? ""));
}

/** The location in Vertex AI's paths; `global` has no price of its own. */
function geoOf(url: URL): string | null {
  const location = /\/locations\/([a-z0-9-]+)\//.exec(url.pathname)?.[1] ?? null;
  return location === "global" ? null : location;
}

export const google: Provider = {
  name: "google",
  billedAs: "google",
  baseUrl: "https://generativelanguage.googleapis.com",
  routes,
};
