/**
 * Meridian, the invented company of the demo: four products, twelve agents, forty people. Its models and their
 * providers are real, except for the fine-tune that Meridian serves itself and that therefore has no public price.
 */

/** How a model behaves: latency and failures. Its price is none of our business here. */
export interface ModelProfile {
  provider: string;
  model: string;
  requestedModel?: string;
  /** Median time to the first token, or to the whole answer where nothing is streamed. */
  firstTokenMs: number;
  /** 0: the answer comes at once. */
  tokensPerSecond: number;
  failureRate: number;
  serviceTier?: string;
  /** The provider says what it charged, in dollars per million input and output tokens. */
  reported?: { inputUsd: number; outputUsd: number };
  /** Writes to its prompt cache are counted and billed apart. */
  billsCacheWrites?: true;
}

export const MODELS = {
  "gpt-5.1": openai("gpt-5.1", 900, 85),
  "gpt-5-mini": openai("gpt-5-mini", 520, 130),
  "gpt-5-mini batch": { ...openai("gpt-5-mini", 45_000, 0), serviceTier: "batch" },
  "gpt-4o": { ...openai("gpt-4o", 480, 95), requestedModel: "gpt-4o" },
  "gpt-4o-mini": openai("gpt-4o-mini", 360, 120),
  "o3-mini": openai("o3-mini", 2_400, 140),
  "text-embedding-3-small": openai("text-embedding-3-small", 140, 0),
  "dall-e-3": openai("dall-e-3", 13_500, 0, 0.03),
  "tts-1": openai("tts-1", 1_900, 0),
  opus: anthropic("claude-opus-4-6", "claude-opus-4-6", 1_700, 55),
  sonnet: anthropic("claude-sonnet-4-5-20250929", "claude-sonnet-4-5", 1_100, 72),
  haiku: anthropic("claude-haiku-4-5-20251001", "claude-haiku-4-5", 520, 150),
  "gemini-pro": google("gemini-2.5-pro", 1_500, 95),
  "gemini-flash": google("gemini-2.5-flash", 480, 190),
  "gemini-flash-lite": google("gemini-2.5-flash-lite", 300, 260),
  "mistral-large": profile("mistral", "mistral-large-latest", 640, 60, 0.015),
  llama: profile("groq", "llama-3.3-70b-versatile", 190, 280, 0.03),
  whisper: profile("groq", "whisper-large-v3-turbo", 900, 0, 0.015),
  "qwen-embedding": profile("alibaba", "text-embedding-v4", 210, 0, 0.008),
  rerank: profile("cohere", "rerank-v3.5", 230, 0, 0.008),
  deepseek: {
    ...profile("openrouter", "deepseek/deepseek-chat", 1_300, 48, 0.02),
    reported: { inputUsd: 0.3, outputUsd: 0.9 },
  },
  "own fine-tune": profile("meridian", "meridian-triage-7b-ft3", 120, 210, 0.004),
} satisfies Record<string, ModelProfile>;

type ModelName = keyof typeof MODELS;

/** When work happens: office hours of Europe and America, the small hours, or always. */
export type Rhythm = "office" | "night" | "always";

/** What an agent does again and again: one session of it is a few calls that follow each other. */
export interface Task {
  /** Share of all sessions, against the other tasks. */
  weight: number;
  agent: string;
  project: string;
  team: string;
  activity: string;
  operation: string;
  rhythm: Rhythm;
  /** `fromDay` and `untilDay` count from the demo's anchor: models come and go. */
  models: readonly { name: ModelName; weight: number; fromDay?: number; untilDay?: number }[];
  /** Fewest and most calls of one session. */
  calls: readonly [fewest: number, most: number];
  /** Median prompt of the first call; it grows with every further call of the session. */
  inputTokens: number;
  outputTokens: number;
  /** Share of the prompt that the provider has in its cache from the second call on. */
  cachedShare?: number;
  /** Share of the output that is reasoning. */
  reasoningShare?: number;
  streaming?: true;
  /** A person asked for it; otherwise a schedule did. */
  byPeople?: true;
  forCustomers?: true;
  workItem?: "story" | "deliberation" | "agent_loop";
  /** Share of the answers that somebody or something has scored. */
  scoredShare?: number;
  /** Two prompts that are compared. */
  variants?: true;
}

