import type { EventUsage } from "@outlay/core";
import { amount, at, count, fields, firstCount, list, text, type Fields } from "../fields.ts";
import { addProduced, blankMeasured, type CallFacts, type Measured } from "../provider.ts";
import { readError } from "../read-error.ts";
import { buildUsage, type Counts } from "../usage-builder.ts";

/**
 * What the counts of those who speak OpenAI's language mean differently. Differences of spelling need no entry: all
 * spellings are read from everyone, because proxies mix them.
 */
export interface UsageDialect {
  /** Where `usage` holds what the provider charged, and how many of that unit make a dollar. */
  reportedCost?: { path: string[]; unitsPerUsd: number };
  /** Where `usage` holds what the owner of a key behind the provider pays besides, and the flag that says so. */
  ownKeyCost?: { path: string[]; flag: string };
  /** `total_tokens` beyond prompt and completion are generated tokens that are not listed. */
  hasHiddenOutput?: boolean;
  /** Counts that only this provider has, added to those that were read. */
  readMore?: (usage: Fields, counts: Counts) => Counts;
}

export const openaiUsage: UsageDialect = {};

/** Usage of any endpoint. Null when there is none, or when it counts nothing. */
export function readUsage(value: unknown, dialect: UsageDialect): EventUsage | null {
  const usage = fields(value);
  const prompt = fields(
    usage["prompt_tokens_details"] ??
      usage["input_tokens_details"] ??
      usage["prompt_token_details"] ??
      usage["input_token_details"],
  );
  const completion = fields(
    usage["completion_tokens_details"] ?? usage["output_tokens_details"] ?? usage["output_token_details"],
  );
  const counts: Counts = {
    ...readTotals(usage, prompt, completion, dialect),
    inputAudioTokens: count(prompt["audio_tokens"]),
    inputImageTokens: count(prompt["image_tokens"]),
    cacheReadAudioTokens: count(at(prompt, ["cached_tokens_details", "audio_tokens"])),
    outputAudioTokens: count(completion["audio_tokens"]),
    outputImageTokens: count(completion["image_tokens"]),
    audioSeconds: usage["type"] === "duration" ? amount(usage["seconds"]) : undefined,
  };
  const all = dialect.readMore === undefined ? counts : { ...counts, ...dialect.readMore(usage, counts) };
  const built = buildUsage(all);
  return Object.keys(built).length === 0 ? null : built;
}

/**
 * Whether cached and reasoning tokens are inside the totals is decided by `total_tokens` where there is one:
 *
 *   prompt 100, completion 20, reasoning 300, total 420 → reasoning stands outside: output 320
 *   prompt 100, completion 320, reasoning 300, total 420 → inside: output 320
 */
function readTotals(usage: Fields, prompt: Fields, completion: Fields, dialect: UsageDialect): Counts {
  const cacheRead = largest(
    prompt["cached_tokens"],
    usage["prompt_cache_hit_tokens"],
    usage["num_cached_tokens"],
    usage["cached_tokens"],
    usage["cache_read_input_tokens"],
  );
  const cacheWrite = largest(
    prompt["cache_write_tokens"],
    prompt["cache_creation_tokens"],
    usage["cache_creation_input_tokens"],
  );
  const reasoning = firstCount(completion["reasoning_tokens"], usage["reasoning_tokens"]);
  const total = count(usage["total_tokens"]);
  const input =
    firstCount(usage["prompt_tokens"], usage["input_tokens"]) ??
    sumOfBoth(usage["prompt_cache_hit_tokens"], usage["prompt_cache_miss_tokens"]);
  const output = firstCount(usage["completion_tokens"], usage["output_tokens"]);
  const read: Counts = {
    inputTokens: input,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    outputTokens: output,
    reasoningTokens: reasoning,
  };
  if (input === undefined) return read;
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const beyond = total === undefined ? 0 : total - input - (output ?? 0);
  if (beyond > 0) {
    if (beyond === reasoning) return { ...read, outputTokens: (output ?? 0) + reasoning };
    if (beyond === cached) return { ...read, inputTokens: input + cached };
    if (beyond === cached + (reasoning ?? 0)) {
      return { ...read, inputTokens: input + cached, outputTokens: (output ?? 0) + (reasoning ?? 0) };
    }
    if (dialect.hasHiddenOutput === true) {
      return { ...read, outputTokens: (output ?? 0) + beyond, reasoningTokens: Math.max(reasoning ?? 0, beyond) };
    }
  }
  // No part can be larger than its whole: such a prompt was counted without its cached tokens.
  return cached > input ? { ...read, inputTokens: input + cached } : read;
}

