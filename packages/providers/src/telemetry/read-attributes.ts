import type { EventUsage, WireEvent } from "@outlay/core";
import { billedAs, providerOfHost, providerOfModel } from "../billed-as.ts";
import { cleanTags } from "../clean.ts";
import { at, fields, parseJson } from "../fields.ts";
import { readAiSdkCost } from "../frameworks/ai-sdk-usage.ts";
import { openaiUsage, readTier, readUsage as readCounts } from "../openai/usage.ts";
import { readMessage } from "../anthropic/usage.ts";
import { blankRequest } from "../provider.ts";
import { findAttributes, type FoundAttributes } from "./found-attributes.ts";
import { readLangfuseCost, readLangfuseUsage } from "./langfuse-attributes.ts";
import { ATTRIBUTION, readResource, type ResourceFacts } from "./read-resource.ts";
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
  resource: Attributes = NO_RESOURCE,
  options: ReadingOptions = {},
): AttributeFacts {
  const ofResource = readResource(resource);
  return readFound(findAttributes(attributes), ofResource, options);
}

const NO_RESOURCE: Attributes = Object.freeze({});

/** The same for attributes that have been found. */
export function readFound(found: FoundAttributes, resource: ResourceFacts, options: ReadingOptions): AttributeFacts {
  const requested = withoutPrefix(found.text("requestModel"));
  const model = withoutPrefix(found.text("responseModel")) ?? requested;
  const provider = readProvider(found, model);
  const usage = readUsage(found, provider, options);
  const event: AttributeFacts["event"] = { provider, model, usage };
  addAttribution(event, found, resource);
  if (requested !== null && requested !== model) event.requestedModel = requested;
  const tier = readTier(found.text("serviceTier"));
  if (tier !== null && tier !== "auto") event.serviceTier = tier;
  const cost = readCost(found, usage);
  if (cost !== undefined) event.reportedCostUsd = cost;
  const stopReason = found.text("stopReason");
  if (stopReason !== null) event.metadata = { stopReason };
  return { event, usage, responseId: found.text("responseId") };
}

/** Gemini's clients say `models/gemini-2.5-pro`. */
function withoutPrefix(model: string | null): string | null {
  return model?.startsWith("models/") === true ? model.slice("models/".length) : model;
}

/**
 * Who is billed. OpenAI's client also talks to others, and its instrumentation then still says `openai`: an address of
 * somebody that we know is believed more.
 */
function readProvider(found: FoundAttributes, model: string | null): string {
  const host = found.text("host");
  const ofHost = host === null ? null : payerOfHost(host);
  if (ofHost !== null) return ofHost;
  const said = found.text("provider", payerOf);
  return said ?? (model === null ? null : makerOf(model)) ?? host ?? "unknown";
}

// The same few come with every span, and looking for them among all patterns is slow.
const payerOf = remembered(billedAs);
const makerOf = remembered(providerOfModel);
const payerOfHost = remembered((host) => {
  const provider = providerOfHost(host);
  return provider === null ? null : (billedAs(provider) ?? provider);
});

/** Names and addresses that are remembered; who sends more of them only makes reading slower. */
const MAX_REMEMBERED = 1_000;

function remembered(find: (name: string) => string | null): (name: string) => string | null {
  const known = new Map<string, string | null>();
  return (name) => {
    let value = known.get(name);
    if (value !== undefined) return value;
    value = find(name);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(name, value);
    return value;
  };
}

/**
 * Inclusive counts. By the conventions cached tokens are inside the input and reasoning inside the output; some put
 * them beside it. A part that is larger than its whole, or the total, tells:
 *
 *   input 50, cache read 1,000 → outside: input 1,050
 *   input 1,050, cache read 1,000, output 20, total 1,070 → inside
 *   input 50, cache read 30, output 20, total 100 → outside: input 80
 */