/** Twelve agents, what they do, and with which models. */
export const TASKS: readonly Task[] = [
  {
    weight: 20,
    agent: "dexter",
    project: "assistant",
    team: "product",
    activity: "conversation.answer",
    operation: "chat",
    rhythm: "office",
    calls: [2, 9],
    inputTokens: 2_400,
    outputTokens: 420,
    cachedShare: 0.72,
    streaming: true,
    byPeople: true,
    forCustomers: true,
    scoredShare: 0.12,
    models: [
      { name: "sonnet", weight: 5 },
      { name: "gpt-4o", weight: 4, untilDay: -38 },
      { name: "gpt-5.1", weight: 4, fromDay: -38 },
      { name: "haiku", weight: 2 },
    ],
  },
  {
    weight: 9,
    agent: "luna",
    project: "assistant",
    team: "product",
    activity: "conversation.title",
    operation: "chat",
    rhythm: "office",
    calls: [1, 2],
    inputTokens: 620,
    outputTokens: 16,
    byPeople: true,
    models: [
      { name: "gpt-4o-mini", weight: 3 },
      { name: "gemini-flash-lite", weight: 2 },
    ],
  },
  {
    weight: 8,
    agent: "iris",
    project: "assistant",
    team: "product",
    activity: "voice.transcribe",
    operation: "audio",
    rhythm: "office",
    calls: [1, 4],
    inputTokens: 0,
    outputTokens: 0,
    byPeople: true,
    models: [
      { name: "whisper", weight: 4 },
      { name: "tts-1", weight: 1 },
    ],
  },
  {
    weight: 7,
    agent: "atlas",
    project: "cockpit",
    team: "platform",
    activity: "planning.propose",
    operation: "chat",
    rhythm: "office",
    calls: [2, 6],
    inputTokens: 9_500,
    outputTokens: 1_500,
    cachedShare: 0.6,
    reasoningShare: 0.45,
    byPeople: true,
    workItem: "story",
    scoredShare: 0.2,
    models: [
      { name: "opus", weight: 3 },
      { name: "gemini-pro", weight: 2 },
      { name: "o3-mini", weight: 1, untilDay: -20 },
    ],
  },
  {
    weight: 6,
    agent: "forge",
    project: "cockpit",
    team: "platform",
    activity: "implementation.agent_loop",
    operation: "chat",
    rhythm: "always",
    calls: [6, 22],
    inputTokens: 14_000,
    outputTokens: 900,
    cachedShare: 0.88,
    streaming: true,
    workItem: "agent_loop",
    models: [
      { name: "sonnet", weight: 7 },
      { name: "opus", weight: 2 },
      { name: "gpt-5.1", weight: 2, fromDay: -30 },
    ],
  },
  {
    weight: 7,
    agent: "sentinel",
    project: "cockpit",
    team: "platform",
    activity: "review.comment",
    operation: "chat",
    rhythm: "office",
    calls: [1, 4],
    inputTokens: 7_200,
    outputTokens: 650,
    cachedShare: 0.4,
    workItem: "story",
    scoredShare: 0.25,
    variants: true,
    models: [
      { name: "haiku", weight: 4 },
      { name: "mistral-large", weight: 3 },
    ],
  },
  {
    weight: 3,
    agent: "quill",
    project: "cockpit",
    team: "platform",
    activity: "deliberation.argue",
    operation: "chat",
    rhythm: "office",
    calls: [4, 10],
    inputTokens: 3_800,
    outputTokens: 700,
    cachedShare: 0.5,
    reasoningShare: 0.3,
    workItem: "deliberation",
    variants: true,
    scoredShare: 0.4,
    models: [
      { name: "gemini-pro", weight: 1 },
      { name: "sonnet", weight: 1 },
      { name: "gpt-5.1", weight: 1 },
    ],
  },
  {
    weight: 11,
    agent: "scout",
    project: "storefront",
    team: "growth",
    activity: "search.embed",
    operation: "embedding",
    rhythm: "always",
    calls: [1, 3],
    inputTokens: 280,
    outputTokens: 0,
    forCustomers: true,
    models: [
      { name: "text-embedding-3-small", weight: 2 },
      { name: "qwen-embedding", weight: 3 },
    ],
  },
  {
    weight: 7,
    agent: "scout",
    project: "storefront",
    team: "growth",
    activity: "search.rerank",
    operation: "rerank",
    rhythm: "always",
    calls: [1, 2],
    inputTokens: 0,
    outputTokens: 0,
    forCustomers: true,
    models: [{ name: "rerank", weight: 1 }],
  },
  {
    weight: 2,
    agent: "pixel",
    project: "storefront",
    team: "growth",
    activity: "content.illustrate",
    operation: "image",
    rhythm: "office",
    calls: [1, 3],
    inputTokens: 0,
    outputTokens: 0,
    byPeople: true,
    models: [{ name: "dall-e-3", weight: 1 }],
  },
  {
    weight: 5,
    agent: "nova",
    project: "storefront",
    team: "growth",
    activity: "content.describe",
    operation: "chat",
    rhythm: "night",
    calls: [2, 6],
    inputTokens: 900,
    outputTokens: 260,
    cachedShare: 0.55,
    models: [
      { name: "gpt-5-mini batch", weight: 3 },
      { name: "gemini-flash", weight: 2 },
    ],
  },
  {
    weight: 9,
    agent: "echo",
    project: "support",
    team: "support",
    activity: "ticket.answer",
    operation: "chat",
    rhythm: "office",
    calls: [1, 5],
    inputTokens: 3_100,
    outputTokens: 310,
    cachedShare: 0.65,
    streaming: true,
    forCustomers: true,
    byPeople: true,
    scoredShare: 0.15,
    models: [
      { name: "llama", weight: 4 },
      { name: "haiku", weight: 2 },
      { name: "gemini-flash", weight: 3 },
    ],
  },
  {
    weight: 2.5,
    agent: "echo",
    project: "support",
    team: "support",
    activity: "ticket.classify",
    operation: "chat",
    rhythm: "always",
    calls: [1, 2],
    inputTokens: 540,
    outputTokens: 12,
    forCustomers: true,
    models: [
      { name: "own fine-tune", weight: 4, fromDay: -26 },
      { name: "gpt-4o-mini", weight: 2 },
    ],
  },
  {
    weight: 3.5,
    agent: "herald",
    project: "back-office",
    team: "data",
    activity: "report.summarise",
    operation: "chat",
    rhythm: "night",
    calls: [1, 3],
    inputTokens: 21_000,
    outputTokens: 800,
    models: [
      { name: "gemini-flash", weight: 4 },
      { name: "deepseek", weight: 2 },
      { name: "gpt-5-mini batch", weight: 2 },
    ],
  },
];

