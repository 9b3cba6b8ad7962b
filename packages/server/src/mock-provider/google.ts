import type { Behaviour } from "./behaviour.ts";
import { vector } from "./openai-media.ts";
import { array, object, textOf, tokensOf, type Json, type Prompt } from "./prompt.ts";
import { event, EVENTS, json, JSON_TYPE, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

/** Gemini's `generateContent` and `streamGenerateContent`; the stream is a JSON list unless `alt=sse` is asked for. */
export function answerGenerated(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const usage = said(served.usage, SAID);
  const facts = { served: isQuiet ? null : { ...usage, inputTokens: promptTokens(served.usage) } };
  if (!prompt.streaming) return json(chunk(served, partsOf(served), 1, isQuiet, true), facts);
  const pieces = chunks(served, isQuiet);
  const error = { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } };
  if (prompt.path.includes("alt=sse")) {
    return { contentType: EVENTS, body: asEvents(pieces), errorPiece: event(error), ...facts };
  }
  return { contentType: JSON_TYPE, body: asList(pieces), errorPiece: `,\n${JSON.stringify(error)}`, ...facts };
}

const SAID: (keyof ServedUsage)[] = [
  "inputTokens",
  "cacheReadTokens",
  "inputAudioTokens",
  "outputTokens",
  "reasoningTokens",
  "outputAudioTokens",
  "searches",
];

/** Gemini has no word for tokens written to a cache. */
function promptTokens(usage: ServedUsage): number {
  return usage.inputTokens - usage.cacheWriteTokens;
}

function partsOf(served: Served): Json[] {
  if (served.toolCall === null) return [{ text: served.text }];
  return [{ functionCall: { name: served.toolCall.name, args: JSON.parse(served.toolCall.arguments) as unknown } }];
}

/** `share` of the answer has come so far: counts are cumulative. */
function chunk(served: Served, parts: Json[], share: number, isQuiet: boolean, isLast: boolean): Json {
  const { usage } = served;
  const output = usage.outputTokens - usage.reasoningTokens;
  const candidates = isLast ? output : Math.floor(output * share);
  const prompt = promptTokens(usage);
  const queries = Array.from({ length: usage.searches }, (_, i) => `query ${i + 1}`);
  const usageMetadata = {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates + usage.reasoningTokens,
    promptTokensDetails: ofKind(usage.inputAudioTokens, prompt),
    ...(usage.cacheReadTokens === 0 ? {} : { cachedContentTokenCount: usage.cacheReadTokens }),
    ...(usage.reasoningTokens === 0 ? {} : { thoughtsTokenCount: usage.reasoningTokens }),
    ...(usage.outputAudioTokens === 0
      ? {}
      : { candidatesTokensDetails: ofKind(isLast ? usage.outputAudioTokens : 0, candidates) }),
    ...(served.tier === "default" ? {} : { trafficType: `ON_DEMAND_${served.tier.toUpperCase()}` }),
  };
  return {
    candidates: [
      {
        content: { parts, role: "model" },
        index: 0,
        ...(isLast ? { finishReason: served.stop === "length" ? "MAX_TOKENS" : "STOP" } : {}),
        ...(isLast && queries.length > 0 ? { groundingMetadata: { webSearchQueries: queries } } : {}),
      },
    ],
    ...(isQuiet ? {} : { usageMetadata }),
    modelVersion: served.model,
    responseId: served.id,
  };
}

function ofKind(audio: number, all: number): Json[] {
  const text = { modality: "TEXT", tokenCount: all - audio };
  return audio === 0 ? [text] : [text, { modality: "AUDIO", tokenCount: audio }];
}

function* chunks(served: Served, isQuiet: boolean): Generator<Json> {
  const { pieces } = served;
  let sent = 0;
  for (const text of pieces) {
    sent += 1;
    const isLast = sent === pieces.count && served.toolCall === null;
    yield chunk(served, [{ text }], sent / (pieces.count + 1), isQuiet, isLast);
  }
  if (served.toolCall !== null) yield chunk(served, partsOf(served), 1, isQuiet, true);
}

