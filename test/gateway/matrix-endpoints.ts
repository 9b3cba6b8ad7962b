import { PROVIDERS } from "@outlay/providers";

/**
 * What the matrix asks for: every endpoint of every provider, what a call of it looks like, what the provider can tell of it,
 * and what it costs. `matrix.test.ts` makes the calls of it.
 */

/** What happens to a call. A word for each that an endpoint knows, for the mock provider. */
export type Kind =
  | "ok"
  /** Refused with 429. */
  | "error"
  /** Something fails when the stream has begun well. */
  | "fails inside"
  /** The client goes in the middle. */
  | "abort"
  /** The provider closes the connection instead of answering. */
  | "no answer"
  /** The connection breaks in the middle. */
  | "breaks"
  /** One piece of a stream cannot be read. */
  | "damaged"
  /** Longer than what is read in one go or held back. */
  | "large"
  | "no usage"
  | "cached"
  /** Tokens are written to the cache, some of them for an hour. */
  | "written"
  | "reasoning"
  | "tools"
  | "audio"
  | "searches";

/** US dollars: for a million tokens or characters, a picture, an hour of sound, a thousand searches. Absent as in the catalogue: as the meter around it. */
export interface Rates {
  input?: number;
  cacheRead?: number;
  cacheWrite?: number;
  cacheWrite1h?: number;
  output?: number;
  inputAudio?: number;
  outputAudio?: number;
  outputImage?: number;
  characters?: number;
  image?: number;
  audioHour?: number;
  /** Shorter sound is billed as so many seconds. */
  leastSeconds?: number;
  /** For a thousand. */
  pages?: number;
  searches?: number;
}

export interface Endpoint {
  /** As in the gateway's path. */
  provider: string;
  name: string;
  /** Behind the provider's name. */
  path: string;
  /** Where streams are asked for, if that is elsewhere. */
  streamPath?: string;
  body: Record<string, unknown>;
  /** What the body has besides when a stream is wanted. */
  streamBody?: Record<string, unknown>;
  /** Default: both. */
  modes?: ("whole" | "stream")[];
  /** As in events. */
  billedAs: string;
  operation: string;
  model: string;
  kinds: Kind[];
  /** Fields of the body that offer a tool. */
  tools?: Record<string, unknown>;
  /** Words for the mock in every call. */
  words?: string;
  /** "reported": the provider says what it charged, and that counts. null: there is no price. */
  price: Rates | "reported" | null;
  /** The type of a failure inside a stream. */
  failsAs?: string;
  /** The request names something else: a call without an answer has no price. */
  modelInAnswer?: true;
  /** The prompt's tokens are known before the end of a stream. */
  saysInputEarly?: boolean;
}

/** The type of a 429, where it is not OpenAI's: in the provider's own word, or in ours when it has none. */
export const REFUSED_AS: Record<string, string> = {
  anthropic: "rate_limit_error",
  google: "RESOURCE_EXHAUSTED",
  bedrock: "ThrottlingException",
  mistral: "rate_limited",
  openrouter: "rate_limit",
  azure: "rate_limit",
  cohere: "rate_limit",
  ollama: "rate_limit",
};

/** What can happen on the way to any chat. */
const ON_THE_WAY: Kind[] = ["no answer", "breaks", "damaged", "large"];

const messages = [{ role: "user", content: "How much is the fish, and how much is it tomorrow?" }];
const city = { type: "object", properties: { city: { type: "string" } } };
const weather = { name: "weather", description: "The weather of a city", parameters: city };
const functionTools = { tools: [{ type: "function", function: weather }] };

/** Those who speak OpenAI's language, as they differ from it. */
function chat(endpoint: Pick<Endpoint, "provider" | "path" | "model" | "price"> & Partial<Endpoint>): Endpoint {
  return {
    name: "chat completions",
    body: { model: endpoint.model, messages },
    streamBody: { stream: true },
    billedAs: endpoint.provider,
    operation: "chat",
    kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage", "cached", "reasoning", "tools"],
    tools: functionTools,
    failsAs: "server_error",
    ...endpoint,
  };
}

