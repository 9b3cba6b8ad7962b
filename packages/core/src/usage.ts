import { InvalidInput } from "./errors.ts";
import type { WireUsage } from "./event.ts";
import { METER_NAMES, type Meter } from "./meters.ts";

type Count = keyof WireUsage & `${string}Tokens`;

/**
 * Checks that no part exceeds its whole; a whole that is absent counts as 0. InvalidInput
 * `usage_part_exceeds_whole` names the part, the whole and both numbers. `path` precedes the field's name.
 *
 * A source that gives only `cacheWrite1hTokens` means that all its writes are kept for an hour.
 */
export function checkUsage(usage: WireUsage, path = "usage"): void {
  const given = { ...usage, cacheWriteTokens: usage.cacheWriteTokens ?? usage.cacheWrite1hTokens };
  const check = (parts: Count[], whole: Count) => {
    const sum = parts.reduce((total, part) => total + (given[part] ?? 0), 0);
    const limit = given[whole] ?? 0;
    if (sum <= limit) return;
    const [first] = parts.filter((part) => (usage[part] ?? 0) > 0);
    throw new InvalidInput(
      "usage_part_exceeds_whole",
      `${parts.filter((part) => parts.length === 1 || (given[part] ?? 0) > 0).join(" + ")} (${sum}) cannot exceed ${whole} (${limit})`,
      { field: `${path}.${first ?? parts[0]}` },
    );
  };
  check(["cacheWrite1hTokens"], "cacheWriteTokens");
  check(["cacheReadTokens"], "inputTokens");
  // Named by what the caller wrote when the total of the writes is only inferred.
  check([usage.cacheWriteTokens == null ? "cacheWrite1hTokens" : "cacheWriteTokens"], "inputTokens");
  check(["cacheReadTokens", "cacheWriteTokens"], "inputTokens");
  check(["inputAudioTokens"], "inputTokens");
  check(["inputImageTokens"], "inputTokens");
  check(["inputAudioTokens", "inputImageTokens"], "inputTokens");
  check(["cacheReadAudioTokens"], "cacheReadTokens");
  check(["cacheReadAudioTokens"], "inputAudioTokens");
  check(["reasoningTokens"], "outputTokens");
  check(["outputAudioTokens"], "outputTokens");
  check(["outputImageTokens"], "outputTokens");
  check(["outputAudioTokens", "outputImageTokens"], "outputTokens");
}

/**
 * Non-overlapping quantities of each meter, only those above 0: what a price can be multiplied with.
 *
 *   input 200, of it cached 100, of it audio 100, of the audio cached 40:
 *   → input 40, cacheRead 60, inputAudio 60, cacheReadAudio 40
 *
 * One request is counted when the source does not say.
 */
export function quantities(usage: WireUsage): Partial<Record<Meter, number>> {
  const filled = new Float64Array(METER_NAMES.length);
  fillQuantities(usage, filled);
  const result: Partial<Record<Meter, number>> = {};
  METER_NAMES.forEach((meter, i) => {
    if (filled[i]! > 0) result[meter] = filled[i]!;
  });
  return result;
}

/** Position of each meter in the arrays of quantities and rates. */
export const METER_INDEX = Object.fromEntries(METER_NAMES.map((meter, i) => [meter, i])) as Record<Meter, number>;

const {
  input: INPUT,
  cacheRead: CACHE_READ,
  cacheWrite: CACHE_WRITE,
  cacheWrite1h: CACHE_WRITE_1H,
  output: OUTPUT,
  reasoning: REASONING,
  inputAudio: INPUT_AUDIO,
  cacheReadAudio: CACHE_READ_AUDIO,
  outputAudio: OUTPUT_AUDIO,
  inputImage: INPUT_IMAGE,
  outputImage: OUTPUT_IMAGE,
  images: IMAGES,
  audioSeconds: AUDIO_SECONDS,
  characters: CHARACTERS,
  pages: PAGES,
  searches: SEARCHES,
  requests: REQUESTS,
} = METER_INDEX;

/** Writes every meter's quantity into `target`, in the order of `METER_NAMES`: `quantities` without an object. */
export function fillQuantities(usage: WireUsage, target: Float64Array): void {
  const inputTokens = usage.inputTokens ?? 0;
  const cacheRead = usage.cacheReadTokens ?? 0;
  const cacheWrite1h = usage.cacheWrite1hTokens ?? 0;
  const cacheWrite = usage.cacheWriteTokens ?? cacheWrite1h;
  target[CACHE_READ] = cacheRead;
  target[CACHE_WRITE] = Math.max(0, cacheWrite - cacheWrite1h);
  target[CACHE_WRITE_1H] = cacheWrite1h;
  target[CACHE_READ_AUDIO] = 0;
  const audio = usage.inputAudioTokens ?? 0;
  const image = usage.inputImageTokens ?? 0;
  target[INPUT_AUDIO] = audio;
  target[INPUT_IMAGE] = image;
  if (audio > 0 || image > 0) separateModalities(usage, target, inputTokens - cacheRead - cacheWrite);
  target[INPUT] = Math.max(0, inputTokens - cacheRead - cacheWrite - target[INPUT_AUDIO]! - target[INPUT_IMAGE]!);

  const outputTokens = usage.outputTokens ?? 0;
  const outputAudio = usage.outputAudioTokens ?? 0;
  const outputImage = usage.outputImageTokens ?? 0;
  const spoken = outputTokens - outputAudio - outputImage;
  const reasoning = Math.max(0, Math.min(usage.reasoningTokens ?? 0, spoken));
  target[OUTPUT_AUDIO] = outputAudio;
  target[OUTPUT_IMAGE] = outputImage;
  target[REASONING] = reasoning;
  target[OUTPUT] = Math.max(0, spoken - reasoning);

  target[IMAGES] = usage.images ?? 0;
  target[AUDIO_SECONDS] = usage.audioSeconds ?? 0;
  target[CHARACTERS] = usage.characters ?? 0;
  target[PAGES] = usage.pages ?? 0;
  target[SEARCHES] = usage.searches ?? 0;
  target[REQUESTS] = usage.requests ?? 1;
}

/**
 * Takes out what is both cached and audio or image. Where the source does not say how much of the audio was
 * cached, it was as little as the totals allow:
 *
 *   input 100, cached 80, audio 60, cached audio unknown: 40 of the audio must have been cached
 *   → cacheRead 40, cacheReadAudio 40, inputAudio 20, input 0
 *
 * Cached images have no meter of their own and stay with cacheRead.
 */
function separateModalities(usage: WireUsage, target: Float64Array, uncached: number): void {
  const cacheRead = target[CACHE_READ]!;
  const audio = target[INPUT_AUDIO]!;
  const image = target[INPUT_IMAGE]!;
  const overlap = audio + image - Math.max(0, uncached);
  const cachedAudio = Math.max(0, Math.min(usage.cacheReadAudioTokens ?? overlap, cacheRead, audio));
  target[CACHE_READ] = cacheRead - cachedAudio;
  target[CACHE_READ_AUDIO] = cachedAudio;

  const room = Math.max(0, uncached);
  const uncachedAudio = Math.min(audio - cachedAudio, room);
  target[INPUT_AUDIO] = uncachedAudio;
  target[INPUT_IMAGE] = Math.min(image, room - uncachedAudio);
}
