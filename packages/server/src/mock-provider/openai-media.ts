import type { Behaviour } from "./behaviour.ts";
import { textOf, tokensOf, type Json, type Prompt } from "./prompt.ts";
import { CREATED_S, event, EVENTS, json, type Reply } from "./reply.ts";
import type { Served } from "./serve-answer.ts";

const DEFAULT_DIMENSIONS = 8;
const OUTPUT_TOKENS_OF_PICTURE = 1_056;
const SECONDS_OF_SPEECH = 9;
/** A picture of one pixel. */
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** OpenAI's embeddings, as numbers or in Base64. */
export function answerEmbeddings(prompt: Prompt, _served: Served, behaviour: Behaviour): Reply {
  const { body } = prompt;
  const texts = Array.isArray(body["input"]) ? body["input"] : [body["input"]];
  const dimensions = typeof body["dimensions"] === "number" ? Math.min(body["dimensions"], 4_096) : DEFAULT_DIMENSIONS;
  const tokens = texts.map((text) => tokensOf(textOf(text))).reduce((a, b) => a + b, 0);
  const isQuiet = behaviour["no-usage"] === true;
  const data = texts.map((text, index) => {
    const numbers = vector(textOf(text), dimensions);
    const isBase64 = body["encoding_format"] === "base64";
    const embedding = isBase64 ? Buffer.from(new Float32Array(numbers).buffer).toString("base64") : numbers;
    return { object: "embedding", index, embedding };
  });
  const usage = isQuiet ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } };
  return json(
    { object: "list", data, model: prompt.model, ...usage },
    { served: isQuiet ? null : { inputTokens: tokens } },
  );
}

/** Numbers between -1 and 1 that depend on the text alone. */
export function vector(text: string, dimensions: number): number[] {
  let seed = 2_166_136_261;
  for (const character of text) seed = Math.imul(seed ^ character.codePointAt(0)!, 16_777_619);
  return Array.from({ length: dimensions }, () => {
    seed = Math.imul(seed, 1_664_525) + 1_013_904_223;
    return (seed | 0) / 2 ** 31;
  });
}

/** Pictures: models called dall-e are paid by piece, all others by token. */
export function answerImages(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const { body } = prompt;
  const pictures = typeof body["n"] === "number" ? Math.min(body["n"], 10) : 1;
  const size = typeof body["size"] === "string" && body["size"] !== "auto" ? body["size"] : "1024x1024";
  const isByPiece = prompt.model.startsWith("dall-e") || behaviour["no-usage"] === true;
  const data = Array.from({ length: pictures }, () => ({ b64_json: PICTURE + served.more }));
  if (isByPiece)
    return json({ created: CREATED_S, data }, { served: null, units: { images: pictures, imageSize: size } });
  const output = OUTPUT_TOKENS_OF_PICTURE * pictures;
  const usage = {
    input_tokens: prompt.inputTokens,
    input_tokens_details: { text_tokens: prompt.inputTokens, image_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { text_tokens: 0, image_tokens: output },
    total_tokens: prompt.inputTokens + output,
  };
  const facts = { background: "opaque", output_format: "png", quality: "medium", size };
  const said = {
    served: { inputTokens: prompt.inputTokens, outputTokens: output },
    units: { outputImageTokens: output },
  };
  if (!prompt.streaming) return json({ created: CREATED_S, ...facts, data, usage }, said);
  const done = {
    type: "image_generation.completed",
    created_at: CREATED_S,
    b64_json: PICTURE + served.more,
    ...facts,
    usage,
  };
  return { contentType: EVENTS, body: [event(done, done.type)], ...said };
}

/** Sound that nobody should play: its first bytes say MP3. */
export function answerSpeech(prompt: Prompt): Reply {
  const text = typeof prompt.body["input"] === "string" ? prompt.body["input"] : "";
  const tokens = tokensOf(text);
  if (prompt.streaming) {
    const usage = { input_tokens: tokens, output_tokens: 2 * tokens, total_tokens: 3 * tokens };
    return {
      contentType: EVENTS,
      body: [event({ type: "speech.audio.delta", audio: "SUQz" }), event({ type: "speech.audio.done", usage })],
      served: { inputTokens: tokens, outputTokens: 2 * tokens },
    };
  }
  const sound = new Uint8Array(64 * tokens);
  sound.set([0x49, 0x44, 0x33]);
  return { contentType: "audio/mpeg", body: sound, served: null, units: { characters: Array.from(text).length } };
}

/** Transcriptions: whisper is paid by the second, newer models by the token. */
export function answerTranscription(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const format = prompt.body["response_format"];
  const text = behaviour.text ?? "This is what was said.";
  const isQuiet = behaviour["no-usage"] === true;
  if (format === "text" || format === "srt" || format === "vtt") {
    return { contentType: "text/plain; charset=utf-8", body: `${text}\n`, served: null };
  }
  const output = tokensOf(text);
  const isBySecond = prompt.model.startsWith("whisper");
  const tokens = {
    type: "tokens",
    input_tokens: 14,
    input_token_details: { text_tokens: 0, audio_tokens: 14 },
    output_tokens: output,
    total_tokens: 14 + output,
  };
  const usage = isBySecond ? { type: "duration", seconds: SECONDS_OF_SPEECH } : tokens;
  const said = isQuiet
    ? { served: null }
    : isBySecond
      ? { served: null, units: { audioSeconds: SECONDS_OF_SPEECH } }
      : { served: { inputTokens: 14, inputAudioTokens: 14, outputTokens: output } };
  const shown: Json = isQuiet ? {} : { usage };
  if (prompt.streaming) {
    const pieces = text.split(" ").map((word) => event({ type: "transcript.text.delta", delta: `${word} ` }));
    return { contentType: EVENTS, body: [...pieces, event({ type: "transcript.text.done", text, ...shown })], ...said };
  }
  const verbose =
    format === "verbose_json"
      ? { task: "transcribe", language: "english", duration: SECONDS_OF_SPEECH, segments: [] }
      : {};
  return json(
    { text, ...verbose, ...shown, ...(prompt.provider === "groq" ? { x_groq: { id: served.id } } : {}) },
    said,
  );
}

/** A list of models, in the shape of whoever is asked. */
export function listModels(provider: string): Reply {
  const names = ["mock-model", "gpt-4o-mini", "gpt-5", "claude-sonnet-5-5", "gemini-2.5-flash"];
  if (provider === "google") {
    const models = names.map((name) => ({
      name: `models/${name}`,
      displayName: name,
      supportedGenerationMethods: ["generateContent"],
    }));
    return json({ models }, { served: null });
  }
  const data = names.map((id) =>
    provider === "anthropic"
      ? { type: "model", id, display_name: id, created_at: "2026-11-22T00:00:00Z" }
      : { id, object: "model", created: CREATED_S, owned_by: "mock" },
  );
  const paging = provider === "anthropic" ? { has_more: false, first_id: names[0], last_id: names.at(-1) } : {};
  return json({ object: "list", data, ...paging }, { served: null });
}
