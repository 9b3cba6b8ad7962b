/** The maker of a model whose name cannot be mistaken; `unknown` for all others, which are then recorded without a price. */
export function providerOfModel(model: unknown): string {
  if (typeof model !== "string") return "unknown";
  return MODELS.find(([pattern]) => pattern.test(model))?.[1] ?? "unknown";
}

const MODELS: [RegExp, string][] = [
  [/^(gpt-|o[1-9](-|$)|chatgpt-|text-embedding-(3|ada)|dall-e|whisper-|tts-)/, "openai"],
  [/^claude-/, "anthropic"],
  [/^(gemini-|imagen-)/, "google"],
  [/^(mistral|ministral|codestral|magistral|pixtral|devstral)-/, "mistral"],
  [/^grok-/, "x-ai"],
];
