import type { EventUsage, WireEvent } from "@outlay/core";
import { billedAs, providerOfHost, providerOfModel } from "../billed-as.ts";
import { cleanTags } from "../clean.ts";
import { at, fields, parseJson } from "../fields.ts";
import { readAiSdkCost } from "../frameworks/ai-sdk-usage.ts";
import { openaiUsage, readTier, readUsage as readCounts } from "../openai/usage.ts";
import { readMessage } from "../anthropic/usage.ts";
import { blankRequest } from "../provider.ts";
import { ATTRIBUTE_NAMES as NAMES, TAG_PREFIXES } from "./attribute-names.ts";
import { firstAmount, firstText, firstTokens } from "./attributes.ts";
import { readLangfuseCost, readLangfuseUsage } from "./langfuse-attributes.ts";
import type { AttributeValue, Attributes } from "./telemetry-span.ts";

/** What the attributes of a span, a log record or a data point say about a call; absent is what they do not say. */
export interface AttributeFacts {
  /** Everything of an event but its id, times and outcome. */
  event: Omit<WireEvent, "model" | "provider"> & { provider: string; model: string | null };
  usage: EventUsage;
  /** The provider's id of the answer: the same call told twice has the same. */
  responseId: string | null;
}

export interface ReadingOptions {
  /**
   * Are cached tokens inside the input? `decide`: by the numbers, as OpenTelemetry asks for where they do not tell.
   * Claude Code's log events count them outside.
   */
  cache?: "decide" | "outside";
}

/** Reads the attributes of one call, and of the resource that made it, in any dialect. Prompts and answers are not read. */
export function readAttributes(
  attributes: Attributes,
  resource: Attributes = {},
  options: ReadingOptions = {},
): AttributeFacts {
  const requested = firstText(attributes, NAMES.requestModel);
  const answered = firstText(attributes, NAMES.responseModel);
  const model = withoutPrefix(answered ?? requested);
  const provider = readProvider(attributes, model);
  const usage = readUsage(attributes, provider, options);
  const cost = readCost(attributes, usage);
  const stopReason = firstText(attributes, NAMES.stopReason);
  const event: AttributeFacts["event"] = { provider, model, usage, ...readAttribution(attributes, resource) };
  if (requested !== null && withoutPrefix(requested) !== model) event.requestedModel = withoutPrefix(requested);
  const tier = readTier(firstText(attributes, NAMES.serviceTier));
  if (tier !== null && tier !== "auto") event.serviceTier = tier;
  if (cost !== undefined) event.reportedCostUsd = cost;
  if (stopReason !== null) event.metadata = { stopReason };
  return { event, usage, responseId: firstText(attributes, NAMES.responseId) };
}

/** Gemini's clients say `models/gemini-2.5-pro`. */
function withoutPrefix(model: string | null): string | null {
  return model?.replace(/^models\//, "") ?? null;
}

/**
 * Who is billed. OpenAI's client also talks to others, and its instrumentation then still says `openai`: an address of
 * somebody that we know is believed more.
 */
function readProvider(attributes: Attributes, model: string | null): string {
  const host = firstText(attributes, NAMES.host);
  const ofHost = host === null ? null : providerOfHost(host);
  if (ofHost !== null) return billedAs(ofHost) ?? ofHost;
  for (const name of NAMES.provider) {
    const said = firstText(attributes, [name]);
    const known = said === null ? null : billedAs(said);
    if (known !== null) return known;
  }
  return (model === null ? null : providerOfModel(model)) ?? host ?? "unknown";
}

/**
 * Inclusive counts. By the conventions cached tokens are inside the input and reasoning inside the output; some put
 * them beside it. A part that is larger than its whole, or the total, tells:
 *
 *   input 50, cache read 1,000 → outside: input 1,050
 *   input 1,050, cache read 1,000, output 20, total 1,070 → inside
 *   input 50, cache read 30, output 20, total 100 → outside: input 80
 */
function readUsage(attributes: Attributes, provider: string, options: ReadingOptions): EventUsage {
  const raw = readRawUsage(attributes);
  if (raw !== null) return raw;
  const langfuse = readLangfuseUsage(attributes);
  if (langfuse !== null) return langfuse;
  const cacheRead = firstTokens(attributes, NAMES.cacheReadTokens);
  const cacheWrite = firstTokens(attributes, NAMES.cacheWriteTokens);
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const uncached = firstTokens(attributes, NAMES.uncachedInputTokens);
  let input = firstTokens(attributes, NAMES.inputTokens);
  let output = firstTokens(attributes, NAMES.outputTokens);
  const total = firstTokens(attributes, NAMES.totalTokens);
  const isOutside = options.cache === "outside" || (uncached === undefined && isOldAiSdk(attributes, provider));
  if (isOutside && input !== undefined) input += cached;
  input ??= uncached === undefined ? undefined : uncached + cached;
  // Of embeddings some say only the total, of answers some leave the output to be subtracted.
  if (total !== undefined && input === undefined && output === undefined) input = total;
  else if (total !== undefined && input !== undefined && output === undefined && total > input) output = total - input;
  const counts = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: isOutside || uncached !== undefined ? undefined : total,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      cache_write_tokens: cacheWrite,
      audio_tokens: firstTokens(attributes, NAMES.inputAudioTokens),
    },
    completion_tokens_details: {
      reasoning_tokens: firstTokens(attributes, NAMES.reasoningTokens),
      audio_tokens: firstTokens(attributes, NAMES.outputAudioTokens),
    },
  };
  return readCounts(counts, openaiUsage) ?? {};
}

