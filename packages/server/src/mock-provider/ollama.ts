import type { Behaviour } from "./behaviour.ts";
import { vector } from "./openai-media.ts";
import { textOf, tokensOf, type Json, type Prompt } from "./prompt.ts";
import { json, LINES, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

const CREATED_AT = "2026-11-22T00:00:00Z";

/** Ollama's `/api/chat` and `/api/generate`: one JSON object a line, unless `stream` is false. */
export function answerOllamaChat(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const isQuiet = behaviour["no-usage"] === true;
  const facts = { served: isQuiet ? null : said(served.usage, SAID) };
  const isChat = prompt.path.includes("/api/chat");
  const last = {
    done: true,
    done_reason: served.stop === "length" ? "length" : "stop",
    ...times(),
    ...counts(served, isQuiet),
  };
  if (!prompt.streaming) {
    const whole = { text: served.text, thinking: served.reasoningText, toolCall: served.toolCall };
    return json({ ...line(served, isChat, whole), ...last }, facts);
  }
  return {
    contentType: LINES,
    body: lines(served, isChat, last),
    errorPiece: `${JSON.stringify({ error: "an error was encountered while running the model" })}\n`,
    ...facts,
  };
}

const SAID: (keyof ServedUsage)[] = ["inputTokens", "cacheReadTokens", "outputTokens"];

/** In nanoseconds. */
function times(): Json {
  return { total_duration: 400_000_000, load_duration: 1_000_000 };
}

function counts({ usage }: Served, isQuiet: boolean): Json {
  if (isQuiet) return {};
  const cached = usage.cacheReadTokens === 0 ? {} : { prompt_eval_cached_count: usage.cacheReadTokens };
  return {
    prompt_eval_count: usage.inputTokens,
    ...cached,
    prompt_eval_duration: 100_000_000,
    eval_count: usage.outputTokens,
    eval_duration: 200_000_000,
  };
}

/** What one line brings. */
interface Part {
  text?: string;
  thinking?: string;
  toolCall?: Served["toolCall"];
}

function line(served: Served, isChat: boolean, { text = "", thinking = "", toolCall = null }: Part): Json {
  const thoughts = thinking === "" ? {} : { thinking };
  const calls = toolCall === null ? {} : { tool_calls: [{ function: callOf(toolCall) }] };
  const about = { model: served.model, created_at: CREATED_AT };
  if (!isChat) return { ...about, response: text, ...thoughts, done: false };
  return { ...about, message: { role: "assistant", content: text, ...thoughts, ...calls }, done: false };
}

function callOf({ name, arguments: args }: NonNullable<Served["toolCall"]>): Json {
  return { name, arguments: JSON.parse(args) as unknown };
}

function* lines(served: Served, isChat: boolean, last: Json): Generator<string> {
  const say = (part: Part, more: Json = {}) => `${JSON.stringify({ ...line(served, isChat, part), ...more })}\n`;
  if (served.reasoningText !== "") yield say({ thinking: served.reasoningText });
  if (served.toolCall !== null) yield say({ toolCall: served.toolCall });
  for (const text of served.pieces) yield say({ text });
  yield say({}, last);
}

/** Embeddings. */
export function answerOllamaEmbed(prompt: Prompt, _served: Served, behaviour: Behaviour): Reply {
  const { input } = prompt.body;
  const texts = (Array.isArray(input) ? input : [input]).map(textOf);
  const tokens = texts.map(tokensOf).reduce((a, b) => a + b, 0);
  const isQuiet = behaviour["no-usage"] === true;
  return json(
    {
      model: prompt.model,
      embeddings: texts.map((text) => vector(text, 8)),
      ...times(),
      ...(isQuiet ? {} : { prompt_eval_count: tokens }),
    },
    { served: isQuiet ? null : { inputTokens: tokens } },
  );
}
