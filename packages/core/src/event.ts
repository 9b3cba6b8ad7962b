import { z } from "zod";
import { CLEAN_LINES, CLEAN_TEXT } from "./clean-text.ts";
import {
  MAX_ID_LENGTH,
  MAX_TEXT_LENGTH,
  MAX_MESSAGE_LENGTH,
  MAX_TAGS,
  MAX_COUNT,
  MAX_COST_USD,
  MIN_OCCURRED_AT_MS,
  MAX_METADATA_BYTES,
  TAG_KEY,
} from "./event-limits.ts";
import { parseInstant } from "./instant.ts";

import { usagePartsFit } from "./usage-parts.ts";

const text = z.string().max(MAX_TEXT_LENGTH).regex(CLEAN_TEXT);
const optionalText = text.nullish();
const count = z.number().int().min(0).max(MAX_COUNT).nullish();
const amount = z.number().min(0).max(MAX_COUNT).nullish();

/**
 * What was used, as OpenTelemetry counts: inclusive totals with subset details.
 * `inputTokens` includes cached, cache-write, audio and image tokens; `outputTokens` includes reasoning.
 * Absent means that the source did not say; 0 means that it said none.
 */
export const usageSchema = z.strictObject({
  inputTokens: count.meta({ description: "All prompt tokens, cached and written to cache included" }),
  cacheReadTokens: count.meta({ description: "Of inputTokens: served from the provider's cache" }),
  cacheWriteTokens: count.meta({ description: "Of inputTokens: written to the provider's cache, any time to live" }),
  cacheWrite1hTokens: count.meta({ description: "Of cacheWriteTokens: kept for an hour" }),
  outputTokens: count.meta({ description: "All generated tokens, reasoning included" }),
  reasoningTokens: count.meta({ description: "Of outputTokens: hidden reasoning" }),
  inputAudioTokens: count.meta({ description: "Of inputTokens: audio, cached audio included" }),
  outputAudioTokens: count.meta({ description: "Of outputTokens: audio" }),
  cacheReadAudioTokens: count.meta({ description: "Of cacheReadTokens and inputAudioTokens: cached audio" }),
  inputImageTokens: count.meta({ description: "Of inputTokens: images" }),
  outputImageTokens: count.meta({ description: "Of outputTokens: images" }),
  images: count.meta({ description: "Images generated" }),
  imageSize: optionalText.meta({ description: "For example 1024x1024" }),
  imageQuality: optionalText.meta({ description: "For example standard or hd" }),
  audioSeconds: amount.meta({ description: "Seconds of audio, transcribed or generated" }),
  characters: count.meta({ description: "Characters turned into speech or translated" }),
  pages: count.meta({ description: "Pages read (OCR)" }),
  searches: count.meta({
    description: "Web searches, grounded prompts or rerank searches, as the provider bills them",
  }),
  searchContext: optionalText.meta({ description: "low, medium or high, where the fee depends on it" }),
  requests: count.meta({ description: "Model calls, where a fee is charged for each; 1 when absent" }),
});

const partsFit = { error: "a part exceeds its whole", path: ["usage"] };

/** Usage as it comes over the wire: absent and null both mean "the source did not say". */
export type WireUsage = z.input<typeof usageSchema>;

