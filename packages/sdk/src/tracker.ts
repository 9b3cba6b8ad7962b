import type { CallContext } from "./context.ts";
import type { CallLease, LimitOptions } from "./limit-desk.ts";

/** Takes note of calls: an `Outlay`, or what stands for one in a test. */
export interface Tracker {
  /**
   * Notes one completed call and gives its id. Never throws and never waits.
   * `context` is taken instead of the one in force now, for calls that end elsewhere than where they began.
   */
  track(event: TrackedCall, context?: CallContext): string;
  /** The context in force where this is called (`with`); undefined when there is none. */
  currentContext?(): CallContext | undefined;
  /** Asks whether the limits have room for a call, and sets it aside; null where nobody can be asked. */
  lease?(call: TrackedCall, options?: LimitOptions, context?: CallContext): Promise<CallLease | null>;
}

/** One completed call. What is absent, undefined or null is not known; it is never taken for 0. */
export interface TrackedCall extends CallContext {
  /** Makes repeats harmless: an id that was seen before changes nothing. A UUIDv7 is made when absent. At most 128 characters. */
  id?: string | null | undefined;
  /** ISO 8601 instant with zone, or milliseconds since 1970; default: now. */
  occurredAt?: string | number | null | undefined;
  /** Who serves and bills the call, such as `openai`; default: told by well-known names of models, else `unknown`. */
  provider?: string | null | undefined;
  /** The model that answered; it is priced. */
  model: string;
  /** The model that was asked for. */
  requestedModel?: string | null | undefined;
  /** `chat`, `embedding`, `image`, `audio`, `rerank`, `tool`, …; default: `chat`. */
  operation?: string | null | undefined;
  usage?: TrackedUsage | null | undefined;
  /** The tier that served the call: `standard`, `batch`, `flex`, `priority`, … */
  serviceTier?: string | null | undefined;
  /** Region or data zone where the price depends on it. */
  geo?: string | null | undefined;
  /** What the provider says it charged; it wins over the computed cost. */
  reportedCostUsd?: number | null | undefined;
  durationMs?: number | null | undefined;
  timeToFirstTokenMs?: number | null | undefined;
  streaming?: boolean | null | undefined;
  /** Default: true, or false when `errorType` is given. */
  success?: boolean | null | undefined;
  errorType?: string | null | undefined;
  errorMessage?: string | null | undefined;
  /** 1 for the first try. */
  attempt?: number | null | undefined;
  score?: number | null | undefined;
  variant?: string | null | undefined;
  /** Answered from the application's own cache: nothing was spent. */
  cacheHit?: boolean | null | undefined;
  /** Which door it came through; default: `sdk`. */
  source?: string | null | undefined;
  /** Kept as it is, up to 16 kB of JSON. */
  metadata?: Record<string, unknown> | null | undefined;
}

/**
 * What was used, as OpenTelemetry counts: inclusive totals with subset details. `inputTokens` includes cached,
 * cache-write, audio and image tokens; `outputTokens` includes reasoning.
 */
export interface TrackedUsage {
  inputTokens?: number | null | undefined;
  /** Of inputTokens: served from the provider's cache. */
  cacheReadTokens?: number | null | undefined;
  /** Of inputTokens: written to the provider's cache, any time to live. */
  cacheWriteTokens?: number | null | undefined;
  /** Of cacheWriteTokens: kept for an hour. */
  cacheWrite1hTokens?: number | null | undefined;
  outputTokens?: number | null | undefined;
  /** Of outputTokens: hidden reasoning. */
  reasoningTokens?: number | null | undefined;
  /** Of inputTokens: audio, cached audio included. */
  inputAudioTokens?: number | null | undefined;
  /** Of outputTokens. */
  outputAudioTokens?: number | null | undefined;
  /** Of cacheReadTokens and inputAudioTokens. */
  cacheReadAudioTokens?: number | null | undefined;
  /** Of inputTokens. */
  inputImageTokens?: number | null | undefined;
  /** Of outputTokens. */
  outputImageTokens?: number | null | undefined;
  /** Images generated. */
  images?: number | null | undefined;
  /** For example `1024x1024`. */
  imageSize?: string | null | undefined;
  /** For example `standard` or `hd`. */
  imageQuality?: string | null | undefined;
  /** Seconds of audio, transcribed or generated. */
  audioSeconds?: number | null | undefined;
  /** Characters turned into speech or translated. */
  characters?: number | null | undefined;
  /** Pages read (OCR). */
  pages?: number | null | undefined;
  /** Web searches, grounded prompts or rerank searches, as the provider bills them. */
  searches?: number | null | undefined;
  /** `low`, `medium` or `high`, where the fee depends on it. */
  searchContext?: string | null | undefined;
  /** Model calls, where a fee is charged for each; 1 when absent. */
  requests?: number | null | undefined;
}
