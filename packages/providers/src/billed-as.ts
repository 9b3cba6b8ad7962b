import { PROVIDERS } from "./providers.ts";

/**
 * The word of events and prices for a provider, from what telemetry, frameworks and addresses call it:
 * `gcp.vertex_ai`, `openai.responses`, `MistralAI`, `amazon-bedrock`. A name that we do not know stays as it is, in
 * lower case; null for what names no provider, such as `langchain`.
 */
export function billedAs(name: string): string | null {
  const whole = name.trim().toLowerCase();
  if (NO_PROVIDERS.has(whole) || whole === "") return null;
  const known = ALIASES[whole] ?? ALIASES[whole.replaceAll(/[\s_.-]/g, "")];
  if (known !== undefined) return known;
  // `openai.responses`, `anthropic.messages`, `vertex.anthropic.messages`: the first part is who is asked.
  const [first = whole] = whole.split(".");
  return ALIASES[first] ?? first;
}

/** The name in `PROVIDERS` of who answers at a host, with its port or without; null when it is nobody that we know. */
export function providerOfHost(address: string): string | null {
  const host = address.toLowerCase().replace(/:(?!11434$)\d+$/, "");
  return HOSTS.find(([pattern]) => pattern.test(host))?.[1] ?? null;
}

/** The maker of a model by its name, where nothing else says who served it; null when the name is not telling. */
export function providerOfModel(model: string): string | null {
  return MODELS.find(([pattern]) => pattern.test(model))?.[1] ?? null;
}

/** Frameworks that some put where the provider belongs. */
const NO_PROVIDERS = new Set(["langchain", "llamaindex", "llama_index", "vercel", "ai", "unknown", "_other", "custom"]);

const ALIASES: Record<string, string> = {
  ...Object.fromEntries([...PROVIDERS.values()].map(({ name, billedAs: billed }) => [name, billed])),
  ...Object.fromEntries([...PROVIDERS.values()].map(({ billedAs: billed }) => [billed, billed])),
  // OpenTelemetry, now and before
  "aws.bedrock": "aws",
  "azure.ai.openai": "azure",
  "azure.ai.inference": "azure",
  "az.ai.openai": "azure",
  "az.ai.inference": "azure",
  "gcp.gemini": "google",
  "gcp.vertex_ai": "google",
  "gcp.gen_ai": "google",
  gcp: "google",
  "ibm.watsonx.ai": "ibm",
  mistral_ai: "mistral",
  moonshot_ai: "moonshotai",
  x_ai: "x-ai",
  // frameworks
  mistralai: "mistral",
  moonshotai: "moonshotai",
  moonshot: "moonshotai",
  gemini: "google",
  vertex: "google",
  vertexai: "google",
  googlevertex: "google",
  googlevertexai: "google",
  googlegenai: "google",
  googlegenerativeai: "google",
  "google-generative-ai": "google",
  amazonbedrock: "aws",
  "amazon-bedrock": "aws",
  awsbedrock: "aws",
  bedrockconverse: "aws",
  amazon: "aws",
  sagemaker: "aws",
  azureopenai: "azure",
  "azure-openai": "azure",
  azureinference: "azure",
  azureaiinference: "azure",
  togetherai: "together",
  fireworksai: "fireworks",
  perplexityai: "perplexity",
  xai: "x-ai",
  gateway: "vercel",
};

const HOSTS: [RegExp, string][] = [
  [/(^|\.)openai\.azure\.com$|\.cognitiveservices\.azure\.com$|\.services\.ai\.azure\.com$/, "azure"],
  [/\.models\.ai\.azure\.com$|\.inference\.ai\.azure\.com$/, "azure"],
  [/^bedrock[\w-]*\..*amazonaws\.com(\.cn)?$/, "bedrock"],
  [
    /(^|-)aiplatform\.googleapis\.com$|^generativelanguage\.googleapis\.com$|^aiplatform\..*rep\.googleapis\.com$/,
    "google",
  ],
  [/(^|\.)api\.x\.ai$/, "xai"],
  [/(^|\.)openai\.com$/, "openai"],
  [/(^|\.)anthropic\.com$/, "anthropic"],
  [/(^|\.)groq\.com$/, "groq"],
  [/(^|\.)mistral\.ai$/, "mistral"],
  [/(^|\.)deepseek\.com$/, "deepseek"],
  [/(^|\.)openrouter\.ai$/, "openrouter"],
  [/(^|\.)together\.(xyz|ai)$/, "together"],
  [/(^|\.)fireworks\.ai$/, "fireworks"],
  [/(^|\.)cohere\.(com|ai)$/, "cohere"],
  [/(^|\.)perplexity\.ai$/, "perplexity"],
  [/(^|\.)ollama\.com$|:11434$/, "ollama"],
];

const MODELS: [RegExp, string][] = [
  [/^(ft:)?(gpt-|o[1-9](-|$)|chatgpt-|text-embedding-(3|ada)|dall-e|whisper-|tts-)/, "openai"],
  [/^claude-/, "anthropic"],
  [/^(models\/)?(gemini-|imagen-|text-embedding-00)/, "google"],
  [/^(mistral|ministral|codestral|magistral|pixtral|devstral|open-mi[sx]tral)-/, "mistral"],
  [/^grok-/, "x-ai"],
  [/^deepseek-(chat|reasoner)$/, "deepseek"],
  [/^(command-|embed-|rerank-)/, "cohere"],
  [/^sonar($|-)/, "perplexity"],
  [/^(us\.|eu\.|apac\.|global\.)?(anthropic|amazon|meta|mistral|cohere|ai21|deepseek)\./, "aws"],
];
