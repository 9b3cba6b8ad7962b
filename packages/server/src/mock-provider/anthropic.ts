import type { Behaviour } from "./behaviour.ts";
import type { Json, Prompt } from "./prompt.ts";
import { event, EVENTS, json, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

/** Anthropic's messages. */
export function answerMessage(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const facts = { served: isQuiet ? null : said(served.usage, MESSAGE_SAID) };
  if (!prompt.streaming) return json(wholeMessage(served, isQuiet), facts);
  return {
    contentType: EVENTS,
    body: asEvents(messageEvents(served, isQuiet)),
    errorPiece: event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "error"),
    ...facts,
  };
}

/** What its usage object can tell. */
export const MESSAGE_SAID: (keyof ServedUsage)[] = [
  "inputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "cacheWrite1hTokens",
  "outputTokens",
  "reasoningTokens",
  "searches",
];

/** A whole message; without usage when `isQuiet`. */
export function wholeMessage(served: Served, isQuiet: boolean): Json {
  return message(served, isQuiet ? {} : { usage: usageOf(served) });
}

/** `count_tokens` is free. */
export function countTokens(prompt: Prompt): Reply {
  return json({ input_tokens: prompt.inputTokens }, { served: null });
}

function message(served: Served, rest: Json): Json {
  return {
    id: `msg_${served.id}`,
    type: "message",
    role: "assistant",
    model: served.model,
    content: blocks(served),
    stop_reason: stopReason(served),
    stop_sequence: null,
    ...rest,
  };
}

function blocks(served: Served): Json[] {
  const thinking =
    served.reasoningText === "" ? [] : [{ type: "thinking", thinking: served.reasoningText, signature: "bW9jaw==" }];
  const { toolCall } = served;
  if (toolCall === null) return [...thinking, { type: "text", text: served.text }];
  const input = JSON.parse(toolCall.arguments) as unknown;
  return [...thinking, { type: "tool_use", id: `toolu_${served.id}`, name: toolCall.name, input }];
}

function stopReason({ stop }: Served): string {
  return stop === "tool" ? "tool_use" : stop === "length" ? "max_tokens" : "end_turn";
}

/** Cached and written tokens stand apart from the input. */
function usageOf(served: Served): Json {
  const { usage } = served;
  return {
    input_tokens: uncached(usage),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens - usage.cacheWrite1hTokens,
      ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    server_tool_use: usage.searches === 0 ? null : { web_search_requests: usage.searches, web_fetch_requests: 0 },
    service_tier: served.tier === "default" ? "standard" : served.tier,
    inference_geo: "not_available",
  };
}

function uncached(usage: ServedUsage): number {
  return usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens;
}

/** The events of a streamed message, each with its `type`. */
export function* messageEvents(served: Served, isQuiet: boolean): Generator<Json> {
  const usage = usageOf(served);
  const atStart = { usage: { ...usage, output_tokens: 1, output_tokens_details: null, server_tool_use: null } };
  yield say("message_start", {
    message: { ...message(served, isQuiet ? {} : atStart), content: [], stop_reason: null },
  });
  yield say("ping");
  for (const [index, block] of blocks(served).entries()) {
    const deltas = deltasOf(block, served);
    const empty = { thinking: { thinking: "", signature: "" }, text: { text: "" }, tool_use: { input: {} } };
    yield say("content_block_start", {
      index,
      content_block: { ...block, ...empty[block["type"] as keyof typeof empty] },
    });
    for (const delta of deltas) yield say("content_block_delta", { index, delta });
    yield say("content_block_stop", { index });
  }
  const {
    output_tokens,
    output_tokens_details,
    server_tool_use,
    input_tokens,
    cache_creation_input_tokens,
    cache_read_input_tokens,
  } = usage;
  const counts = {
    input_tokens,
    cache_creation_input_tokens,
    cache_read_input_tokens,
    output_tokens_details,
    server_tool_use,
  };
  const delta = { stop_reason: stopReason(served), stop_sequence: null };
  // Cumulative counts may come several times; a reader that adds them up is wrong.
  if (!isQuiet)
    yield say("message_delta", {
      delta: { stop_reason: null, stop_sequence: null },
      usage: { output_tokens: Math.ceil(Number(output_tokens) / 2) },
    });
  yield say("message_delta", isQuiet ? { delta } : { delta, usage: { ...counts, output_tokens } });
  yield say("message_stop");
}

function say(type: string, more: Json = {}): Json {
  return { type, ...more };
}

function* asEvents(messages: Iterable<Json>): Generator<string> {
  for (const it of messages) yield event(it, String(it["type"]));
}

function* deltasOf(block: Json, served: Served): Generator<Json> {
  if (block["type"] === "thinking") {
    yield { type: "thinking_delta", thinking: served.reasoningText };
    yield { type: "signature_delta", signature: "bW9jaw==" };
  } else if (block["type"] === "text") {
    for (const text of served.pieces) yield { type: "text_delta", text };
  } else {
    const args = served.toolCall!.arguments;
    const half = Math.floor(args.length / 2);
    for (const part of ["", args.slice(0, half), args.slice(half)])
      yield { type: "input_json_delta", partial_json: part };
  }
}