/** Anthropic's messages, at whoever offers them. */
function anthropicMessages(
  endpoint: Pick<Endpoint, "provider" | "path" | "model" | "price"> & Partial<Endpoint>,
): Endpoint {
  return {
    name: "messages",
    body: { model: endpoint.model, max_tokens: 4_000, messages },
    streamBody: { stream: true },
    billedAs: endpoint.provider,
    operation: "chat",
    kinds: [
      "ok",
      "error",
      "fails inside",
      "abort",
      ...ON_THE_WAY,
      "no usage",
      "cached",
      "written",
      "reasoning",
      "tools",
      "searches",
    ],
    tools: { tools: [{ name: "weather", input_schema: city }] },
    failsAs: "overloaded_error",
    saysInputEarly: true,
    ...endpoint,
  };
}

/** What has no tokens going out and no stream. */
function embeddings(endpoint: Pick<Endpoint, "provider" | "path" | "model" | "price"> & Partial<Endpoint>): Endpoint {
  return {
    name: "embeddings",
    body: { model: endpoint.model, input: ["The first of two texts", "and the second one, which is longer"] },
    modes: ["whole"],
    billedAs: endpoint.provider,
    operation: "embedding",
    kinds: ["ok", "error", "abort", "no usage"],
    ...endpoint,
  };
}

/** https://developers.openai.com/api/docs/pricing: $1.25 a million tokens, cached $0.125, out $10. */
const gpt5: Rates = { input: 1.25, cacheRead: 0.125, output: 10, searches: 10 };

const openai: Endpoint[] = [
  chat({ provider: "openai", path: "/v1/chat/completions", model: "gpt-5", price: gpt5 }),
  {
    ...chat({ provider: "openai", path: "/v1/responses", model: "gpt-5", price: gpt5 }),
    name: "responses",
    body: { model: "gpt-5", input: messages[0]!.content },
    kinds: [
      "ok",
      "error",
      "fails inside",
      "abort",
      ...ON_THE_WAY,
      "no usage",
      "cached",
      "reasoning",
      "tools",
      "searches",
    ],
    tools: { tools: [{ type: "function", ...weather }] },
  },
  {
    ...chat({
      provider: "openai",
      path: "/v1/completions",
      model: "gpt-3.5-turbo-instruct",
      price: { input: 1.5, output: 2 },
    }),
    name: "completions",
    operation: "text_completion",
    body: { model: "gpt-3.5-turbo-instruct", prompt: "How much is the fish?" },
    kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage"],
  },
  {
    ...chat({ provider: "openai", path: "/v1/responses/compact", model: "gpt-5", price: gpt5 }),
    name: "compact",
    body: { model: "gpt-5", input: messages[0]!.content },
    modes: ["whole"],
    kinds: ["ok", "error", "no usage", "cached"],
  },
  embeddings({ provider: "openai", path: "/v1/embeddings", model: "text-embedding-3-small", price: { input: 0.02 } }),
  {
    ...embeddings({
      provider: "openai",
      path: "/v1/images/generations",
      model: "gpt-image-1",
      // Text $5, pictures out $40.
      price: { input: 5, output: 40 },
    }),
    name: "pictures by token",
    body: { model: "gpt-image-1", prompt: "A fish" },
    streamBody: { stream: true },
    modes: ["whole", "stream"],
    operation: "image",
    kinds: ["ok", "error"],
  },
  {
    ...embeddings({
      provider: "openai",
      path: "/v1/images/generations",
      model: "dall-e-3",
      // A square picture of standard quality.
      price: { image: 0.04 },
    }),
    name: "pictures by piece",
    body: { model: "dall-e-3", prompt: "A fish", size: "1024x1024" },
    operation: "image",
    kinds: ["ok", "error"],
  },
  {
    ...embeddings({ provider: "openai", path: "/v1/audio/speech", model: "tts-1", price: { characters: 15 } }),
    name: "speech",
    body: { model: "tts-1", voice: "alloy", input: "Ein Fisch 🐟 für fünf Euro." },
    operation: "audio",
    kinds: ["ok", "error"],
  },
  {
    ...embeddings({ provider: "openai", path: "/v1/audio/transcriptions", model: "gpt-4o-transcribe", price: null }),
    name: "transcription by token",
    body: { model: "gpt-4o-transcribe" },
    streamBody: { stream: true },
    modes: ["whole", "stream"],
    operation: "audio",
    kinds: ["ok", "error"],
    // Sound in $6, text out $10.
    price: { input: 2.5, inputAudio: 6, output: 10 },
  },
  {
    // $0.006 a minute.
    ...embeddings({
      provider: "openai",
      path: "/v1/audio/transcriptions",
      model: "whisper-1",
      price: { audioHour: 0.36 },
    }),
    name: "transcription by the second",
    body: { model: "whisper-1" },
    operation: "audio",
    kinds: ["ok", "error"],
  },
];

