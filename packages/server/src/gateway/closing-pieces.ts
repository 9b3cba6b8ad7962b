/** One piece of a stream. */
export interface StreamPiece {
  /** The name of its event; null: it has none. */
  event: string | null;
  data: unknown;
}

/** Tokens of what came until the end. */
export interface TokensSoFar {
  inputTokens: number;
  outputTokens: number;
}

/** What a stream says when it ends before its model was finished. */
export interface Closing {
  pieces: StreamPiece[];
  /** OpenAI's mark for the end of a stream stands behind them. */
  done: boolean;
}

type Fields = Record<string, unknown>;

/**
 * The pieces that end a stream as if the most tokens that were asked for had been reached, in the language of the pieces that came
 * before: `seen` are the first and the last of them. `withUsage`: the client asked for counts at its end. null: it is ending already, or
 * nothing tells how its language ends.
 */
export function closingPieces(seen: StreamPiece[], tokens: TokensSoFar, withUsage: boolean): Closing | null {
  for (const { event, data } of seen.toReversed()) {
    const piece = fields(data);
    const type = textOf(piece["type"]) ?? textOf(piece["event_type"]) ?? event ?? "";
    const language = LANGUAGES.find(({ isSpoken }) => isSpoken(piece, type));
    if (language !== undefined) return language.close({ seen, last: piece, type, tokens, withUsage });
  }
  return null;
}

interface OpenStream {
  seen: StreamPiece[];
  /** The last piece that is of the language. */
  last: Fields;
  type: string;
  tokens: TokensSoFar;
  withUsage: boolean;
}

interface Language {
  isSpoken(piece: Fields, type: string): boolean;
  close(stream: OpenStream): Closing | null;
}

const LANGUAGES: Language[] = [
  { isSpoken: (piece) => Array.isArray(piece["choices"]), close: closeChat },
  { isSpoken: (_, type) => type.startsWith("response."), close: closeResponse },
  { isSpoken: (_, type) => /^(message_|content_block_)/.test(type), close: closeMessage },
  { isSpoken: (piece) => Array.isArray(piece["candidates"]), close: closeGenerated },
  { isSpoken: (_, type) => type.startsWith("interaction.") || type === "content.delta", close: closeInteraction },
  { isSpoken: (_, type) => /^(message|content|tool-call|tool-plan)-/.test(type), close: closeCohere },
  { isSpoken: (piece) => typeof piece["done"] === "boolean" && "model" in piece, close: closeOllama },
  { isSpoken: (_, type) => /^(conversation|message\.output|tool\.|function\.)/.test(type), close: closeConversation },
  { isSpoken: (_, type) => /^(messageStart|contentBlock|messageStop|metadata)/.test(type), close: closeConverse },
  { isSpoken: (piece, type) => type === "chunk" && typeof piece["bytes"] === "string", close: closeInvoked },
];

/** OpenAI's chats and completions, and all that are like them. */
function closeChat({ seen, last, tokens, withUsage }: OpenStream): Closing | null {
  const chunks = seen.map(({ data }) => fields(data)).filter((it) => Array.isArray(it["choices"]));
  const choices = chunks.flatMap((it) => (it["choices"] as unknown[]).map(fields));
  const ended = new Set(choices.filter((it) => it["finish_reason"] != null).map((it) => it["index"]));
  const open = [...new Set(choices.map((it) => it["index"]))].filter((index) => !ended.has(index));
  if (open.length === 0) return null;
  const isText = choices.some((it) => "text" in it);
  const rest = isText ? { text: "", logprobs: null } : { delta: {} };
  const { usage: _, ...common } = last;
  const end = { ...common, choices: open.map((index) => ({ index, ...rest, finish_reason: "length" })) };
  const counts = { ...common, choices: [], usage: openaiUsage(tokens) };
  const pieces = withUsage ? [end, counts] : [end];
  return { pieces: pieces.map((data) => ({ event: null, data })), done: true };
}

function openaiUsage({ inputTokens, outputTokens }: TokensSoFar): Fields {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}

const RESPONSE_ENDS = /^response\.(completed|incomplete|failed|done|cancelled)$/;

/** OpenAI's Responses. */
function closeResponse({ seen, last, type, tokens }: OpenStream): Closing | null {
  if (RESPONSE_ENDS.test(type)) return null;
  const response = seen.map(({ data }) => fields(fields(data)["response"])).find((it) => "id" in it) ?? {};
  const number = typeof last["sequence_number"] === "number" ? { sequence_number: last["sequence_number"] + 1 } : {};
  const { inputTokens, outputTokens } = tokens;
  const usage = {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
  const reason = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, usage };
  return named({ type: "response.incomplete", ...number, response: { output: [], ...response, ...reason } });
}

/** Anthropic's messages. */
function closeMessage({ seen, type, tokens }: OpenStream): Closing | null {
  if (type === "message_delta" || type === "message_stop") return null;
  const block = seen.map(({ data }) => fields(data)).findLast((it) => String(it["type"]).startsWith("content_block_"));
  const isOpen = block !== undefined && block["type"] !== "content_block_stop";
  return named(
    ...(isOpen ? [{ type: "content_block_stop", index: block["index"] }] : []),
    {
      type: "message_delta",
      delta: { stop_reason: "max_tokens", stop_sequence: null },
      usage: { output_tokens: tokens.outputTokens },
    },
    { type: "message_stop" },
  );
}

