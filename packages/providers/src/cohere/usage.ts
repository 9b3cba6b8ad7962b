import type { EventUsage } from "@outlay/core";
import { at, count, fields, firstCount, list, sum, text } from "../fields.ts";
import type { UsageDialect } from "../openai/usage.ts";
import { addProduced, blankMeasured, type CallFacts, type Measured } from "../provider.ts";
import { buildUsage } from "../usage-builder.ts";

/** Billed units count; `tokens` has also those of hidden templates. Chat has `usage`, everything else `meta`. */
function readUsage(value: unknown): EventUsage | null {
  const usage = fields(value);
  const billed = fields(usage["billed_units"]);
  const tokens = fields(usage["tokens"]);
  const built = buildUsage({
    inputTokens: sum(firstCount(billed["input_tokens"], tokens["input_tokens"]), count(billed["image_tokens"])),
    inputImageTokens: count(billed["image_tokens"]),
    cacheReadTokens: count(usage["cached_tokens"]),
    outputTokens: firstCount(billed["output_tokens"], tokens["output_tokens"]),
    searches: count(billed["search_units"]),
  });
  return Object.keys(built).length === 0 ? null : built;
}

/** Chat of version 2 and 1, embeddings and rerank. */
export function readAnswer(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const usage = readUsage(answer["usage"] ?? answer["meta"]);
  const measured: Measured = {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    responseId: text(answer["id"]) ?? text(answer["generation_id"]),
    geo: call.request.geo,
    stopReason: text(answer["finish_reason"]),
    ended: true,
  };
  addProduced(measured.produced, answer["text"]);
  for (const part of list(at(answer, ["message", "content"]))) {
    addProduced(measured.produced, fields(part)["text"] ?? fields(part)["thinking"]);
  }
  for (const tool of list(at(answer, ["message", "tool_calls"]))) {
    addProduced(measured.produced, at(tool, ["function", "arguments"]));
  }
  return measured;
}

/** At the address for OpenAI's language. */
export const compatibleUsage: UsageDialect = {};
