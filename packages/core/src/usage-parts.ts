import type { WireUsage } from "./event.ts";

/** Says in a few comparisons whether `checkUsage` would find no part above its whole. */
export function usagePartsFit(usage: WireUsage): boolean {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  const cacheRead = usage.cacheReadTokens ?? 0;
  const cacheWrite1h = usage.cacheWrite1hTokens ?? 0;
  const cacheWrite = usage.cacheWriteTokens ?? cacheWrite1h;
  const inputAudio = usage.inputAudioTokens ?? 0;
  const cacheReadAudio = usage.cacheReadAudioTokens ?? 0;
  return (
    cacheWrite1h <= cacheWrite &&
    cacheRead + cacheWrite <= input &&
    inputAudio + (usage.inputImageTokens ?? 0) <= input &&
    cacheReadAudio <= cacheRead &&
    cacheReadAudio <= inputAudio &&
    (usage.reasoningTokens ?? 0) <= output &&
    (usage.outputAudioTokens ?? 0) + (usage.outputImageTokens ?? 0) <= output
  );
}