function readUsage(found: FoundAttributes, provider: string, options: ReadingOptions): EventUsage {
  const raw = readRawUsage(found);
  if (raw !== null) return raw;
  const langfuse = readLangfuseUsage(found.value("langfuseUsage"));
  if (langfuse !== null) return langfuse;
  const cacheRead = found.tokens("cacheReadTokens");
  const cacheWrite = found.tokens("cacheWriteTokens");
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const uncached = found.tokens("uncachedInputTokens");
  let input = found.tokens("inputTokens");
  let output = found.tokens("outputTokens");
  const total = found.tokens("totalTokens");
  const isOutside = options.cache === "outside" || (uncached === undefined && isOldAiSdk(found, provider));
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
      audio_tokens: found.tokens("inputAudioTokens"),
    },
    completion_tokens_details: {
      reasoning_tokens: found.tokens("reasoningTokens"),
      audio_tokens: found.tokens("outputAudioTokens"),
    },
  };
  return readCounts(counts, openaiUsage) ?? {};
}

/**
 * Up to version 5 the AI SDK left the cached tokens of those models outside that count them outside themselves, also in
 * its total. Since version 6 they are inside, and `noCacheTokens` is there to tell.
 */
function isOldAiSdk(found: FoundAttributes, provider: string): boolean {
  if (!found.has("ai.usage.cachedInputTokens")) return false;
  return provider === "anthropic" || provider === "aws";
}

/** The provider's own counts, which Anthropic's provider for the AI SDK passes on. */
function readRawUsage(found: FoundAttributes): EventUsage | null {
  const metadata = aiSdkMetadata(found);
  if (metadata === null) return null;
  const usage = at(metadata, ["anthropic", "usage"]);
  if (fields(usage)["input_tokens"] === undefined) return null;
  return readMessage({ usage }, { request: blankRequest(), status: 200, header: () => null }, {}).usage;
}

/** What a provider of the AI SDK says besides. On an outer span, which adds up its steps, it is that of the last step alone. */
function aiSdkMetadata(found: FoundAttributes): unknown {
  const metadata = found.value("providerMetadata");
  if (metadata === undefined || !/\.do[A-Z]/.test(String(found.value("aiSdkOperation") ?? ".doGenerate"))) return null;
  return typeof metadata === "string" ? parseJson(metadata) : metadata;
}

/** What was charged, in dollars. 0 beside tokens is what those say who found no price. */
function readCost(found: FoundAttributes, usage: EventUsage): number | undefined {
  const currency = found.text("costCurrency") ?? "USD";
  if (currency.toUpperCase() !== "USD") return undefined;
  const cost =
    found.amount("costUsd") ??
    readLangfuseCost(found.value("langfuseCost")) ??
    readAiSdkCost(aiSdkMetadata(found)) ??
    undefined;
  return cost === 0 && hasCounts(usage) ? undefined : cost;
}

/** Does it count anything? */
export function hasCounts(usage: EventUsage): boolean {
  for (const name in usage) {
    const value = usage[name as keyof EventUsage];
    if (typeof value === "number" && value > 0) return true;
  }
  return false;
}

function addAttribution(event: AttributeFacts["event"], found: FoundAttributes, resource: ResourceFacts): void {
  for (const name of ATTRIBUTION) {
    const value = found.text(name) ?? resource.attribution[name];
    if (value !== null) event[name] = value;
  }
  const tags = readTags(found, resource.service);
  if (tags !== null) event.tags = tags;
}

/** Read elsewhere, in a field of their own. */
const NOT_TAGS = new Set(["user_id", "session_id", "userId", "sessionId", "user", "session"]);

function readTags(found: FoundAttributes, service: string | null): Record<string, string> | null {
  const pairs: [string, string][] = [];
  const add = (key: string, value: unknown) => {
    const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (isScalar && !NOT_TAGS.has(key)) pairs.push([key, String(value)]);
  };
  if (found.tags !== null) for (const [key, value] of found.tags) add(key, value);
  const metadata = found.value("metadata");
  if (metadata !== undefined) {
    const ofCall = fields(typeof metadata === "string" ? parseJson(metadata) : metadata);
    for (const key in ofCall) add(key, ofCall[key]);
  }
  const listed = found.value("tagList");
  if (listed !== undefined) for (const [key, value] of listedTags(listed)) add(key, value);
  if (service !== null) add("service", service);
  return pairs.length === 0 ? null : nullIfEmpty(cleanTags(pairs));
}

function nullIfEmpty(tags: Record<string, string>): Record<string, string> | null {
  for (const _ in tags) return tags;
  return null;
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
