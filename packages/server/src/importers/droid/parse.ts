import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { BadValue, countIn, fieldsOf, textOf } from "../read-values.ts";
import { isAnyUsed, TOTAL_ONLY, usageOfParts } from "../usage-of-parts.ts";
import type { ToldBefore } from "./conversation.ts";

/** What one session has used until now. */
export function readSettings(
  settings: unknown,
  context: ToldBefore & { session: string; observedAt: number },
): LineReading {
  const told = fieldsOf(settings);
  const usage = fieldsOf(told["tokenUsage"]);
  try {
    const parts = {
      input: countIn(usage, "inputTokens"),
      cacheRead: countIn(usage, "cacheReadTokens"),
      cacheWrite: countIn(usage, "cacheCreationTokens"),
      output: countIn(usage, "outputTokens"),
      reasoning: countIn(usage, "thinkingTokens"),
    };
    if (!isAnyUsed(parts)) return (countIn(usage, "totalTokens") ?? 0) > 0 ? { leftOut: TOTAL_ONLY } : { events: [] };
    const lock = textOf(told["providerLock"]);
    const model = modelName(textOf(told["model"]) ?? context.model);
    const call = {
      tool: "droid",
      id: eventId("droid", context.session),
      occurredAt: context.observedAt,
      provider: providerOfCall(lock === "unknown" ? null : lock, model),
      model,
      usage: usageOfParts(parts),
      folder: context.cwd,
      session: context.session,
      metadata: { cumulative: true, toolModel: textOf(told["model"]) },
    };
    return { events: [codingEvent(call)] };
  } catch (error) {
    if (error instanceof BadValue) return { problem: error.message };
    throw error;
  }
}

/**
 * The model by its maker's name:
 *
 *   Claude-Sonnet-4-[Anthropic]                 → claude-sonnet-4
 *   custom:Claude-Opus-4.5-Thinking-[Anthropic]-0 → claude-opus-4-5
 *   gpt-5.1-codex                               → gpt-5.1-codex
 */
export function modelName(told: string | null): string {
  const name = (told ?? "")
    .replace(/^custom:/i, "")
    // the number of a custom model among those of its kind
    .replace(/-?\[[^\]]*\](-\d+)?/g, "")
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (name === "") return "unknown";
  return name.startsWith("claude-") ? name.replaceAll(".", "-").replace(/-thinking$/, "") : name;
}