function largest(...values: unknown[]): number | undefined {
  let found: number | undefined;
  for (const value of values) {
    const known = count(value);
    if (known !== undefined && (found === undefined || known > found)) found = known;
  }
  return found;
}

function sumOfBoth(a: unknown, b: unknown): number | undefined {
  const [first, second] = [count(a), count(b)];
  return first === undefined || second === undefined ? undefined : first + second;
}

/** What the provider says it charged, in dollars. */
export function readCost(value: unknown, dialect: UsageDialect): number | null {
  const { reportedCost, ownKeyCost } = dialect;
  const charged = reportedCost === undefined ? undefined : amount(at(value, reportedCost.path));
  if (charged === undefined) return null;
  // What the owner's own key pays upstream is inside the charge unless the key is the owner's.
  const isOwnKey = ownKeyCost !== undefined && fields(value)[ownKeyCost.flag] === true;
  const upstream = isOwnKey ? (amount(at(value, ownKeyCost.path)) ?? 0) : 0;
  return charged / reportedCost!.unitsPerUsd + upstream;
}

/** The parts that all answers have in the same place. */
export function readEnvelope(answer: Fields, usageValue: unknown, call: CallFacts, dialect: UsageDialect): Measured {
  const usage = readUsage(usageValue, dialect);
  return {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    model: text(answer["model"]),
    responseId: text(answer["id"]),
    serviceTier: readTier(answer["service_tier"] ?? fields(usageValue)["service_tier"]),
    geo: call.request.geo,
    reportedCostUsd: readCost(usageValue, dialect),
    error: answer["error"] == null ? null : readError(answer, call.status),
    ended: true,
  };
}

/** `default` is OpenAI's word for what everybody else calls standard. */
export function readTier(value: unknown): string | null {
  const tier = text(value)?.toLowerCase() ?? null;
  return tier === "default" ? "standard" : tier;
}

/** Chat and the older completions. */
export function readChatAnswer(body: unknown, call: CallFacts, dialect: UsageDialect): Measured {
  const answer = fields(body);
  const measured = readEnvelope(answer, answer["usage"], call, dialect);
  for (const choice of list(answer["choices"])) {
    addChoice(measured, fields(choice));
  }
  return withSearchFee(measured, call);
}

/** Text of one choice, whole or a piece of it, and why it stopped. */
export function addChoice(measured: Measured, choice: Fields): void {
  const message = fields(choice["message"] ?? choice["delta"]);
  const { produced } = measured;
  addProduced(produced, message["content"]);
  addProduced(produced, message["reasoning_content"] ?? message["reasoning"]);
  addProduced(produced, message["refusal"]);
  addProduced(produced, choice["text"]);
  for (const part of list(message["content"])) addProduced(produced, fields(part)["text"]);
  for (const tool of list(message["tool_calls"])) addProduced(produced, at(tool, ["function", "arguments"]));
  measured.stopReason = text(choice["finish_reason"]) ?? measured.stopReason;
}