/** Twelve firms that buy from Meridian, with their share of its traffic. */
export const CUSTOMERS: readonly (readonly [name: string, weight: number])[] = [
  ["Acme", 22],
  ["Globex", 16],
  ["Initech", 12],
  ["Umbrella", 10],
  ["Hooli", 9],
  ["Stark Industries", 8],
  ["Wayne Enterprises", 7],
  ["Cyberdyne", 5],
  ["Tyrell", 4],
  ["Wonka", 3],
  ["Soylent", 2],
  ["Duff", 2],
];

/** Forty people. Who comes first uses most. */
export const USERS: readonly string[] = (
  "maria jonas amara li-wei sofia david yuki omar elena noah " +
  "priya lucas fatima anna mateo ingrid kofi chloe ravi hana " +
  "peter zoe ahmed lena bruno mei tomas nadia felix grace " +
  "ivan rosa emil aisha oscar julia samir klara hugo vera"
).split(" ");

function profile(
  provider: string,
  model: string,
  firstTokenMs: number,
  tokensPerSecond: number,
  failureRate: number,
): ModelProfile {
  return { provider, model, firstTokenMs, tokensPerSecond, failureRate };
}

function openai(model: string, firstTokenMs: number, tokensPerSecond: number, failureRate = 0.012): ModelProfile {
  return profile("openai", model, firstTokenMs, tokensPerSecond, failureRate);
}

function google(model: string, firstTokenMs: number, tokensPerSecond: number): ModelProfile {
  return profile("google", model, firstTokenMs, tokensPerSecond, 0.014);
}

function anthropic(model: string, requestedModel: string, firstTokenMs: number, tokensPerSecond: number): ModelProfile {
  return {
    ...profile("anthropic", model, firstTokenMs, tokensPerSecond, 0.016),
    requestedModel,
    billsCacheWrites: true,
  };
}
