import { messageEvents, MESSAGE_SAID, wholeMessage } from "./anthropic.ts";
import { awsMessage } from "./aws-event-stream.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Json, Prompt } from "./prompt.ts";
import { json, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

const AWS_EVENTS = "application/vnd.amazon.eventstream";
const METRICS = { latencyMs: 300 };
const THROTTLED = awsMessage("exception", "throttlingException", { message: "Too many tokens, wait and try again." });

/** Bedrock's `Converse` and `ConverseStream`: one language for all models. */
export function answerConverse(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const facts = { served: isQuiet ? null : said(served.usage, CONVERSE_SAID) };
  const rest = {
    ...(isQuiet ? {} : { usage: converseUsage(served.usage) }),
    metrics: METRICS,
    serviceTier: { type: served.tier },
  };
  if (!prompt.streaming) {
    const message = { role: "assistant", content: blocks(served).map(({ whole }) => whole) };
    return json({ output: { message }, stopReason: stopReason(served), ...rest }, facts);
  }
  return { contentType: AWS_EVENTS, body: converseEvents(served, rest), errorPiece: THROTTLED, ...facts };
}

const CONVERSE_SAID: (keyof ServedUsage)[] = [
  "inputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "cacheWrite1hTokens",
  "outputTokens",
];

/** Cached and written tokens stand apart from the input. */
function converseUsage(usage: ServedUsage): Json {
  const { cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, outputTokens } = usage;
  const details = [
    { ttl: "1h", inputTokens: cacheWrite1hTokens },
    { ttl: "5m", inputTokens: cacheWriteTokens - cacheWrite1hTokens },
  ];
  return {
    inputTokens: uncached(usage),
    outputTokens,
    totalTokens: usage.inputTokens + outputTokens,
    cacheReadInputTokens: cacheReadTokens,
    cacheWriteInputTokens: cacheWriteTokens,
    cacheDetails: details.filter((it) => it.inputTokens > 0),
  };
}

function uncached(usage: ServedUsage): number {
  return usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens;
}

function stopReason({ stop }: Served): string {
  return stop === "tool" ? "tool_use" : stop === "length" ? "max_tokens" : "end_turn";
}

/** Each block as it stands in a whole answer, and how a stream gives it. */
function blocks(served: Served): { whole: Json; start: Json; deltas: Iterable<Json> }[] {
  const { reasoningText, toolCall, text, pieces } = served;
  const thinking = {
    whole: { reasoningContent: { reasoningText: { text: reasoningText, signature: "bW9jaw==" } } },
    start: {},
    deltas: [{ reasoningContent: { text: reasoningText } }, { reasoningContent: { signature: "bW9jaw==" } }],
  };
  const before = reasoningText === "" ? [] : [thinking];
  if (toolCall === null) {
    return [...before, { whole: { text }, start: {}, deltas: mapped(pieces, (piece) => ({ text: piece })) }];
  }
  const { id: toolUseId, name, arguments: input } = toolCall;
  const whole = { toolUse: { toolUseId, name, input: JSON.parse(input) as unknown } };
  return [...before, { whole, start: { toolUse: { toolUseId, name } }, deltas: [{ toolUse: { input } }] }];
}

function* mapped<From, To>(values: Iterable<From>, change: (value: From) => To): Generator<To> {
  for (const value of values) yield change(value);
}

function* converseEvents(served: Served, metadata: Json): Generator<Buffer> {
  yield say("messageStart", { role: "assistant" });
  for (const [contentBlockIndex, { start, deltas }] of blocks(served).entries()) {
    if (Object.keys(start).length > 0) yield say("contentBlockStart", { contentBlockIndex, start });
    for (const delta of deltas) yield say("contentBlockDelta", { contentBlockIndex, delta });
    yield say("contentBlockStop", { contentBlockIndex });
  }
  yield say("messageStop", { stopReason: stopReason(served) });
  yield say("metadata", metadata);
}

/** Some letters pad each message, so that its length does not tell the text. */
function say(type: string, payload: Json): Buffer {
  return awsMessage("event", type, { ...payload, p: "abcd" });
}

/** `InvokeModel` and its stream: Anthropic's models answer in their own language, all others as Llama does. */
export function answerInvoked(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const isClaude = prompt.model.includes("anthropic.");
  const names = isClaude ? MESSAGE_SAID : LLAMA_SAID;
  const facts = { served: isQuiet ? null : said(served.usage, names) };
  if (!prompt.streaming) {
    const body = isClaude ? wholeMessage(served, isQuiet) : llama(served, served.text, true, isQuiet);
    return { ...json(body, facts), headers: isQuiet ? {} : countHeaders(served.usage) };
  }
  const pieces = isClaude ? messageEvents(served, isQuiet) : llamaPieces(served, isQuiet);
  return { contentType: AWS_EVENTS, body: chunks(served, pieces, isQuiet), errorPiece: THROTTLED, ...facts };
}

const LLAMA_SAID: (keyof ServedUsage)[] = ["inputTokens", "outputTokens"];

function countHeaders(usage: ServedUsage): Record<string, string> {
  return {
    "x-amzn-bedrock-input-token-count": String(uncached(usage)),
    "x-amzn-bedrock-output-token-count": String(usage.outputTokens),
    "x-amzn-bedrock-invocation-latency": String(METRICS.latencyMs),
  };
}

function llama(served: Served, generation: string, isLast: boolean, isQuiet: boolean): Json {
  const { inputTokens, outputTokens } = served.usage;
  const counts = isLast ? { prompt_token_count: inputTokens, generation_token_count: outputTokens } : {};
  return {
    generation,
    ...(isQuiet ? {} : counts),
    stop_reason: !isLast ? null : served.stop === "length" ? "length" : "stop",
  };
}

function* llamaPieces(served: Served, isQuiet: boolean): Generator<Json> {
  for (const piece of served.pieces) yield llama(served, piece, false, isQuiet);
  yield llama(served, "", true, isQuiet);
}

/** Each piece in Base64; the last also has what Bedrock itself counted. */
function* chunks(served: Served, pieces: Iterable<Json>, isQuiet: boolean): Generator<Buffer> {
  const { usage } = served;
  const metrics = {
    inputTokenCount: uncached(usage),
    outputTokenCount: usage.outputTokens,
    invocationLatency: METRICS.latencyMs,
    firstByteLatency: 100,
    ...(usage.cacheReadTokens === 0 ? {} : { cacheReadInputTokenCount: usage.cacheReadTokens }),
    ...(usage.cacheWriteTokens === 0 ? {} : { cacheWriteInputTokenCount: usage.cacheWriteTokens }),
  };
  let before: Json | null = null;
  for (const piece of pieces) {
    if (before !== null) yield chunk(before);
    before = piece;
  }
  yield chunk({ ...before, ...(isQuiet ? {} : { "amazon-bedrock-invocationMetrics": metrics }) });
}

function chunk(piece: Json): Buffer {
  const bytes = Buffer.from(JSON.stringify(piece)).toString("base64");
  return awsMessage("event", "chunk", { bytes, p: "abcd" });
}
