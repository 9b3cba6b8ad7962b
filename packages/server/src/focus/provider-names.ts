import { canonicalProvider } from "../prices/canonical-provider.ts";

/** What FOCUS calls a provider, its service, and who made a model. */
export interface ServiceNames {
  provider: string;
  service: string;
  publisher: string;
}

/** Provider as its invoice names it, and its service. */
const SERVICES: Record<string, { provider: string; service: string }> = {
  anthropic: { provider: "Anthropic", service: "Claude API" },
  openai: { provider: "OpenAI", service: "OpenAI API" },
  google: { provider: "Google", service: "Gemini API" },
  openrouter: { provider: "OpenRouter", service: "OpenRouter API" },
  azure: { provider: "Microsoft", service: "Azure OpenAI" },
  "aws-bedrock": { provider: "AWS", service: "Amazon Bedrock" },
  bedrock: { provider: "AWS", service: "Amazon Bedrock" },
  mistral: { provider: "Mistral AI", service: "Mistral API" },
  deepseek: { provider: "DeepSeek", service: "DeepSeek API" },
  xai: { provider: "xAI", service: "xAI API" },
  groq: { provider: "Groq", service: "Groq API" },
  cohere: { provider: "Cohere", service: "Cohere API" },
  together: { provider: "Together AI", service: "Together API" },
  fireworks: { provider: "Fireworks AI", service: "Fireworks API" },
  perplexity: { provider: "Perplexity", service: "Perplexity API" },
  github: { provider: "GitHub", service: "GitHub Copilot" },
  "github-copilot": { provider: "GitHub", service: "GitHub Copilot" },
  cursor: { provider: "Cursor", service: "Cursor" },
  alibaba: { provider: "Alibaba Cloud", service: "Model Studio" },
  ollama: { provider: "Ollama", service: "Ollama" },
};

/** By how a model's name begins, without the parts before a slash or dot that a reseller puts there. */
const PUBLISHERS: [pattern: RegExp, publisher: string][] = [
  [/^claude/, "Anthropic"],
  [
    /^(gpt|o\d|chatgpt|codex|dall-e|whisper|text-embedding-(3|ada)|tts-|gpt-4o-mini-tts|davinci|babbage|sora)/,
    "OpenAI",
  ],
  [/^(gemini|gemma|imagen|veo|palm)/, "Google"],
  [/^(llama|meta-llama)/, "Meta"],
  [/^(mistral|mixtral|codestral|ministral|magistral|devstral|pixtral)/, "Mistral AI"],
  [/^deepseek/, "DeepSeek"],
  [/^grok/, "xAI"],
  [/^(qwen|qwq)/, "Alibaba Cloud"],
  [/^(command|embed-|rerank|c4ai)/, "Cohere"],
  [/^(nova|titan)/, "AWS"],
  [/^(kimi|moonshot)/, "Moonshot AI"],
  [/^sonar/, "Perplexity"],
];

/** Names that FOCUS wants filled: a provider that nobody knows is called what its events call it. */
export function serviceNames(provider: string, model: string | null): ServiceNames {
  const known = SERVICES[canonicalProvider(provider)] ?? { provider, service: `${provider} API` };
  const plain = (model ?? "")
    .toLowerCase()
    .split("/")
    .at(-1)!
    .replace(/^((us|eu|apac|global)\.)?[a-z\d-]+\.(?=[a-z])/, "");
  const publisher = PUBLISHERS.find(([pattern]) => pattern.test(plain))?.[1] ?? known.provider;
  return { ...known, publisher };
}