/** https://platform.claude.com/docs: $3 and $15; cached a tenth, written 1.25 times, for an hour twice. */
const sonnet: Rates = { input: 3, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6, output: 15, searches: 10 };
/** On Bedrock, bound to a geography: a tenth more of everything. */
const sonnetInUs: Rates = { input: 3.3, cacheRead: 0.33, cacheWrite: 4.125, cacheWrite1h: 6.6, output: 16.5 };

const anthropic: Endpoint[] = [
  anthropicMessages({ provider: "anthropic", path: "/v1/messages", model: "claude-sonnet-4-5", price: sonnet }),
];

/** https://ai.google.dev/gemini-api/docs/pricing: $0.30 and $2.50; cached a tenth; sound $1. */
const flash: Rates = { input: 0.3, cacheRead: 0.03, output: 2.5, inputAudio: 1, searches: 35 };
const contents = [{ role: "user", parts: [{ text: messages[0]!.content }] }];
const gemini: Endpoint = {
  provider: "google",
  name: "generateContent",
  path: "/v1beta/models/gemini-2.5-flash:generateContent",
  streamPath: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  body: { contents },
  billedAs: "google",
  operation: "chat",
  model: "gemini-2.5-flash",
  kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage", "cached", "reasoning", "tools", "audio"],
  tools: { tools: [{ functionDeclarations: [weather] }] },
  price: flash,
  failsAs: "UNAVAILABLE",
  saysInputEarly: true,
};

const google: Endpoint[] = [
  gemini,
  {
    ...gemini,
    name: "generateContent as a JSON list",
    streamPath: "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
    modes: ["stream"],
    // Behind a damaged piece, nothing of a list can be read any more.
    kinds: gemini.kinds.filter((kind) => kind !== "damaged"),
  },
  chat({
    provider: "google",
    path: "/v1beta/openai/chat/completions",
    model: "gemini-2.5-flash",
    price: flash,
    name: "chat in OpenAI's language",
  }),
  {
    ...gemini,
    name: "interactions",
    path: "/v1beta/interactions",
    streamPath: "/v1beta/interactions",
    body: { model: "gemini-2.5-flash", input: messages[0]!.content },
    streamBody: { stream: true },
    kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage", "cached", "reasoning"],
    saysInputEarly: false,
  },
  // A region's address costs a tenth more.
  anthropicMessages({
    provider: "google",
    name: "Claude on Vertex AI",
    path: "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict",
    streamPath:
      "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict",
    body: { anthropic_version: "vertex-2023-10-16", max_tokens: 4_000, messages },
    model: "claude-sonnet-4-5-20250929",
    words: "model=claude-sonnet-4-5-20250929",
    price: { ...sonnetInUs, searches: 10 },
  }),
  {
    ...embeddings({
      provider: "google",
      path: "/v1/projects/p/locations/global/publishers/google/models/imagen-4.0-generate-001:predict",
      model: "imagen-4.0-generate-001",
      price: { image: 0.04 },
    }),
    name: "pictures by piece",
    body: { instances: [{ prompt: "A fish" }], parameters: { sampleCount: 2 } },
    operation: "image",
    kinds: ["ok", "error"],
  },
  embeddings({
    provider: "google",
    path: "/v1beta/models/gemini-embedding-001:embedContent",
    model: "gemini-embedding-001",
    body: { content: { parts: [{ text: "The first text" }] } },
    price: { input: 0.15 },
  }),
];

