import type { EventUsage } from "@outlay/core";

/** Counts of one answer as its provider gives them, already inclusive. Undefined: it does not say. */
export type Counts = Partial<Record<keyof EventUsage, number | string | undefined>>;

/**
 * Usage that an event may hold: what is unknown is left out, and a part that its provider gives larger than its
 * whole is cut to it (some count the reasoning of a stopped answer fully and its output only in part).
 */
export function buildUsage(counts: Counts): EventUsage {
  const usage: EventUsage = {};
  for (const name in counts) {
    const value = counts[name as keyof EventUsage];
    if (value !== undefined) (usage as Record<string, number | string>)[name] = value;
  }
  cap(usage, "cacheReadTokens", usage.inputTokens);
  cap(usage, "cacheWriteTokens", (usage.inputTokens ?? 0) - (usage.cacheReadTokens ?? 0));
  cap(usage, "cacheWrite1hTokens", usage.cacheWriteTokens);
  cap(usage, "inputAudioTokens", usage.inputTokens);
  cap(usage, "inputImageTokens", (usage.inputTokens ?? 0) - (usage.inputAudioTokens ?? 0));
  cap(usage, "cacheReadAudioTokens", Math.min(usage.cacheReadTokens ?? 0, usage.inputAudioTokens ?? 0));
  cap(usage, "reasoningTokens", usage.outputTokens);
  cap(usage, "outputAudioTokens", usage.outputTokens);
  cap(usage, "outputImageTokens", (usage.outputTokens ?? 0) - (usage.outputAudioTokens ?? 0));
  return usage;
}

type Part = keyof EventUsage & `${string}Tokens`;

function cap(usage: EventUsage, part: Part, whole: number | undefined): void {
  const value = usage[part];
  if (value !== undefined && value > (whole ?? 0)) usage[part] = whole ?? 0;
}