/**
 * Up to version 5 the AI SDK left the cached tokens of those models outside that count them outside themselves, also in
 * its total. Since version 6 they are inside, and `noCacheTokens` is there to tell.
 */
function isOldAiSdk(attributes: Attributes, provider: string): boolean {
  if (attributes["ai.usage.cachedInputTokens"] === undefined) return false;
  return provider === "anthropic" || provider === "aws";
}

/** The provider's own counts, which Anthropic's provider for the AI SDK passes on. */
function readRawUsage(attributes: Attributes): EventUsage | null {
  const usage = at(aiSdkMetadata(attributes), ["anthropic", "usage"]);
  if (fields(usage)["input_tokens"] === undefined) return null;
  return readMessage({ usage }, { request: blankRequest(), status: 200, header: () => null }, {}).usage;
}

/** What a provider of the AI SDK says besides. On an outer span, which adds up its steps, it is that of the last step alone. */
function aiSdkMetadata(attributes: Attributes): unknown {
  const metadata = attributes["ai.response.providerMetadata"];
  if (metadata === undefined || !/\.do[A-Z]/.test(String(attributes["ai.operationId"] ?? ".doGenerate"))) return null;
  return typeof metadata === "string" ? parseJson(metadata) : metadata;
}

/** What was charged, in dollars. 0 beside tokens is what those say who found no price. */
function readCost(attributes: Attributes, usage: EventUsage): number | undefined {
  const currency = firstText(attributes, ["gen_ai.usage.cost.currency"]) ?? "USD";
  if (currency.toUpperCase() !== "USD") return undefined;
  const cost =
    firstAmount(attributes, NAMES.costUsd) ??
    readLangfuseCost(attributes) ??
    readAiSdkCost(aiSdkMetadata(attributes)) ??
    undefined;
  return cost === 0 && hasCounts(usage) ? undefined : cost;
}

/** Does it count anything? */
export function hasCounts(usage: EventUsage): boolean {
  return Object.values(usage).some((value) => typeof value === "number" && value > 0);
}

const ATTRIBUTION = [
  "session",
  "user",
  "agent",
  "team",
  "project",
  "customer",
  "environment",
  "activity",
  "category",
  "variant",
] as const;

function readAttribution(attributes: Attributes, resource: Attributes): Partial<WireEvent> {
  const found: Partial<WireEvent> = {};
  for (const name of ATTRIBUTION) {
    const value = firstText(attributes, NAMES[name]) ?? firstText(resource, NAMES[name]);
    if (value !== null) found[name] = value;
  }
  const tags = readTags(attributes, resource);
  if (tags !== null) found.tags = tags;
  return found;
}

/** Read elsewhere, in a field of their own. */
const NOT_TAGS = new Set(["user_id", "session_id", "userId", "sessionId", "user", "session"]);

function readTags(attributes: Attributes, resource: Attributes): Record<string, string> | null {
  const pairs: [string, string][] = [];
  const add = (key: string, value: unknown) => {
    const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (isScalar && !NOT_TAGS.has(key)) pairs.push([key, String(value)]);
  };
  for (const name in attributes) {
    const prefix = tagPrefixOf(name);
    if (prefix !== undefined) add(name.slice(prefix.length), attributes[name]);
  }
  const metadata = attributes["metadata"];
  const ofCall = fields(typeof metadata === "string" ? parseJson(metadata) : metadata);
  for (const key in ofCall) add(key, ofCall[key]);
  const listed = attributes["tag.tags"] ?? attributes["langfuse.trace.tags"];
  if (listed !== undefined) for (const [key, value] of listedTags(listed)) add(key, value);
  const service = firstText(resource, ["service.name"]);
  if (service !== null && !service.startsWith("unknown_service")) add("service", service);
  return pairs.length === 0 ? null : nullIfEmpty(cleanTags(pairs));
}

function nullIfEmpty(tags: Record<string, string>): Record<string, string> | null {
  for (const _ in tags) return tags;
  return null;
}

/** The letters with which the names of tags begin: most attributes are passed over with one look. */
const TAG_INITIALS = new Set(TAG_PREFIXES.map((prefix) => prefix.charCodeAt(0)));

function tagPrefixOf(name: string): string | undefined {
  if (!TAG_INITIALS.has(name.charCodeAt(0))) return undefined;
  return TAG_PREFIXES.find((prefix) => name.startsWith(prefix));
}

/** A list of words: each is a tag; `team:blue` is one with a value. */
function listedTags(value: AttributeValue): [string, string][] {
  const parsed = typeof value === "string" ? (parseJson(value) ?? [value]) : value;
  return (Array.isArray(parsed) ? parsed : [])
    .filter((word) => typeof word === "string")
    .map((word): [string, string] => {
      const [, key, rest] = /^([^:,]+):(.+)$/.exec(word) ?? [null, word, "true"];
      return [key!, rest!];
    });
}
