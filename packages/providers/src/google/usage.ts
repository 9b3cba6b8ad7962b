import type { EventUsage } from "@outlay/core";
import { at, count, fields, firstCount, list, sum, text, type Fields } from "../fields.ts";
import type { UsageDialect } from "../openai/usage.ts";
import { addProduced, blankMeasured, type CallFacts, type Measured } from "../provider.ts";
import { readError } from "../read-error.ts";
import { buildUsage } from "../usage-builder.ts";

/**
 * Thoughts stand apart from candidates, and prompts of tools apart from the prompt; both are billed.
 *
 *   prompt 15,327 (cached 11,526), tools 7, candidates 23, thoughts 919, total 16,276
 *   → input 15,334, of it cached 11,526; output 942, of it reasoning 919
 *
 * Where the total equals prompt and candidates alone, the thoughts are inside the candidates.
 */
function readUsage(value: unknown): EventUsage | null {
  const usage = fields(value);
  const prompt = firstCount(usage["promptTokenCount"], usage["total_input_tokens"]);
  const tools = firstCount(usage["toolUsePromptTokenCount"], usage["total_tool_use_tokens"]);
  const total = firstCount(usage["totalTokenCount"], usage["total_tokens"]);
  const thoughts = firstCount(usage["thoughtsTokenCount"], usage["total_thought_tokens"]);
  const input = sum(prompt, tools);
  const candidates =
    firstCount(usage["candidatesTokenCount"], usage["responseTokenCount"], usage["total_output_tokens"]) ??
    remainder(total, input, thoughts);
  const isInside = thoughts !== undefined && total !== undefined && total === (input ?? 0) + (candidates ?? 0);
  const ofPrompt = [...list(usage["promptTokensDetails"]), ...list(usage["toolUsePromptTokensDetails"])];
  const ofOutput = [...list(usage["candidatesTokensDetails"]), ...list(usage["responseTokensDetails"])];
  const built = buildUsage({
    inputTokens: input,
    cacheReadTokens: firstCount(usage["cachedContentTokenCount"], usage["total_cached_tokens"]),
    outputTokens: isInside ? candidates : sum(candidates, thoughts),
    reasoningTokens: thoughts,
    inputAudioTokens: ofModality(ofPrompt, "AUDIO"),
    inputImageTokens: ofModality(ofPrompt, "IMAGE"),
    cacheReadAudioTokens: ofModality(list(usage["cacheTokensDetails"]), "AUDIO"),
    outputAudioTokens: ofModality(ofOutput, "AUDIO"),
    outputImageTokens: ofModality(ofOutput, "IMAGE"),
  });
  return Object.keys(built).length === 0 ? null : built;
}

/** Early chunks leave the candidates out; the total tells whether there were any. */
function remainder(total?: number, input?: number, thoughts?: number): number | undefined {
  if (total === undefined || input === undefined) return undefined;
  const rest = total - input - (thoughts ?? 0);
  return rest > 0 ? rest : undefined;
}

function ofModality(details: unknown[], modality: string): number | undefined {
  return sum(...details.map(fields).map((it) => (it["modality"] === modality ? count(it["tokenCount"]) : undefined)));
}

/** A whole answer of `generateContent`, or one chunk of its stream. */
export function readGenerated(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const usageValue = fields(answer["usageMetadata"]);
  const usage = readUsage(usageValue);
  const measured: Measured = {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    model: text(answer["modelVersion"]),
    responseId: text(answer["responseId"]),
    serviceTier: readTier(usageValue) ?? text(call.header("x-gemini-service-tier")?.toLowerCase()),
    geo: call.request.geo,
    stopReason: text(at(answer, ["promptFeedback", "blockReason"])),
    error: answer["error"] == null ? null : readError(answer, call.status),
    ended: true,
  };
  let searches = 0;
  for (const value of list(answer["candidates"])) {
    const candidate = fields(value);
    measured.stopReason = text(candidate["finishReason"]) ?? measured.stopReason;
    searches += countSearches(candidate, measured.model ?? call.request.model ?? "");
    for (const part of list(at(candidate, ["content", "parts"])).map(fields)) {
      addProduced(measured.produced, part["text"]);
      if (part["functionCall"] != null) addProduced(measured.produced, JSON.stringify(part["functionCall"]));
    }
  }
  if (usage !== null && searches > 0) usage.searches = searches;
  return measured;
}

/** Up to Gemini 2.5 a grounded prompt is charged once, from Gemini 3 on each query that was made for it. */
function countSearches(candidate: Fields, model: string): number {
  const queries = list(at(candidate, ["groundingMetadata", "webSearchQueries"])).filter(
    (query) => text(query) !== null,
  );
  return /gemini-[12]\b/.test(model) ? Math.min(queries.length, 1) : queries.length;
}

/** `ON_DEMAND_FLEX` → flex, `ON_DEMAND` → standard. */
function readTier(usage: Fields): string | null {
  const tier = (text(usage["serviceTier"]) ?? text(usage["trafficType"]))?.toLowerCase() ?? null;
  if (tier === null || tier === "traffic_type_unspecified" || tier === "unspecified") return null;
  if (tier === "provisioned_throughput") return "provisioned";
  return tier.replace(/^on_demand_?/, "") || "standard";
}

/** Embeddings of the Gemini API, of Vertex AI, and of Vertex AI's `predict`. */
export function readEmbedded(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const usage = readUsage(answer["usageMetadata"]) ?? readStatistics(answer);
  return {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    geo: call.request.geo,
    ended: true,
  };
}

function readStatistics(answer: Fields): EventUsage | null {
  const tokens = sum(
    ...list(answer["predictions"]).map((it) => count(at(it, ["embeddings", "statistics", "token_count"]))),
    ...list(answer["embeddings"]).map((it) => count(at(it, ["statistics", "tokenCount"]))),
  );
  const characters = count(at(answer, ["metadata", "billableCharacterCount"]));
  const built = buildUsage({ inputTokens: tokens, characters });
  return Object.keys(built).length === 0 ? null : built;
}

/** `predict`: pictures of Imagen, or embeddings. */
export function readPrediction(body: unknown, call: CallFacts): Measured {
  const pictures = list(fields(body)["predictions"]).filter((it) => fields(it)["bytesBase64Encoded"] !== undefined);
  if (pictures.length === 0) return readEmbedded(body, call);
  return {
    ...blankMeasured(),
    usage: { images: pictures.length },
    usageState: "complete",
    geo: call.request.geo,
    ended: true,
  };
}

/** The Interactions API: counts with names of its own. */
export function readInteraction(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const usage = readUsage(answer["usage"]);
  return {
    ...blankMeasured(),
    usage,
    usageState: usage === null ? "absent" : "complete",
    model: text(answer["model"]),
    responseId: text(answer["id"]),
    geo: call.request.geo,
    stopReason: text(answer["status"]),
    error: answer["error"] == null ? null : readError(answer, call.status),
    ended: true,
  };
}

/** Google's address for OpenAI's language leaves thoughts out of the completion, but not out of the total. */
export const compatibleUsage: UsageDialect = { hasHiddenOutput: true };
