import type { EventUsage } from "@outlay/core";
import { at, count, fields, list, text, type Fields } from "../fields.ts";
import type { UsageDialect } from "../openai/usage.ts";
import { addProduced, blankMeasured, type CallFacts, type Measured } from "../provider.ts";
import { buildUsage } from "../usage-builder.ts";

/** A prompt that is still in memory is not evaluated again, and then its count is missing: unknown, not zero. */
function readUsage(answer: Fields): EventUsage | null {
  const built = buildUsage({
    inputTokens: count(answer["prompt_eval_count"]),
    cacheReadTokens: count(answer["prompt_eval_cached_count"]),
    outputTokens: count(answer["eval_count"]),
  });
  return Object.keys(built).length === 0 ? null : built;
}

/** A whole answer of `/api/chat`, `/api/generate` or `/api/embed`, or the last line of a stream. */
export function readAnswer(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const usage = readUsage(answer);
  const measured: Measured = {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    model: text(answer["model"]),
    geo: call.request.geo,
    stopReason: text(answer["done_reason"]),
    error: text(answer["error"]) === null ? null : { type: "error", message: text(answer["error"])! },
    ended: true,
  };
  addProduced(measured.produced, answer["response"] ?? at(answer, ["message", "content"]));
  addProduced(measured.produced, answer["thinking"] ?? at(answer, ["message", "thinking"]));
  for (const tool of list(at(answer, ["message", "tool_calls"]))) {
    addProduced(measured.produced, JSON.stringify(at(tool, ["function", "arguments"])));
  }
  return measured;
}

/** At the address for OpenAI's language. */
export const compatibleUsage: UsageDialect = {};
