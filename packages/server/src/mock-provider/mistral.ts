import type { Behaviour } from "./behaviour.ts";
import { array, object, type Json, type Prompt } from "./prompt.ts";
import { event, EVENTS, json, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

const SAID: (keyof ServedUsage)[] = ["inputTokens", "outputTokens", "searches"];

/** Conversations with Mistral's agents. */
export function answerConversation(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const facts = { served: isQuiet ? null : said(served.usage, SAID) };
  const usage = isQuiet ? {} : { usage: usageOf(served.usage) };
  const id = `conv_${served.id}`;
  if (!prompt.streaming) {
    const output = { type: "message.output", role: "assistant", content: served.text };
    return json({ object: "conversation.response", conversation_id: id, outputs: [output], ...usage }, facts);
  }
  function* events(): Generator<string> {
    yield say("conversation.response.started", { conversation_id: id });
    for (const content of served.pieces) yield say("message.output.delta", { content, role: "assistant" });
    yield say("conversation.response.done", usage);
  }
  const failed = say("conversation.response.error", { message: "The model failed.", code: 3_000 });
  return { contentType: EVENTS, body: events(), errorPiece: failed, ...facts };
}

function say(type: string, more: Json): string {
  return event({ type, ...more }, type);
}

function usageOf({ inputTokens, outputTokens, searches }: ServedUsage): Json {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    connector_tokens: null,
    connectors: searches === 0 ? null : { web_search: searches },
  };
}

/** Text of pages: as many as were asked for, otherwise three. */
export function answerOcr(prompt: Prompt, _served: Served, behaviour: Behaviour): Reply {
  const asked = array(prompt.body["pages"]).length;
  const pages = asked === 0 ? 3 : asked;
  const size = JSON.stringify(object(prompt.body["document"])).length;
  const isQuiet = behaviour["no-usage"] === true;
  const info = isQuiet ? {} : { usage_info: { pages_processed: pages, doc_size_bytes: size } };
  const read = Array.from({ length: pages }, (_, index) => ({ index, markdown: `# Page ${index + 1}`, images: [] }));
  return json({ pages: read, model: prompt.model, ...info }, { served: null, units: { pages } });
}
