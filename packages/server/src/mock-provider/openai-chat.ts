import type { Behaviour } from "./behaviour.ts";
import type { Json, Prompt } from "./prompt.ts";
import { CREATED_S, event, EVENTS, json, said, type Reply } from "./reply.ts";
import type { Served, ServedUsage } from "./serve-answer.ts";

/** How one of those who speak OpenAI's language differs. */
interface ChatDialect {
  /** What its usage object can tell, where that is not the same as for most. */
  said?: (keyof ServedUsage)[];
  usage: (usage: ServedUsage) => Json;
  /** Where a stream has its usage: in a chunk of its own when asked, with the last choice, or growing in each chunk. */
  streamUsage: "asked" | "last choice" | "each chunk";
  /** Groq repeats it beside the last choice. */
  besideLastChoice?: (usage: Json, id: string) => Json;
  reportedCostUsd?: (usage: ServedUsage) => number;
  /** What the usage says besides tokens. */
  units?: Record<string, string>;
  reasoningField: "reasoning_content" | "reasoning";
  /** Sent before the first chunk. */
  comment?: string;
  /** What a first chunk without choices holds. */
  firstChunk?: Json;
}

const SAID: (keyof ServedUsage)[] = [
  "inputTokens",
  "cacheReadTokens",
  "inputAudioTokens",
  "outputTokens",
  "reasoningTokens",
  "outputAudioTokens",
];

/** Chat completions of OpenAI, and of those who speak its language. */
export function answerChat(prompt: Prompt, served: Served, behaviour: Behaviour): Reply {
  const dialect = DIALECTS[prompt.provider] ?? DIALECTS["openai"]!;
  const usage = behaviour["no-usage"] === true ? null : dialect.usage(served.usage);
  const facts = {
    served: usage === null ? null : said(served.usage, dialect.said ?? SAID),
    ...(dialect.reportedCostUsd === undefined || usage === null
      ? {}
      : { reportedCostUsd: dialect.reportedCostUsd(served.usage) }),
    ...(dialect.units === undefined || usage === null ? {} : { units: dialect.units }),
  };
  if (!prompt.streaming) return json(wholeChat(served, usage, dialect), facts);
  const isSaid =
    usage !== null && (dialect.streamUsage !== "asked" || prompt.wantsUsage || dialect.besideLastChoice !== undefined);
  return {
    contentType: EVENTS,
    body: chunks(prompt, served, usage, dialect),
    errorPiece: event({
      error: {
        message: "The server had an error while processing your request.",
        type: "server_error",
        code: null,
        param: null,
      },
    }),
    ...facts,
    served: isSaid ? facts.served : null,
  };
}

function wholeChat(served: Served, usage: Json | null, dialect: ChatDialect): Json {
  return {
    id: `chatcmpl-${served.id}`,
    object: "chat.completion",
    created: CREATED_S,
    model: served.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: served.toolCall === null ? served.text : null,
          refusal: null,
          ...(served.reasoningText === "" ? {} : { [dialect.reasoningField]: served.reasoningText }),
          ...(served.toolCall === null ? {} : { tool_calls: [toolCall(served.toolCall)] }),
        },
        logprobs: null,
        finish_reason: finishReason(served),
      },
    ],
    ...(usage === null ? {} : { usage }),
    service_tier: served.tier,
    system_fingerprint: "fp_mock",
  };
}

function toolCall(call: NonNullable<Served["toolCall"]>): Json {
  return { id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } };
}

function finishReason({ stop }: Served): string {
  return stop === "tool" ? "tool_calls" : stop === "length" ? "length" : "stop";
}

function* chunks(prompt: Prompt, served: Served, usage: Json | null, dialect: ChatDialect): Generator<string> {
  const id = `chatcmpl-${served.id}`;
  const isAsked = dialect.streamUsage === "asked" && prompt.wantsUsage && usage !== null;
  const chunk = (choices: Json[], more: Json = {}) =>
    event({
      id,
      object: "chat.completion.chunk",
      created: CREATED_S,
      model: served.model,
      service_tier: served.tier,
      system_fingerprint: "fp_mock",
      choices,
      ...(isAsked ? { usage: null } : {}),
      ...more,
    });
  let sent = 0;
  const soFar = () => {
    sent += 1;
    if (dialect.streamUsage !== "each chunk" || usage === null) return {};
    return { usage: plainUsage({ ...served.usage, outputTokens: sent, reasoningTokens: 0 }) };
  };
  if (dialect.comment !== undefined) yield dialect.comment;
  if (dialect.firstChunk !== undefined) yield chunk([], dialect.firstChunk);
  yield chunk(delta({ role: "assistant", content: "", refusal: null }), soFar());
  if (served.reasoningText !== "") yield chunk(delta({ [dialect.reasoningField]: served.reasoningText }));
  if (served.toolCall !== null) {
    const { id: callId, name, arguments: args } = served.toolCall;
    yield chunk(delta({ tool_calls: [{ index: 0, id: callId, type: "function", function: { name, arguments: "" } }] }));
    yield chunk(delta({ tool_calls: [{ index: 0, function: { arguments: args } }] }));
  }
  for (const piece of served.pieces) yield chunk(delta({ content: piece }), soFar());
  const atEnd = usage === null ? {} : (dialect.besideLastChoice?.(usage, served.id) ?? {});
  const withLast = dialect.streamUsage !== "asked" && usage !== null ? { usage } : {};
  yield chunk(delta({}, finishReason(served)), { ...atEnd, ...withLast });
  if (isAsked) yield chunk([], { usage });
  yield event("[DONE]");
}

