import { count, fields, text, type Fields } from "../fields.ts";
import type { AnswerFold, CallFacts, Measured, Provider, RequestFacts, Route, SentRequest } from "../provider.ts";
import { commonFacts, requestFields } from "../read-request.ts";
import { askForUsage, isUsageOnly } from "./ask-for-usage.ts";
import { openaiStream, openChatStream, openMediaStream, openResponseStream, type StreamDialect } from "./stream.ts";
import {
  openaiUsage,
  readChatAnswer,
  readEmbeddings,
  readImages,
  readResponse,
  readSpeech,
  readTranscription,
  type UsageDialect,
} from "./usage.ts";

/** How one endpoint of OpenAI's language is read. */
interface Endpoint {
  /** The end of its path: whatever stands before it differs from provider to provider. */
  path: RegExp;
  operation: string;
  billed?: false;
  readAnswer: (body: unknown, call: CallFacts, dialect: UsageDialect) => Measured;
  openStream: (call: CallFacts, dialect: UsageDialect, stream: StreamDialect) => AnswerFold;
  /** Its streams give usage only when asked. */
  canAsk?: true;
}

const ENDPOINTS = {
  chat: {
    path: /\/chat\/completions$/,
    operation: "chat",
    readAnswer: readChatAnswer,
    openStream: openChatStream,
    canAsk: true,
  },
  completions: {
    path: /\/(?:fim\/|agents\/)?completions$/,
    operation: "text_completion",
    readAnswer: readChatAnswer,
    openStream: openChatStream,
    canAsk: true,
  },
  responses: {
    path: /\/responses$/,
    operation: "chat",
    readAnswer: readResponse,
    openStream: openResponseStream,
  },
  compact: {
    path: /\/responses\/compact$/,
    operation: "chat",
    readAnswer: readResponse,
    openStream: openResponseStream,
  },
  inputTokens: {
    path: /\/responses\/input_tokens$/,
    operation: "count_tokens",
    billed: false,
    readAnswer: readEmbeddings,
    openStream: openMediaStream,
  },
  embeddings: {
    path: /\/embeddings$/,
    operation: "embedding",
    readAnswer: readEmbeddings,
    openStream: openMediaStream,
  },
  images: {
    path: /\/images\/(?:generations|edits|variations)$/,
    operation: "image",
    readAnswer: readImages,
    openStream: openMediaStream,
  },
  speech: {
    path: /\/audio\/speech$/,
    operation: "audio",
    readAnswer: readSpeech,
    openStream: openMediaStream,
  },
  transcription: {
    path: /\/audio\/(?:transcriptions|translations)$/,
    operation: "audio",
    readAnswer: readTranscription,
    openStream: openMediaStream,
  },
  moderations: {
    path: /\/moderations$/,
    operation: "moderation",
    billed: false,
    readAnswer: readEmbeddings,
    openStream: openMediaStream,
  },
} satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof ENDPOINTS;

/** Routes of a provider that speaks OpenAI's language. */
export function openaiRoutes(options: {
  usage: UsageDialect;
  stream: StreamDialect;
  /** Default: all of them. */
  endpoints?: EndpointName[];
  /** Region or data zone that the address names. */
  geoOf?: (url: URL) => string | null;
}): Route[] {
  const { usage, stream, geoOf = () => null } = options;
  const names = options.endpoints ?? (Object.keys(ENDPOINTS) as EndpointName[]);
  return names.map((name): Route => {
    const endpoint: Endpoint = ENDPOINTS[name];
    const isAsked = endpoint.canAsk === true && stream.usage === "asked";
    return {
      method: "POST",
      path: endpoint.path,
      operation: endpoint.operation,
      billed: endpoint.billed ?? true,
      readRequest: (request) => ({
        ...readOpenaiRequest(request, isAsked),
        geo: geoOf(request.url),
      }),
      readAnswer: (body, call) => endpoint.readAnswer(body, call, usage),
      openStream: (call) => endpoint.openStream(call, usage, stream),
      askForUsage: (body, request) => (isAsked && request.streaming && !request.usageAsked ? askForUsage(body) : null),
      isUsageOnly: isAsked ? isUsageOnly : () => false,
    };
  });
}

/** Where OpenAI's requests say what. `isAsked`: streams give usage only when the request asks for it. */
export function readOpenaiRequest(request: SentRequest, isAsked: boolean): RequestFacts {
  const body = requestFields(request);
  const facts = commonFacts(body);
  const conversation = body["conversation"];
  return {
    ...facts,
    session: facts.session ?? text(conversation) ?? text(fields(conversation)["id"]),
    maxOutputTokens:
      count(body["max_completion_tokens"]) ??
      count(body["max_output_tokens"]) ??
      count(body["max_tokens"]) ??
      count(fields(body["completion_args"])["max_tokens"]) ??
      null,
    usageAsked: !isAsked || fields(body["stream_options"])["include_usage"] === true,
    usage: requestUsage(request.url.pathname, body),
  };
}

/** What is paid by what was asked, not by what was answered. */
function requestUsage(path: string, body: Fields): RequestFacts["usage"] {
  const usage: RequestFacts["usage"] = {};
  const size = text(body["size"]);
  const quality = text(body["quality"]);
  if (path.includes("/images/")) {
    if (size !== null && size !== "auto") usage.imageSize = size;
    if (quality !== null && quality !== "auto") usage.imageQuality = quality;
  }
  if (path.endsWith("/audio/speech") && typeof body["input"] === "string") {
    // As people count: a letter outside the basic plane is one character.
    usage.characters = [...body["input"]].length;
  }
  const options = fields(body["web_search_options"]);
  const tool = (Array.isArray(body["tools"]) ? body["tools"] : [])
    .map(fields)
    .find((it) => String(it["type"]).startsWith("web_search"));
  const context = text(options["search_context_size"]) ?? text(fields(tool)["search_context_size"]);
  if (context !== null) usage.searchContext = context;
  return usage;
}

/** `eu.api.openai.com` keeps data in Europe, at a price. */
const geoOf = (url: URL) => /^([a-z]{2})\.api\.openai\.com$/.exec(url.hostname)?.[1] ?? null;

export const openai: Provider = {
  name: "openai",
  billedAs: "openai",
  baseUrl: "https://api.openai.com",
  routes: openaiRoutes({ usage: openaiUsage, stream: openaiStream, geoOf }),
};
