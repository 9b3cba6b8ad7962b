import type { Behaviour } from "./behaviour.ts";
import { vector } from "./openai-media.ts";
import { array, object, textOf, tokensOf, type Json, type Prompt } from "./prompt.ts";
import { event, EVENTS, json, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

/** Tokens of hidden templates, which are counted but not billed. */
const TEMPLATE_TOKENS = 66;
/** So many documents are one search. */
const DOCUMENTS_PER_SEARCH = 100;

/** Cohere's chat, version 2. */
export function answerCohereChat(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const facts = { served: isQuiet ? null : said(served.usage, SAID) };
  const usage = isQuiet ? {} : { usage: usageOf(served.usage) };
  if (!prompt.streaming) {
    const message = { role: "assistant", ...content(served) };
    return json({ id: served.id, finish_reason: finishReason(served), message, ...usage }, facts);
  }
  const failed = { type: "message-end", delta: { finish_reason: "ERROR", error: "The model is overloaded." } };
  return { contentType: EVENTS, body: events(served, usage), errorPiece: event(failed, failed.type), ...facts };
}

const SAID: (keyof ServedUsage)[] = ["inputTokens", "cacheReadTokens", "outputTokens"];

function usageOf({ inputTokens, outputTokens, cacheReadTokens }: ServedUsage): Json {
  return {
    billed_units: { input_tokens: inputTokens, output_tokens: outputTokens },
    tokens: { input_tokens: inputTokens + TEMPLATE_TOKENS, output_tokens: outputTokens + 2 },
    cached_tokens: cacheReadTokens,
  };
}

function finishReason({ stop }: Served): string {
  return stop === "tool" ? "TOOL_CALL" : stop === "length" ? "MAX_TOKENS" : "COMPLETE";
}

function content({ toolCall, reasoningText, text }: Served): Json {
  const thinking = reasoningText === "" ? [] : [{ type: "thinking", thinking: reasoningText }];
  if (toolCall === null) return { content: [...thinking, { type: "text", text }] };
  const { id, name, arguments: args } = toolCall;
  return {
    tool_plan: "I will use a tool.",
    tool_calls: [{ id, type: "function", function: { name, arguments: args } }],
    ...(thinking.length === 0 ? {} : { content: thinking }),
  };
}

function* events(served: Served, usage: Json): Generator<string> {
  const part = (type: string, index: number, message?: Json) =>
    say(type, { index, ...(message === undefined ? {} : { delta: { message } }) });
  const message = { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };
  yield say("message-start", { id: served.id, delta: { message } });
  let index = 0;
  if (served.reasoningText !== "") {
    yield part("content-start", index, { content: { type: "thinking", thinking: "" } });
    yield part("content-delta", index, { content: { thinking: served.reasoningText } });
    yield part("content-end", index);
    index += 1;
  }
  if (served.toolCall === null) {
    yield part("content-start", index, { content: { type: "text", text: "" } });
    for (const text of served.pieces) yield part("content-delta", index, { content: { text } });
    yield part("content-end", index);
  } else {
    const { id, name, arguments: args } = served.toolCall;
    yield say("tool-plan-delta", { delta: { message: { tool_plan: "I will use a tool." } } });
    yield part("tool-call-start", 0, { tool_calls: { id, type: "function", function: { name, arguments: "" } } });
    yield part("tool-call-delta", 0, { tool_calls: { function: { arguments: args } } });
    yield part("tool-call-end", 0);
  }
  yield say("message-end", { delta: { finish_reason: finishReason(served), ...usage } });
}

function say(type: string, more: Json): string {
  return event({ type, ...more }, type);
}

/** Embeddings, as numbers. */
export function answerCohereEmbed(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const { body } = prompt;
  const inputs = array(body["inputs"]).map((it) => textOf(object(it)["content"]));
  const texts = [...array(body["texts"]).map(textOf), ...inputs];
  const tokens = texts.map(tokensOf).reduce((a, b) => a + b, 0);
  const isQuiet = behaviour["no-usage"] === true;
  const billed = isQuiet ? {} : { billed_units: { input_tokens: tokens } };
  return json(
    {
      id: served.id,
      embeddings: { float: texts.map((text) => vector(text, 8)) },
      texts,
      response_type: "embeddings_by_type",
      meta: { api_version: { version: "2" }, ...billed },
    },
    { served: isQuiet ? null : { inputTokens: tokens } },
  );
}

/** Documents in the order of their length: any order will do. Paid by the search. */
export function answerRerank(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const documents = array(prompt.body["documents"]).map(textOf);
  const searches = Math.max(1, Math.ceil(documents.length / DOCUMENTS_PER_SEARCH));
  const isQuiet = behaviour["no-usage"] === true;
  const billed = isQuiet ? {} : { billed_units: { search_units: searches } };
  const results = documents
    .map((text, index) => ({ index, relevance_score: 1 / (1 + text.length) }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score);
  return json(
    { id: served.id, results, meta: { api_version: { version: "2" }, ...billed } },
    { served: isQuiet ? null : { searches } },
  );
}
