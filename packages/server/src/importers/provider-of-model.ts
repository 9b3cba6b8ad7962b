import { billedAs } from "@outlay/providers";

/**
 * Who bills a call: whom the tool names; else, as coding tools reach a known maker's models at its own address, the maker
 * of the model. `unknown` where the name is not telling: the call is recorded, and has no price.
 */
export function providerOfCall(named: string | null, model: string): string {
  const provider = named === null ? null : (WORDS_OF_TOOLS[named.toLowerCase()] ?? billedAs(named));
  return provider ?? MAKERS.find(([pattern]) => pattern.test(model))?.[1] ?? "unknown";
}

/** Coding tools name doors into the plans of a provider apart; the tokens are worth its list price. */
const WORDS_OF_TOOLS: Record<string, string> = {
  "openai-codex": "openai",
  openai_codex: "openai",
  chatgpt_codex: "openai",
  "claude-code": "anthropic",
  claude: "anthropic",
  "google-gemini-cli": "google",
  "google-antigravity": "google",
  gemini_oauth: "google",
  google_ai: "google",
  "kimi-coding": "moonshotai",
  "azure-openai-responses": "azure",
  grok: "x-ai",
};

/** Wider than what telemetry is read with: there, a model may as well be served by somebody else. */
const MAKERS: [model: RegExp, provider: string][] = [
  [/^arn:aws|^([a-z-]+\.)?(anthropic|amazon|meta|mistral|cohere|deepseek)\./, "aws"],
  [/^claude.*@/, "google"],
  [/\//, "openrouter"],
  [/^claude/i, "anthropic"],
  [/^deepseek/i, "deepseek"],
  [/^glm/i, "zai"],
  [/^kimi|^moonshot/i, "moonshotai"],
  [/^qwen/i, "alibaba"],
  [/^minimax/i, "minimax"],
  [/^grok/i, "x-ai"],
  [/^(gemini|gemma)/i, "google"],
  [/^(mistral|ministral|codestral|magistral|devstral)/i, "mistral"],
  [/^(gpt|chatgpt|o\d|codex)/i, "openai"],
];
