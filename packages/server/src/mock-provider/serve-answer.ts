import type { Behaviour } from "./behaviour.ts";
import { array, object, tokensOf, type Json, type Prompt } from "./prompt.ts";

/** What the mock provider answers, before it is put into anybody's language. */
export interface Served {
  id: string;
  model: string;
  /** Perhaps with `MORE` at its end. */
  text: string;
  /** The text as a stream gives it. Many of them are made only when they are taken. */
  pieces: Pieces;
  /** `MORE`, where the answer is to be larger than what is kept; otherwise empty. */
  more: string;
  reasoningText: string;
  toolCall: { id: string; name: string; arguments: string } | null;
  stop: "end" | "length" | "tool";
  tier: string;
  usage: ServedUsage;
}

export interface Pieces extends Iterable<string> {
  count: number;
}

/** Stands for the bytes that `size` adds. They are put in its place while the answer is sent, and never kept. */
export const MORE = "\uE000";
/** What they are made of. */
export const FILLER = "0123456789abcdef".repeat(256);

/** Counts in our words: totals are inclusive, parts are inside them. */
export interface ServedUsage {
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  cacheWrite1hTokens: number;
  inputAudioTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  outputAudioTokens: number;
  searches: number;
}

/** Three letters and a space: a token each by the rule of thumb. */
const WORDS = ["one", "day", "all", "our", "sum", "was", "low", "and", "now", "you", "see", "why"];
const DEFAULT_TOKENS = 24;

/** The same request with the same behaviour always gets the same answer. `number` makes its id. */
export function serveAnswer(prompt: Prompt, behaviour: Behaviour, number: number): Served {
  const isCalling = prompt.tools.length > 0 && ((behaviour.tool === true && prompt.mayCallTool) || prompt.mustCallTool);
  const tool = isCalling ? callTool(prompt, number) : null;
  const whole = tool === null ? answerText(prompt, behaviour) : "";
  const written = tool === null ? whole : tool.name + tool.arguments;
  const reasoning = behaviour.reasoning ?? 0;
  const limit = Math.max(1, (prompt.maxOutputTokens ?? Number.POSITIVE_INFINITY) - reasoning);
  const isCut = tool === null && tokensOf(written) > limit;
  const short = isCut ? cutText(whole, limit * 4) : whole;
  const size = tool === null ? (behaviour.size ?? 0) : 0;
  const more = size === 0 ? "" : MORE;
  return {
    id: `mock${String(number).padStart(8, "0")}`,
    model: behaviour.model ?? prompt.model,
    text: short + more,
    pieces: piecesOf(short, size),
    more,
    reasoningText: reasoning === 0 ? "" : "Let me think about it.",
    toolCall: tool,
    stop: tool !== null ? "tool" : isCut ? "length" : "end",
    tier: behaviour.tier ?? "default",
    usage: countUsage(prompt, behaviour, tool === null ? tokensOf(short) + Math.ceil(size / 4) : tokensOf(written)),
  };
}

/** The words of the text, then as many bytes as were asked for. */
function piecesOf(text: string, size: number): Pieces {
  const words = text.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? [];
  return {
    count: words.length + Math.ceil(size / FILLER.length),
    *[Symbol.iterator]() {
      yield* words;
      for (let left = size; left > 0; left -= FILLER.length) yield FILLER.slice(0, left);
    },
  };
}

function countUsage(prompt: Prompt, behaviour: Behaviour, textTokens: number): ServedUsage {
  const cacheRead = behaviour.cached ?? 0;
  const cacheWrite1h = behaviour["written-1h"] ?? 0;
  const cacheWrite = Math.max(behaviour.written ?? 0, cacheWrite1h);
  const audioIn = behaviour["audio-in"] ?? 0;
  const audioOut = behaviour["audio-out"] ?? 0;
  const reasoning = behaviour.reasoning ?? 0;
  return {
    inputTokens: prompt.inputTokens + cacheRead + cacheWrite + audioIn,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: cacheWrite1h,
    inputAudioTokens: audioIn,
    outputTokens: textTokens + reasoning + audioOut,
    reasoningTokens: reasoning,
    outputAudioTokens: audioOut,
    searches: behaviour.searches ?? 0,
  };
}

function answerText(prompt: Prompt, behaviour: Behaviour): string {
  if (behaviour.text !== undefined) return behaviour.text;
  const start = `Hello from the mock provider – 你好, ça va 👋. You said: ${prompt.lastText.slice(0, 60)} … `;
  const tokens = behaviour.tokens ?? tokensOf(start) + DEFAULT_TOKENS;
  const characters = tokens * 4;
  if (start.length >= characters) return cutText(start, characters);
  const missing = Math.ceil((characters - start.length) / 4);
  const rest = Array.from({ length: missing }, (_, i) => WORDS[i % WORDS.length]).join(" ");
  return cutText(start + rest, characters).padEnd(characters, ".");
}

/** Never in the middle of a surrogate pair. */
function cutText(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? `${cut.slice(0, -1)}.` : cut;
}

function callTool(prompt: Prompt, number: number): NonNullable<Served["toolCall"]> {
  const { name, schema } = prompt.tools[0]!;
  return { id: `call_${number}`, name, arguments: JSON.stringify(exampleOf(schema)) };
}

/** Arguments that fit a JSON schema, as far as a tool needs them. */
function exampleOf(schema: Json): unknown {
  const options = array(schema["enum"]);
  if (options.length > 0) return options[0];
  switch (String(schema["type"]).toLowerCase()) {
    case "string":
      return "Köln";
    case "number":
    case "integer":
      return 7;
    case "boolean":
      return true;
    case "array":
      return [exampleOf(object(schema["items"]))];
    default: {
      const properties = Object.entries(object(schema["properties"]));
      return Object.fromEntries(properties.map(([name, inner]) => [name, exampleOf(object(inner))]));
    }
  }
}