/** Gemini's chunks. */
function closeGenerated({ last, tokens }: OpenStream): Closing | null {
  const candidates = (last["candidates"] as unknown[]).map(fields);
  if (candidates.some((it) => it["finishReason"] != null)) return null;
  const { inputTokens, outputTokens } = tokens;
  const usageMetadata = {
    ...fields(last["usageMetadata"]),
    promptTokenCount: inputTokens,
    candidatesTokenCount: outputTokens,
    totalTokenCount: inputTokens + outputTokens,
  };
  const ends = candidates.map((it) => {
    return { index: it["index"] ?? 0, content: { role: "model", parts: [{ text: "" }] }, finishReason: "MAX_TOKENS" };
  });
  return { pieces: [{ event: null, data: { ...last, candidates: ends, usageMetadata } }], done: false };
}

function closeInteraction({ seen, type, tokens }: OpenStream): Closing | null {
  if (/complete|failed|cancelled/.test(type)) return null;
  const interaction = seen.map(({ data }) => fields(fields(data)["interaction"])).find((it) => "id" in it) ?? {};
  const { inputTokens, outputTokens } = tokens;
  const usage = {
    total_input_tokens: inputTokens,
    total_output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
  const end = { event_type: "interaction.complete", interaction: { ...interaction, status: "incomplete", usage } };
  return { pieces: [{ event: null, data: end }], done: false };
}

/** Cohere's chat, version 2. */
function closeCohere({ seen, type, tokens }: OpenStream): Closing | null {
  if (type === "message-end") return null;
  const part = seen.map(({ data }) => fields(data)).findLast((it) => /^(content|tool-call)-/.test(String(it["type"])));
  const kind = String(part?.["type"]).replace(/-(start|delta|end)$/, "");
  const isOpen = part !== undefined && !String(part["type"]).endsWith("-end");
  const counts = { input_tokens: tokens.inputTokens, output_tokens: tokens.outputTokens };
  return named(...(isOpen ? [{ type: `${kind}-end`, index: part["index"] }] : []), {
    type: "message-end",
    delta: { finish_reason: "MAX_TOKENS", usage: { billed_units: counts, tokens: counts } },
  });
}

function closeOllama({ last, tokens }: OpenStream): Closing | null {
  if (last["done"] === true) return null;
  const isChat = "message" in last;
  const end = {
    model: last["model"],
    created_at: last["created_at"],
    ...(isChat ? { message: { role: "assistant", content: "" } } : { response: "" }),
    done: true,
    done_reason: "length",
    prompt_eval_count: tokens.inputTokens,
    eval_count: tokens.outputTokens,
  };
  return { pieces: [{ event: null, data: end }], done: false };
}

/** Mistral's conversations. */
function closeConversation({ type, tokens }: OpenStream): Closing | null {
  if (/^conversation\.response\.(done|error)$/.test(type)) return null;
  return named({ type: "conversation.response.done", usage: openaiUsage(tokens) });
}

/** Bedrock's `ConverseStream`: the names of its events stand in front of them. */
function closeConverse({ seen, type, tokens }: OpenStream): Closing | null {
  if (type === "messageStop" || type === "metadata") return null;
  const block = seen.findLast(({ event }) => event?.startsWith("contentBlock") === true);
  const isOpen = block !== undefined && block.event !== "contentBlockStop";
  const { inputTokens, outputTokens } = tokens;
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  const stop = { contentBlockIndex: fields(block?.data)["contentBlockIndex"] };
  return {
    pieces: [
      ...(isOpen ? [{ event: "contentBlockStop", data: stop }] : []),
      { event: "messageStop", data: { stopReason: "max_tokens" } },
      { event: "metadata", data: { usage, metrics: { latencyMs: 0 } } },
    ],
    done: false,
  };
}

/** Bedrock's `InvokeModelWithResponseStream`: the language of the model's maker, in Base64. */
function closeInvoked({ seen, tokens }: OpenStream): Closing | null {
  const inner = seen.map(({ data }): StreamPiece => ({ event: null, data: inBase64(fields(data)["bytes"]) }));
  const closing = closingPieces(inner, tokens, false) ?? closeMakers(inner, tokens);
  if (closing === null) return null;
  const pieces = closing.pieces.map(({ data }): StreamPiece => {
    return { event: "chunk", data: { bytes: Buffer.from(JSON.stringify(data)).toString("base64") } };
  });
  return { pieces, done: false };
}

/** Llama and others, who say in each piece why they stopped, or that they have not. */
function closeMakers(inner: StreamPiece[], { inputTokens, outputTokens }: TokensSoFar): Closing | null {
  const last = fields(inner.at(-1)?.data);
  if (!("generation" in last) || last["stop_reason"] != null) return null;
  const counts = { prompt_token_count: inputTokens, generation_token_count: outputTokens };
  return { pieces: [{ event: null, data: { generation: "", ...counts, stop_reason: "length" } }], done: false };
}

function inBase64(text: unknown): unknown {
  try {
    return JSON.parse(Buffer.from(String(text), "base64").toString("utf8")) as unknown;
  } catch {
    return null;
  }
}

/** Pieces whose type is the name of their event, too. */
function named(...pieces: (Fields & { type: string })[]): Closing {
  return { pieces: pieces.map((data) => ({ event: data.type, data })), done: false };
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
