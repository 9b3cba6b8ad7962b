import type { EventUsage } from "@outlay/core";
import { readMessage } from "../anthropic/usage.ts";
import { at, count, fields, firstCount, list, sum, text, type Fields } from "../fields.ts";
import { openaiUsage, readUsage as readOpenaiUsage } from "../openai/usage.ts";
import { addProduced, blankMeasured, type CallFacts, type Measured } from "../provider.ts";
import { buildUsage } from "../usage-builder.ts";

/** Converse counts cached and written tokens apart from `inputTokens`; ours are included. */
export function readConverseUsage(value: unknown): EventUsage | null {
  const usage = fields(value);
  const cacheRead = firstCount(usage["cacheReadInputTokens"], usage["cacheReadInputTokenCount"]);
  const cacheWrite = firstCount(usage["cacheWriteInputTokens"], usage["cacheWriteInputTokenCount"]);
  const oneHour = list(usage["cacheDetails"])
    .map(fields)
    .filter((it) => it["ttl"] === "1h");
  const built = buildUsage({
    inputTokens: sum(firstCount(usage["inputTokens"], usage["inputTokenCount"]), cacheRead, cacheWrite),
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: sum(...oneHour.map((it) => count(it["inputTokens"]))),
    outputTokens: firstCount(usage["outputTokens"], usage["outputTokenCount"]),
  });
  return Object.keys(built).length === 0 ? null : built;
}

export function readConverse(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const usage = readConverseUsage(answer["usage"]);
  const measured: Measured = {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    model: routedModel(answer),
    serviceTier: readTier(answer),
    geo: call.request.geo,
    stopReason: text(answer["stopReason"]),
    ended: true,
  };
  for (const block of list(at(answer, ["output", "message", "content"])).map(fields)) {
    addProduced(measured.produced, block["text"]);
    addProduced(measured.produced, at(block, ["reasoningContent", "reasoningText", "text"]));
    if (block["toolUse"] !== undefined) addProduced(measured.produced, JSON.stringify(at(block, ["toolUse", "input"])));
  }
  return measured;
}

/** `serviceTier: {type: "flex"}`; `default` is the standard tier. */
export function readTier(answer: Fields): string | null {
  const tier = text(at(answer, ["serviceTier", "type"]));
  return tier === "default" ? "standard" : tier;
}

/** A prompt router tells in its trace which model it took. */
export function routedModel(answer: Fields): string | null {
  return modelOfId(text(at(answer, ["trace", "promptRouter", "invokedModelId"])));
}

/** The model's own id: of an ARN the part behind its last slash. */
export function modelOfId(id: string | null): string | null {
  return id?.startsWith("arn:") === true ? (id.split("/").at(-1) ?? id) : id;
}

/**
 * `InvokeModel`: the body is the model maker's own. Where that has no counts, the headers have them
 * (without the cached tokens that Converse would give).
 */
export function readInvoked(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const isMessage = answer["type"] === "message";
  const measured: Measured = isMessage
    ? readMessage(body, call, {})
    : { ...blankMeasured(), geo: call.request.geo, ended: true };
  const usage = measured.usage ?? readMakersUsage(answer) ?? readHeaders(call);
  if (!isMessage) addMakersText(measured, answer);
  return { ...measured, usage, usageState: usage === null ? "absent" : "complete" };
}

/** Generated text in the bodies of Amazon, Meta, Mistral, Cohere, DeepSeek and others: a whole answer, or a piece of a stream. */
export function addMakersText(measured: Pick<Measured, "produced" | "stopReason">, answer: Fields): void {
  const { produced } = measured;
  addProduced(produced, answer["generation"]);
  addProduced(produced, answer["outputText"]);
  addProduced(produced, answer["text"]);
  addProduced(produced, at(answer, ["contentBlockDelta", "delta", "text"]));
  for (const block of list(at(answer, ["output", "message", "content"]))) addProduced(produced, fields(block)["text"]);
  for (const part of [...list(answer["outputs"]), ...list(answer["results"]), ...list(answer["generations"])]) {
    addProduced(produced, fields(part)["text"] ?? fields(part)["outputText"]);
    measured.stopReason = text(fields(part)["stop_reason"]) ?? measured.stopReason;
  }
  measured.stopReason =
    text(answer["stop_reason"]) ??
    text(answer["stopReason"]) ??
    text(at(answer, ["messageStop", "stopReason"])) ??
    text(answer["completionReason"]) ??
    measured.stopReason;
}

/** Counts in the bodies of Amazon, Meta, OpenAI and others. */
export function readMakersUsage(answer: Fields): EventUsage | null {
  const nova = readConverseUsage(answer["usage"] ?? at(answer, ["metadata", "usage"]));
  if (nova !== null) return nova;
  const openai = readOpenaiUsage(answer["usage"], openaiUsage);
  if (openai !== null) return openai;
  const built = buildUsage({
    inputTokens: firstCount(answer["inputTextTokenCount"], answer["prompt_token_count"]),
    outputTokens:
      firstCount(answer["generation_token_count"], answer["totalOutputTextTokenCount"]) ??
      sum(...list(answer["results"]).map((it) => count(fields(it)["tokenCount"]))),
  });
  return Object.keys(built).length === 0 ? null : built;
}

function readHeaders(call: CallFacts): EventUsage | null {
  const header = (name: string) => {
    const value = call.header(`x-amzn-bedrock-${name}-token-count`);
    return value === null ? undefined : Number(value);
  };
  return readConverseUsage({
    inputTokens: header("input"),
    outputTokens: header("output"),
    cacheReadInputTokens: header("cache-read-input"),
    cacheWriteInputTokens: header("cache-write-input"),
  });
}