function delta(change: Json, finish: string | null = null): Json[] {
  return [{ index: 0, delta: change, logprobs: null, finish_reason: finish }];
}

/** OpenAI's counts, as most repeat them. */
export function plainUsage(usage: ServedUsage): Json {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.inputAudioTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.outputAudioTokens,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Made-up prices: a millionth of a dollar a token in, four out. */
function madeUpCostUsd(usage: Pick<ServedUsage, "inputTokens" | "outputTokens">): number {
  return (usage.inputTokens + 4 * usage.outputTokens) / 1_000_000;
}

/** With a fee for each request. */
function perplexityCostUsd(usage: Pick<ServedUsage, "inputTokens" | "outputTokens">): number {
  return (usage.inputTokens + 4 * usage.outputTokens + 5_000) / 1_000_000;
}

const DIALECTS: Record<string, ChatDialect> = {
  openai: {
    usage: plainUsage,
    said: [...SAID, "cacheWriteTokens"],
    streamUsage: "asked",
    reasoningField: "reasoning_content",
  },
  groq: {
    usage: (usage) => ({
      queue_time: 0.01,
      prompt_time: 0.002,
      completion_time: 0.03,
      total_time: 0.04,
      ...plainUsage(usage),
    }),
    streamUsage: "asked",
    besideLastChoice: (usage, id) => ({ x_groq: { id: `req_${id}`, usage } }),
    reasoningField: "reasoning",
  },
  mistral: {
    usage: (usage) => ({
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
      num_cached_tokens: usage.cacheReadTokens,
      prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: usage.inputAudioTokens },
      completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: usage.outputAudioTokens },
    }),
    streamUsage: "last choice",
    reasoningField: "reasoning_content",
  },
  deepseek: {
    usage: (usage) => ({
      prompt_tokens: usage.inputTokens,
      prompt_cache_hit_tokens: usage.cacheReadTokens,
      prompt_cache_miss_tokens: usage.inputTokens - usage.cacheReadTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
      prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: usage.inputAudioTokens },
      completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: usage.outputAudioTokens },
    }),
    streamUsage: "asked",
    reasoningField: "reasoning_content",
    comment: ": keep-alive\n\n",
  },
  xai: {
    // Reasoning stands outside the completion, and the total says so.
    usage: (usage) => ({
      ...plainUsage(usage),
      completion_tokens: usage.outputTokens - usage.reasoningTokens,
      num_sources_used: 0,
      cost_in_usd_ticks: Math.round(madeUpCostUsd(usage) * 1e10),
    }),
    streamUsage: "last choice",
    reportedCostUsd: madeUpCostUsd,
    reasoningField: "reasoning_content",
  },
  openrouter: {
    said: [...SAID, "cacheWriteTokens"],
    usage: (usage) => ({
      ...plainUsage(usage),
      cost: madeUpCostUsd(usage),
      is_byok: false,
      cost_details: { upstream_inference_cost: madeUpCostUsd(usage) },
    }),
    streamUsage: "last choice",
    reportedCostUsd: madeUpCostUsd,
    reasoningField: "reasoning",
    comment: ": OPENROUTER PROCESSING\n\n",
  },
  // Reasoning stands outside the completion and outside the total.
  perplexity: {
    said: ["inputTokens", "outputTokens", "reasoningTokens", "searches"],
    usage: ({ inputTokens, outputTokens, reasoningTokens, ...usage }) => ({
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens - reasoningTokens,
      total_tokens: inputTokens + outputTokens - reasoningTokens,
      search_context_size: "low",
      ...(reasoningTokens === 0 ? {} : { reasoning_tokens: reasoningTokens }),
      ...(usage.searches === 0 ? {} : { num_search_queries: usage.searches }),
      cost: {
        input_tokens_cost: inputTokens / 1_000_000,
        output_tokens_cost: (4 * outputTokens) / 1_000_000,
        request_cost: 0.005,
        total_cost: perplexityCostUsd({ inputTokens, outputTokens }),
      },
    }),
    streamUsage: "each chunk",
    reportedCostUsd: perplexityCostUsd,
    units: { searchContext: "low" },
    reasoningField: "reasoning_content",
  },
  together: { usage: plainUsage, streamUsage: "last choice", reasoningField: "reasoning" },
  fireworks: { usage: plainUsage, streamUsage: "last choice", reasoningField: "reasoning_content" },
  azure: {
    usage: plainUsage,
    said: [...SAID, "cacheWriteTokens"],
    streamUsage: "asked",
    reasoningField: "reasoning_content",
    firstChunk: { prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] },
  },
};

/** Those of the list that speak OpenAI's language. */
export const CHAT_PROVIDERS = Object.keys(DIALECTS);
