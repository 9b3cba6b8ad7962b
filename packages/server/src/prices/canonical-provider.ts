/**
 * Who bills a call, under one name: OpenTelemetry's `azure.ai.openai`, LiteLLM's `azure` and the AI SDK's
 * `azure-openai.chat` are all `azure`. A name that is not known comes back in lower case.
 */
export function canonicalProvider(name: string): string {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/[\s_./]+/g, "-");
  return ALIASES[plain] ?? ALIASES[plain.replace(INTERFACE, "")] ?? plain.replace(INTERFACE, "");
}

/** What the AI SDK appends to a provider's name: `openai.responses`, `google.generative-ai`. */
const INTERFACE =
  /-(chat|responses|messages|completion|completions|embedding|embeddings|image|images|speech|transcription|text-embedding|generative-ai|reranking)$/;

/** Spellings with `-` for every separator. Sources: OpenTelemetry's gen_ai registry, LiteLLM, the AI SDK, OpenRouter. */
const SPELLINGS: Record<string, string[]> = {
  openai: ["open-ai", "text-completion-openai", "openai-codex", "codex"],
  anthropic: ["claude", "anthropic-text", "claude-code"],
  google: [
    "gemini",
    "google-gemini",
    "google-ai",
    "google-ai-studio",
    "googleai",
    "google-genai",
    "google-generative-ai",
    "gcp",
    "gcp-gemini",
    "gcp-gen-ai",
    "gcp-genai",
    "gcp-vertex-ai",
    "vertex",
    "vertexai",
    "vertex-ai",
    "vertex-ai-beta",
    "vertex-ai-language-models",
    "vertex-ai-embedding-models",
    "vertex-ai-anthropic-models",
    "vertex-anthropic",
    "google-vertex",
    "google-vertex-ai",
    "google-vertex-anthropic",
    "palm",
    "gemini-cli",
  ],
  aws: [
    "bedrock",
    "aws-bedrock",
    "amazon",
    "amazon-bedrock",
    "bedrock-converse",
    "aws-bedrock-converse",
    "bedrock-runtime",
    "bedrock-mantle",
    "sagemaker",
  ],
  azure: [
    "azure-openai",
    "azure-ai-openai",
    "az-ai-openai",
    "azure-ai-inference",
    "az-ai-inference",
    "azure-ai",
    "azure-ai-foundry",
    "azure-foundry",
    "azure-text",
    "microsoft-foundry",
    "microsoft-azure",
    "azureopenai",
  ],
  mistral: ["mistralai", "mistral-ai", "codestral", "text-completion-codestral"],
  cohere: ["cohere-chat", "cohere-ai"],
  "x-ai": ["xai", "grok"],
  deepseek: ["deepseek-ai", "deep-seek"],
  groq: ["groqcloud", "groq-cloud"],
  together: ["together-ai", "togetherai"],
  fireworks: ["fireworks-ai", "fireworks-ai-embedding-models"],
  perplexity: ["perplexity-ai", "pplx"],
  openrouter: ["open-router"],
  moonshotai: ["moonshot", "moonshot-ai", "kimi"],
  alibaba: [
    "dashscope",
    "qwen",
    "aliyun",
    "alibaba-cloud",
    "alibabacloud",
    "bailian",
    "tongyi",
    "model-studio",
    "modelstudio",
  ],
  zai: ["z-ai"],
  zhipuai: ["zhipu", "zhipu-ai", "bigmodel", "glm"],
  minimax: ["minimaxi", "mini-max"],
  voyageai: ["voyage", "voyage-ai"],
  cloudflare: ["workers-ai", "cloudflare-workers-ai", "workersai"],
  "github-copilot": ["copilot", "githubcopilot", "github-copilot-cli"],
  cerebras: ["cerebras-ai"],
  novita: ["novita-ai"],
  ovhcloud: ["ovh", "ovhcloud-ai-endpoints"],
  litellm: ["litellm-proxy", "lite-llm"],
};

const ALIASES: Record<string, string> = Object.fromEntries(
  Object.entries(SPELLINGS).flatMap(([name, spellings]) => [name, ...spellings].map((spelling) => [spelling, name])),
);
