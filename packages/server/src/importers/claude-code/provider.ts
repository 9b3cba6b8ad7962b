/**
 * Who bills the call. Claude Code does not say it; the ids of messages and the names of models differ by cloud. Other
 * models than Claude come through an address that somebody set (`ANTHROPIC_BASE_URL`): those of a known maker are taken
 * to be served by it.
 */
export function providerOf(model: string, messageId: string | null): string {
  if (messageId?.startsWith("msg_bdrk_")) return "aws";
  if (messageId?.startsWith("msg_vrtx_")) return "google";
  if (model !== last.model) last = { model, provider: makerOf(model) };
  return last.provider;
}

/** Calls in a row are mostly of one model. */
let last = { model: "", provider: "unknown" };

function makerOf(model: string): string {
  return PROVIDERS.find(([pattern]) => pattern.test(model))?.[1] ?? "unknown";
}

const PROVIDERS: [model: RegExp, provider: string][] = [
  [/^arn:aws|^([a-z-]+\.)?anthropic\./, "aws"],
  [/^claude.*@/, "google"],
  [/\//, "openrouter"],
  [/^claude/, "anthropic"],
  [/^deepseek/i, "deepseek"],
  [/^glm/i, "zai"],
  [/^kimi/i, "moonshotai"],
  [/^qwen/i, "alibaba"],
  [/^minimax/i, "minimax"],
  [/^grok/i, "x-ai"],
  [/^gemini/i, "google"],
  [/^(gpt|o\d)/i, "openai"],
];
