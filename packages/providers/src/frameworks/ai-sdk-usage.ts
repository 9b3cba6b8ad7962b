import type { EventUsage } from "@outlay/core";
import { billedAs } from "../billed-as.ts";
import { amount, at, count, fields, sum } from "../fields.ts";
import { openaiUsage, readUsage } from "../openai/usage.ts";
import { readUsageByShape } from "./read-by-shape.ts";

/**
 * Usage as the Vercel AI SDK gives it, of any version: what the provider itself said, where it is handed on, else the SDK's
 * own counts. `provider` as in `model.provider`. Null when there is none.
 *
 * Since version 6 cached tokens are inside the input. Before, they were for OpenAI and Google and were not for Anthropic
 * and Bedrock, whose own counts leave them out:
 *
 *   version 5, anthropic: inputTokens 2,000, cachedInputTokens 1,000 → input 3,000
 *   version 5, openai: inputTokens 2,000, cachedInputTokens 1,000 → input 2,000
 */
export function readAiSdkUsage(value: unknown, provider: string, providerMetadata: unknown): EventUsage | null {
  const usage = fields(value);
  const raw = usage["raw"] ?? at(providerMetadata, ["anthropic", "usage"]);
  const said = readUsageByShape(provider, raw)?.usage ?? null;
  if (said !== null) return said;
  const isNested = typeof usage["inputTokens"] === "object" || typeof usage["outputTokens"] === "object";
  return isNested ? readNested(usage) : readFlat(usage, provider);
}

/** What a gateway or OpenRouter says it charged, in dollars, as their providers for the AI SDK hand it on; null when nobody does. */
export function readAiSdkCost(providerMetadata: unknown): number | null {
  const gateway = at(providerMetadata, ["gateway", "cost"]);
  const charged = amount(typeof gateway === "string" && gateway !== "" ? Number(gateway) : gateway);
  return charged ?? amount(at(providerMetadata, ["openrouter", "usage", "cost"])) ?? null;
}

/** Since version 6. */
function readNested(usage: Record<string, unknown>): EventUsage | null {
  const input = fields(usage["inputTokens"]);
  const output = fields(usage["outputTokens"]);
  const parts = sum(count(input["noCache"]), count(input["cacheRead"]), count(input["cacheWrite"]));
  return readUsage(
    {
      prompt_tokens: count(input["total"]) ?? parts,
      completion_tokens: count(output["total"]) ?? sum(count(output["text"]), count(output["reasoning"])),
      prompt_tokens_details: { cached_tokens: input["cacheRead"], cache_write_tokens: input["cacheWrite"] },
      completion_tokens_details: { reasoning_tokens: output["reasoning"] },
    },
    openaiUsage,
  );
}

/** Up to version 5; and of embeddings, which have `tokens` alone. */
function readFlat(usage: Record<string, unknown>, provider: string): EventUsage | null {
  const billed = billedAs(provider);
  const isOutside = billed === "anthropic" || billed === "aws" || provider.includes("anthropic");
  const input = count(usage["inputTokens"]) ?? count(usage["promptTokens"]) ?? count(usage["tokens"]);
  const cached = count(usage["cachedInputTokens"]);
  return readUsage(
    {
      prompt_tokens: isOutside && input !== undefined ? input + (cached ?? 0) : input,
      completion_tokens: count(usage["outputTokens"]) ?? count(usage["completionTokens"]),
      total_tokens: isOutside ? undefined : usage["totalTokens"],
      prompt_tokens_details: { cached_tokens: cached },
      completion_tokens_details: { reasoning_tokens: usage["reasoningTokens"] },
    },
    openaiUsage,
  );
}