/** Models that always search charge one search for each call; the answer does not count it. */
export function withSearchFee(measured: Measured, call: CallFacts): Measured {
  const model = measured.model ?? call.request.model ?? "";
  const searchContext = call.request.usage.searchContext;
  const isSearch = /-search-(preview|api)/.test(model);
  if (measured.usage === null || (!isSearch && searchContext === undefined)) return measured;
  const usage: EventUsage = { ...measured.usage };
  if (isSearch) usage.searches ??= 1;
  if (isSearch || searchContext !== undefined) usage.searchContext ??= searchContext ?? "medium";
  return { ...measured, usage };
}

/** The Responses API; also the `response` inside the last event of its streams. */
export function readResponse(body: unknown, call: CallFacts, dialect: UsageDialect): Measured {
  const answer = fields(body);
  const measured = readEnvelope(answer, answer["usage"], call, dialect);
  measured.stopReason = text(at(answer, ["incomplete_details", "reason"])) ?? text(answer["status"]);
  let searches = 0;
  for (const value of list(answer["output"])) {
    const item = fields(value);
    addItem(measured, item);
    const type = text(item["type"]) ?? "";
    // Opening a page and looking for a word in it are parts of a search that has been charged.
    if (type === "web_search_call" && (at(item, ["action", "type"]) ?? "search") === "search") searches += 1;
    else if (CHARGED_TOOLS.has(type)) measured.toolCalls[type] = (measured.toolCalls[type] ?? 0) + 1;
  }
  if (searches > 0 && measured.usage !== null) {
    measured.usage.searches = searches;
    if (call.request.usage.searchContext !== undefined) measured.usage.searchContext = call.request.usage.searchContext;
  }
  return measured;
}

const CHARGED_TOOLS = new Set(["file_search_call", "code_interpreter_call", "image_generation_call"]);

function addItem(measured: Measured, item: Fields): void {
  for (const part of [...list(item["content"]), ...list(item["summary"])]) {
    addProduced(measured.produced, fields(part)["text"] ?? fields(part)["refusal"]);
  }
  addProduced(measured.produced, item["arguments"]);
}

export function readEmbeddings(body: unknown, call: CallFacts, dialect: UsageDialect): Measured {
  return readEnvelope(fields(body), fields(body)["usage"], call, dialect);
}

/**
 * Pictures: newer models count tokens, of which all that come out are image tokens; older ones are paid by the
 * picture. Never both, or the picture would be paid twice.
 */
export function readImages(body: unknown, call: CallFacts, dialect: UsageDialect): Measured {
  const answer = fields(body);
  const measured = readEnvelope(answer, answer["usage"], call, dialect);
  if (measured.usage !== null) {
    measured.usage.outputImageTokens ??= measured.usage.outputTokens;
    return measured;
  }
  const images = list(answer["data"]).length;
  if (images === 0) return measured;
  const size = text(answer["size"]) ?? call.request.usage.imageSize ?? "1024x1024";
  const quality = text(answer["quality"]) ?? call.request.usage.imageQuality;
  const usage = buildUsage({ images, imageSize: size, imageQuality: quality });
  return { ...measured, usage, usageState: "complete" };
}

/** Text from speech: tokens, seconds, or the `duration` of the longer answer. */
export function readTranscription(body: unknown, call: CallFacts, dialect: UsageDialect): Measured {
  const answer = fields(body);
  const measured = readEnvelope(answer, answer["usage"], call, dialect);
  addProduced(measured.produced, answer["text"]);
  const seconds = amount(answer["duration"]) ?? Number(text(answer["duration"]) ?? Number.NaN);
  if (measured.usage !== null || Number.isNaN(seconds)) return measured;
  return { ...measured, usage: { audioSeconds: seconds }, usageState: "complete" };
}

/** Speech from text: the answer is sound, what was asked is paid by the character. */
export function readSpeech(_body: unknown, call: CallFacts): Measured {
  const { characters } = call.request.usage;
  const usage = characters === undefined ? null : { characters };
  return {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    geo: call.request.geo,
    ended: true,
  };
}