/** One completed operation, as sent to `POST /api/v1/events`. Unknown fields are refused by name. */
export const eventSchema = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(MAX_ID_LENGTH)
    .regex(CLEAN_TEXT)
    .nullish()
    .meta({ description: "Makes repeats harmless; a UUIDv7 is made when absent" }),
  occurredAt: z
    .union([
      z.string().refine((value) => (parseInstant(value) ?? 0) >= MIN_OCCURRED_AT_MS),
      z.number().min(MIN_OCCURRED_AT_MS),
    ])
    .nullish()
    .meta({ description: "ISO 8601 instant with zone, or milliseconds since 1970; default: now" }),
  provider: text.min(1).meta({ description: "Who serves and bills the call" }),
  model: text.min(1).meta({ description: "The model that answered; it is priced" }),
  requestedModel: optionalText.meta({ description: "The model that was asked for" }),
  operation: optionalText.meta({ description: "chat, embedding, image, audio, rerank, tool, …; default: chat" }),
  usage: usageSchema.refine(usagePartsFit, partsFit).nullish(),
  serviceTier: optionalText.meta({ description: "The tier that served the call: standard, batch, flex, priority, …" }),
  geo: optionalText.meta({ description: "Region or data zone where the price depends on it" }),
  reportedCostUsd: z
    .number()
    .min(0)
    .max(MAX_COST_USD)
    .nullish()
    .meta({ description: "What the provider says it charged; it wins over the computed cost" }),
  user: optionalText,
  team: optionalText,
  project: optionalText,
  customer: optionalText,
  agent: optionalText,
  activity: optionalText.meta({ description: "What the call is for, for example planning.propose" }),
  category: optionalText.meta({ description: "Group of activities; default: the activity up to its first dot" }),
  session: optionalText,
  trace: optionalText,
  span: optionalText,
  environment: optionalText,
  credential: optionalText.meta({ description: "Name or id of the API key used, never the key" }),
  tags: z
    .record(z.string().regex(TAG_KEY), text.nullable())
    .refine((tags) => Object.keys(tags).length <= MAX_TAGS)
    .nullish()
    .meta({ description: "Any keys of your own, each with one value: story, epic, plan, …; at most 32" }),
  durationMs: amount,
  timeToFirstTokenMs: amount,
  streaming: z.boolean().nullish(),
  success: z.boolean().nullish().meta({ description: "Default: true, or false when errorType is given" }),
  errorType: optionalText,
  errorMessage: z.string().max(MAX_MESSAGE_LENGTH).regex(CLEAN_LINES).nullish(),
  attempt: z.number().int().min(1).max(1_000).nullish().meta({ description: "1 for the first try" }),
  score: z.number().min(-1e9).max(1e9).nullish(),
  variant: optionalText,
  cacheHit: z.boolean().nullish().meta({ description: "Answered from the application's own cache: nothing was spent" }),
  source: optionalText.meta({ description: "Which door it came through; default: api" }),
  metadata: z.record(z.string(), z.unknown()).refine(metadataFits).nullish().meta({
    description: "Kept as it is, up to 16 kB of JSON. parentSpan: the span above, for the tree of a trace",
  }),
});

/** A usage event as it comes over the wire. */
export type WireEvent = z.input<typeof eventSchema>;

/** Counts and sizes that the source gave; absent or undefined: it did not say. */
export type EventUsage = { -readonly [Name in keyof WireUsage]?: NonNullable<WireUsage[Name]> | undefined };

type OptionalText =
  | "requestedModel"
  | "serviceTier"
  | "geo"
  | "user"
  | "team"
  | "project"
  | "customer"
  | "agent"
  | "activity"
  | "category"
  | "session"
  | "trace"
  | "span"
  | "environment"
  | "credential"
  | "errorType"
  | "errorMessage"
  | "variant"
  | "source";

/** A usage event as everything behind the edge knows it: checked, with defaults, without nulls and empty texts. */
export type UsageEvent = { [Name in OptionalText]?: string | undefined } & {
  /** Absent: the ledger makes one. */
  id?: string | undefined;
  occurredAtMs: number;
  provider: string;
  model: string;
  operation: string;
  usage: EventUsage;
  reportedCostUsd?: number | undefined;
  tags?: Record<string, string> | undefined;
  durationMs?: number | undefined;
  timeToFirstTokenMs?: number | undefined;
  streaming?: boolean | undefined;
  success: boolean;
  attempt?: number | undefined;
  score?: number | undefined;
  cacheHit?: boolean | undefined;
  metadata?: Record<string, unknown> | undefined;
};

/** Can this be kept as JSON of at most 16 kB? False also for what is nested too deeply or refers to itself. */
export function metadataFits(metadata: Record<string, unknown>): boolean {
  if (isSmall(metadata)) return true;
  let json: string;
  try {
    json = JSON.stringify(metadata);
  } catch {
    return false;
  }
  // Three bytes of UTF-8 at most for each UTF-16 unit.
  return json.length * 3 <= MAX_METADATA_BYTES || new TextEncoder().encode(json).length <= MAX_METADATA_BYTES;
}

/** The usual metadata: some short texts and plain values, which surely fit whatever has to be escaped in them. */
function isSmall(metadata: Record<string, unknown>): boolean {
  let characters = 0;
  for (const key in metadata) {
    const value = metadata[key];
    if (typeof value === "string") characters += value.length;
    else if (typeof value !== "boolean" && typeof value !== "number") return false;
    characters += key.length + CHARACTERS_OF_NUMBER;
    if (characters > MAX_SMALL_CHARACTERS) return false;
  }
  return true;
}

/** Of the longest number as JSON, with the punctuation around it. */
const CHARACTERS_OF_NUMBER = 32;
/** One character becomes at most six bytes: `\u0001`. */
const MAX_SMALL_CHARACTERS = MAX_METADATA_BYTES / 8;
