import type { EventUsage } from "@outlay/core";
import { fields, type Fields } from "../fields.ts";
import { openaiUsage, readUsage } from "../openai/usage.ts";
import { readUsageByShape } from "./read-by-shape.ts";

/**
 * Usage of one message as LangChain gives it: what the provider itself said where its integration hands that on, else
 * `usage_metadata`, whose input includes what was cached. `output` is the whole answer's `llmOutput`, for older integrations. Null
 * when there is none.
 */
export function readLangchainUsage(message: unknown, llmOutput: unknown, provider: string): EventUsage | null {
  const answer = fields(message);
  const output = fields(llmOutput);
  const raw = fields(fields(answer["response_metadata"])["usage"] ?? output["usage"]);
  // Only Anthropic's says more than what LangChain makes of it: for how long what was written is kept.
  const said = raw["cache_creation"] === undefined ? null : readUsageByShape(provider, raw)?.usage;
  return (
    said ??
    readUsageMetadata(fields(answer["usage_metadata"])) ??
    readTokenUsage(fields(output["tokenUsage"] ?? output["estimatedTokenUsage"])) ??
    readUsageByShape(provider, raw)?.usage ??
    null
  );
}

function readUsageMetadata(usage: Fields): EventUsage | null {
  const input = fields(usage["input_token_details"]);
  const output = fields(usage["output_token_details"]);
  return readUsage(
    {
      prompt_tokens: usage["input_tokens"],
      completion_tokens: usage["output_tokens"],
      total_tokens: usage["total_tokens"],
      prompt_tokens_details: {
        cached_tokens: input["cache_read"],
        cache_write_tokens: input["cache_creation"],
        audio_tokens: input["audio"],
      },
      completion_tokens_details: { reasoning_tokens: output["reasoning"], audio_tokens: output["audio"] },
    },
    openaiUsage,
  );
}

/** Before there was `usage_metadata`. */
function readTokenUsage(usage: Fields): EventUsage | null {
  return readUsage(
    {
      prompt_tokens: usage["promptTokens"],
      completion_tokens: usage["completionTokens"],
      total_tokens: usage["totalTokens"],
    },
    openaiUsage,
  );
}
