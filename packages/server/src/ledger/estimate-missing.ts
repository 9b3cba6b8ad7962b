import type { UsageEvent } from "@outlay/core";
import type { Estimates } from "../estimates/estimates.ts";

/** Operations whose tokens come from text. */
const OF_TEXT = new Set(["chat", "text_completion", "embedding"]);
/** More is no text that anybody sent. */
const MAX_CHARACTERS = 1_000_000_000;

/**
 * Fills in what an application could not know: the provider gave no usage, or a stream was cut, and
 * `metadata.promptCharacters` and `metadata.producedCharacters` say how much text there was. Marks the event as estimated,
 * with its band. Other events are given back as they are.
 */
export function estimateMissing(event: UsageEvent, estimates: Pick<Estimates, "estimateFromCharacters">): UsageEvent {
  const { metadata, usage } = event;
  const state = metadata?.["usageState"];
  if (state !== "absent" && state !== "partial") return event;
  const produced = characters(metadata?.["producedCharacters"]);
  // It may never have reached the provider.
  const mayBeUnsent = !event.success && (produced ?? 0) === 0;
  if (mayBeUnsent || event.cacheHit === true || !OF_TEXT.has(event.operation)) return event;
  const { inputTokens, outputTokens, errorPercent } = estimates.estimateFromCharacters({
    provider: event.provider,
    model: event.model,
    promptCharacters: usage.inputTokens === undefined ? characters(metadata?.["promptCharacters"]) : null,
    producedCharacters: event.operation === "embedding" ? null : produced,
  });
  const filled = { ...usage };
  if (usage.inputTokens === undefined && inputTokens !== null) filled.inputTokens = inputTokens;
  // what a cut stream said at its beginning counts as long as the text does not say clearly more
  const least = outputTokens === null ? 0 : outputTokens * (1 - errorPercent / 100);
  if (outputTokens !== null && least >= (usage.outputTokens ?? 0)) filled.outputTokens = outputTokens;
  if (filled.inputTokens === usage.inputTokens && filled.outputTokens === usage.outputTokens) return event;
  return { ...event, usage: filled, metadata: { ...metadata, usageEstimated: true, usageErrorPercent: errorPercent } };
}

function characters(value: unknown): number | null {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_CHARACTERS
    ? (value as number)
    : null;
}