const converse: Endpoint = {
  provider: "bedrock",
  name: "converse",
  path: "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
  streamPath: "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream",
  body: { messages: [{ role: "user", content: [{ text: messages[0]!.content }] }] },
  billedAs: "aws",
  operation: "chat",
  model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage", "cached", "written", "reasoning", "tools"],
  tools: { toolConfig: { tools: [{ toolSpec: { name: "weather", inputSchema: { json: city } } }] } },
  price: sonnetInUs,
  failsAs: "throttlingException",
};

const bedrock: Endpoint[] = [
  converse,
  {
    ...converse,
    name: "invoke, Claude",
    path: "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke",
    streamPath: "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream",
    body: { anthropic_version: "bedrock-2023-05-31", max_tokens: 4_000, messages },
    tools: { tools: [{ name: "weather", input_schema: city }] },
    saysInputEarly: true,
  },
  {
    ...converse,
    name: "invoke, Llama",
    path: "/model/meta.llama3-1-70b-instruct-v1:0/invoke",
    streamPath: "/model/meta.llama3-1-70b-instruct-v1:0/invoke-with-response-stream",
    body: { prompt: messages[0]!.content },
    model: "meta.llama3-1-70b-instruct-v1:0",
    kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage"],
    price: { input: 0.72, output: 0.72 },
  },
];

const cohereChat: Endpoint = {
  ...chat({ provider: "cohere", path: "/v2/chat", model: "command-a-03-2025", price: { input: 2.5, output: 10 } }),
  name: "chat",
  failsAs: "error",
};

const cohere: Endpoint[] = [
  cohereChat,
  embeddings({
    provider: "cohere",
    path: "/v2/embed",
    model: "embed-v4.0",
    body: { model: "embed-v4.0", texts: ["The first text"], input_type: "search_query", embedding_types: ["float"] },
    price: { input: 0.12 },
  }),
  {
    // $2 a thousand searches; more than a hundred documents are two.
    ...embeddings({ provider: "cohere", path: "/v2/rerank", model: "rerank-v3.5", price: { searches: 2 } }),
    name: "rerank",
    body: { model: "rerank-v3.5", query: "fish", documents: Array.from({ length: 101 }, (_, i) => `document ${i}`) },
    operation: "rerank",
    kinds: ["ok", "error"],
  },
];

const ollamaChat: Endpoint = {
  ...chat({ provider: "ollama", path: "/api/chat", model: "llama3.2", price: null }),
  name: "chat",
  body: { model: "llama3.2", messages, stream: false },
  failsAs: "error",
};

/** Nothing is charged; without a price of the user's the calls are unpriced. */
const ollama: Endpoint[] = [
  ollamaChat,
  {
    ...ollamaChat,
    name: "generate",
    path: "/api/generate",
    body: { model: "llama3.2", prompt: "Why?", stream: false },
    kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage", "cached", "reasoning"],
  },
  embeddings({
    provider: "ollama",
    path: "/api/embed",
    model: "nomic-embed-text",
    price: null,
  }),
  chat({
    provider: "ollama",
    path: "/v1/chat/completions",
    model: "llama3.2",
    price: null,
    name: "chat in OpenAI's language",
  }),
];

const groq: Endpoint[] = [
  {
    // $0.04 an hour, ten seconds at least.
    ...embeddings({
      provider: "groq",
      path: "/openai/v1/audio/transcriptions",
      model: "whisper-large-v3-turbo",
      price: { audioHour: 0.04, leastSeconds: 10 },
    }),
    name: "transcription by the second",
    body: { model: "whisper-large-v3-turbo" },
    operation: "audio",
    kinds: ["ok", "error"],
  },
  chat({
    provider: "groq",
    path: "/openai/v1/chat/completions",
    model: "openai/gpt-oss-120b",
    price: { input: 0.15, cacheRead: 0.075, output: 0.6 },
  }),
];

