import type { Behaviour } from "./behaviour.ts";
import type { Json, Prompt } from "./prompt.ts";
import { CREATED_S, event, EVENTS, json, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

/** OpenAI's Responses API. */
export function answerResponse(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const facts = { served: isQuiet ? null : said(served.usage, SAID) };
  const whole = response(prompt, served, isQuiet ? null : usageOf(served.usage));
  if (!prompt.streaming) return json(whole, facts);
  return {
    contentType: EVENTS,
    body: events(prompt, served, whole),
    errorPiece: event(
      { type: "error", code: FAILURE, message: "The server had an error.", param: null, sequence_number: 0 },
      "error",
    ),
    ...facts,
  };
}

/** The only error that it says inside a stream. */
const FAILURE = "server_error";

/** What its usage object can tell. */
const SAID: (keyof ServedUsage)[] = [
  "inputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "outputTokens",
  "reasoningTokens",
  "searches",
];

function usageOf(usage: ServedUsage): Json {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

function response(prompt: Prompt, served: Served, usage: Json | null): Json {
  const isCut = served.stop === "length";
  return {
    id: `resp_${served.id}`,
    object: "response",
    created_at: CREATED_S,
    status: isCut ? "incomplete" : "completed",
    error: null,
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    instructions: null,
    max_output_tokens: prompt.maxOutputTokens,
    model: served.model,
    output: items(served),
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: served.tier,
    store: true,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage,
    user: null,
    metadata: {},
  };
}

function items(served: Served): Json[] {
  const searches = Array.from({ length: served.usage.searches }, (_, i) => ({
    id: `ws_${served.id}_${i}`,
    type: "web_search_call",
    status: "completed",
    action: { type: "search", query: "mock" },
  }));
  return [...searches, served.toolCall === null ? message(served) : functionCall(served)];
}

function message(served: Served): Json {
  return {
    id: `msg_${served.id}`,
    type: "message",
    status: "completed",
    role: "assistant",
    content: [{ type: "output_text", annotations: [], logprobs: [], text: served.text }],
  };
}

function functionCall({ id, toolCall }: Served): Json {
  return {
    id: `fc_${id}`,
    type: "function_call",
    status: "completed",
    call_id: toolCall!.id,
    name: toolCall!.name,
    arguments: toolCall!.arguments,
  };
}

function* events(prompt: Prompt, served: Served, whole: Json): Generator<string> {
  let number = 0;
  const say = (type: string, more: Json) => event({ type, sequence_number: number++, ...more }, type);
  const begun = { ...response(prompt, served, null), status: "in_progress", output: [] };
  yield say("response.created", { response: begun });
  yield say("response.in_progress", { response: begun });
  const output = items(served);
  for (const [index, item] of output.entries()) {
    const place = { output_index: index };
    yield say("response.output_item.added", {
      ...place,
      item: { ...item, status: "in_progress", ...(item["type"] === "message" ? { content: [] } : {}) },
    });
    if (item["type"] === "message") {
      const inside = { ...place, item_id: item["id"], content_index: 0 };
      yield say("response.content_part.added", {
        ...inside,
        part: { type: "output_text", annotations: [], logprobs: [], text: "" },
      });
      for (const piece of served.pieces)
        yield say("response.output_text.delta", { ...inside, delta: piece, logprobs: [] });
      yield say("response.output_text.done", { ...inside, text: served.text, logprobs: [] });
      yield say("response.content_part.done", {
        ...inside,
        part: { type: "output_text", annotations: [], logprobs: [], text: served.text },
      });
    } else if (item["type"] === "function_call") {
      const inside = { ...place, item_id: item["id"] };
      yield say("response.function_call_arguments.delta", { ...inside, delta: item["arguments"] });
      yield say("response.function_call_arguments.done", {
        ...inside,
        name: item["name"],
        arguments: item["arguments"],
      });
    }
    yield say("response.output_item.done", { ...place, item });
  }
  yield say(whole["status"] === "incomplete" ? "response.incomplete" : "response.completed", { response: whole });
}
