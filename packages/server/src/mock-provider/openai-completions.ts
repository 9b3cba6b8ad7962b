import type { Behaviour } from "./behaviour.ts";
import { plainUsage } from "./openai-chat.ts";
import type { Json, Prompt } from "./prompt.ts";
import { CREATED_S, event, EVENTS, json, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

const SAID: (keyof ServedUsage)[] = ["inputTokens", "cacheReadTokens", "outputTokens", "reasoningTokens"];

/** The older completions: a text goes on. */
export function answerCompletion(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const usage = behaviour["no-usage"] === true ? null : plainUsage(served.usage);
  const facts = { served: usage === null ? null : said(served.usage, SAID) };
  const finish = served.stop === "length" ? "length" : "stop";
  const about = { id: `cmpl-${served.id}`, object: "text_completion", created: CREATED_S, model: served.model };
  if (!prompt.streaming) {
    const whole = { ...about, choices: [choice(served.text, finish)], ...(usage === null ? {} : { usage }) };
    return json(whole, facts);
  }
  const chunk = (choices: Json[], more: Json = {}) => event({ ...about, choices, ...more });
  function* chunks(): Generator<string> {
    for (const piece of served.pieces) yield chunk([choice(piece, null)]);
    yield chunk([choice("", finish)]);
    if (prompt.wantsUsage && usage !== null) yield chunk([], { usage });
    yield event("[DONE]");
  }
  const failed = { message: "The server had an error.", type: "server_error", code: null, param: null };
  return {
    contentType: EVENTS,
    body: chunks(),
    errorPiece: event({ error: failed }),
    served: prompt.wantsUsage ? facts.served : null,
  };
}

function choice(text: string, reason: string | null): Json {
  return { index: 0, text, logprobs: null, finish_reason: reason };
}