function* asEvents(pieces: Iterable<Json>): Generator<string> {
  for (const piece of pieces) yield event(piece).replace(/\n/g, "\r\n");
}

function* asList(pieces: Iterable<Json>): Generator<string> {
  let isFirst = true;
  for (const piece of pieces) {
    yield `${isFirst ? "[" : ",\r\n"}${JSON.stringify(piece, null, 2)}`;
    isFirst = false;
  }
  yield isFirst ? "[]" : "\n]";
}

/** `embedContent` and `batchEmbedContents`. */
export function answerEmbedded(prompt: Prompt, _served: Served, behaviour: Behaviour): Reply {
  const { body } = prompt;
  const isBatch = prompt.path.includes(":batch");
  const texts = isBatch
    ? array(body["requests"]).map((it) => textOf(object(it)["content"]))
    : [textOf(body["content"])];
  const tokens = texts.map(tokensOf).reduce((a, b) => a + b, 0);
  const embeddings = texts.map((text) => ({ values: vector(text, 8) }));
  const isQuiet = behaviour["no-usage"] === true;
  const usage = isQuiet ? {} : { usageMetadata: { promptTokenCount: tokens } };
  const answer = isBatch ? { embeddings } : { embedding: embeddings[0] };
  return json({ ...answer, ...usage }, { served: isQuiet ? null : { inputTokens: tokens } });
}

/** `predict` of Vertex AI: pictures of Imagen. */
export function answerPictures(prompt: Prompt, served: Served): Reply {
  const count = Number(object(prompt.body["parameters"])["sampleCount"] ?? 1);
  const images = Math.min(10, Math.max(1, Math.floor(count) || 1));
  const picture = { mimeType: "image/png", bytesBase64Encoded: `iVBORw0KGgo=${served.more}` };
  return json({ predictions: Array.from({ length: images }, () => picture) }, { served: null, units: { images } });
}

/** The Interactions API: names of its own for the same counts. */
export function answerInteraction(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const facts = {
    served: isQuiet ? null : { ...said(served.usage, INTERACTION_SAID), inputTokens: promptTokens(served.usage) },
  };
  const whole = interaction(served, isQuiet);
  if (!prompt.streaming) return json(whole, facts);
  function* pieces(): Generator<string> {
    yield event({
      event_type: "interaction.start",
      interaction: { ...whole, status: "in_progress", outputs: [], usage: undefined },
    });
    for (const text of served.pieces)
      yield event({ event_type: "content.delta", index: 0, delta: { type: "text", text } });
    yield event({ event_type: "interaction.complete", interaction: whole });
  }
  const failed = { event_type: "error", error: { code: "UNAVAILABLE", message: "The model is overloaded." } };
  return { contentType: EVENTS, body: pieces(), errorPiece: event(failed), ...facts };
}

const INTERACTION_SAID: (keyof ServedUsage)[] = ["inputTokens", "cacheReadTokens", "outputTokens", "reasoningTokens"];

function interaction(served: Served, isQuiet: boolean): Json {
  const { usage } = served;
  const output = usage.outputTokens - usage.reasoningTokens;
  const input = promptTokens(usage);
  const counts = {
    total_input_tokens: input,
    total_cached_tokens: usage.cacheReadTokens,
    total_output_tokens: output,
    total_thought_tokens: usage.reasoningTokens,
    total_tokens: input + usage.outputTokens,
  };
  return {
    id: served.id,
    model: served.model,
    status: "completed",
    outputs: [{ type: "text", text: served.text }],
    ...(isQuiet ? {} : { usage: counts }),
  };
}

/** `countTokens` is free. */
export function countGoogleTokens(prompt: Prompt): Reply {
  return json({ totalTokens: prompt.inputTokens }, { served: null });
}