const mistral: Endpoint[] = [
  {
    ...embeddings({ provider: "mistral", path: "/v1/ocr", model: "mistral-ocr-latest", price: { pages: 4 } }),
    name: "pages",
    body: {
      model: "mistral-ocr-latest",
      document: { type: "document_url", document_url: "https://example.com/a.pdf" },
    },
    operation: "ocr",
    kinds: ["ok", "error"],
  },
  {
    ...chat({
      provider: "mistral",
      path: "/v1/conversations",
      model: "mistral-large-latest",
      price: { input: 0.5, output: 1.5 },
    }),
    name: "conversations",
    body: { model: "mistral-large-latest", inputs: messages },
    kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage"],
    failsAs: "error",
  },
  chat({
    provider: "mistral",
    path: "/v1/chat/completions",
    model: "mistral-large-latest",
    price: { input: 0.5, cacheRead: 0.05, output: 1.5 },
  }),
  embeddings({
    provider: "mistral",
    path: "/v1/embeddings",
    model: "mistral-embed",
    price: { input: 0.1 },
  }),
];

const others: Endpoint[] = [
  // The same at every hour; its successor is not.
  chat({
    provider: "deepseek",
    path: "/chat/completions",
    model: "deepseek-chat",
    price: { input: 0.14, cacheRead: 0.0028, output: 0.28 },
  }),
  chat({ provider: "xai", path: "/v1/chat/completions", model: "grok-4", price: "reported", billedAs: "x-ai" }),
  chat({
    provider: "openrouter",
    path: "/api/v1/chat/completions",
    model: "anthropic/claude-sonnet-4.5",
    price: "reported",
  }),
  chat({
    provider: "perplexity",
    path: "/chat/completions",
    model: "sonar",
    price: "reported",
    kinds: ["ok", "error", "fails inside", "abort", ...ON_THE_WAY, "no usage", "reasoning", "searches"],
    saysInputEarly: true,
  }),
  chat({
    provider: "together",
    path: "/v1/chat/completions",
    model: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    price: { input: 0.88, output: 0.88 },
  }),
  chat({
    provider: "fireworks",
    path: "/v1/chat/completions",
    model: "accounts/fireworks/models/gpt-oss-120b",
    price: { input: 0.15, cacheRead: 0.014, output: 0.6 },
  }),
  // A deployment is called as its owner likes.
  chat({
    provider: "azure",
    path: "/openai/deployments/my-gpt/chat/completions?api-version=2025-04-01-preview",
    model: "gpt-4o",
    body: { messages },
    words: "model=gpt-4o",
    modelInAnswer: true,
    price: { input: 2.5, cacheRead: 1.25, output: 10 },
  }),
];

const OWN: Endpoint[] = [
  ...openai,
  ...anthropic,
  ...google,
  ...bedrock,
  ...cohere,
  ...ollama,
  ...groq,
  ...mistral,
  ...others,
];

/** What we read, and the mock provider does not answer: older versions of what is in the table. */
const UNANSWERED: [provider: string, path: RegExp][] = [
  ["cohere", /generate\|summarize/],
  ["cohere", /classify/],
];

/**
 * The other routes of every provider: OpenAI's endpoints and Anthropic's messages, which many offer. They are read by the same
 * code as those above, so a model without a price is enough.
 */
function offeredByMany(): Endpoint[] {
  const patterns = [...openai, ...anthropic];
  return [...PROVIDERS.values()].flatMap(({ name: provider, billedAs, routes }) =>
    routes
      .filter((route) => route.billed)
      .filter((route) => !OWN.some((it) => it.provider === provider && route.path.test(pathname(it.path))))
      .filter((route) => !UNANSWERED.some((it) => it[0] === provider && it[1].test(route.path.source)))
      .map((route) => {
        const pattern = patterns.find((it) => route.path.test(it.path));
        if (pattern === undefined) throw new Error(`nothing asks ${provider} for ${route.path.source}`);
        const body = { ...pattern.body, model: "mock-model" };
        const name = `${pattern.name}, as many offer it`;
        return { ...pattern, name, provider, billedAs, body, model: "mock-model", price: null };
      }),
  );
}

function pathname(path: string): string {
  return path.replace(/\?.*$/, "");
}

export const ENDPOINTS: Endpoint[] = [...OWN, ...offeredByMany()];
