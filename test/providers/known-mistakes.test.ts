import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compilePrice, formatUsd, rateCall, type Adjustment, type EventUsage, type Rates } from "@outlay/core";
import { findRoute, openAnswer, PROVIDERS, type Measured } from "@outlay/providers";
import { describe, expect, it } from "vitest";

import { openPriceBook } from "../../packages/server/src/prices/price-book.ts";
import { recordedBytes, type RecordedAnswer } from "./recorded-answer.ts";

/** One case of `catalogue/cases/known-mistakes.json`. */
interface KnownMistake {
  /** Repository and number of the public report. */
  report: string;
  mistake: string;
  provider: string;
  path: string;
  answer: RecordedAnswer;
  usage: EventUsage;
  /** Those of the report. */
  rates: Rates;
  adjustments?: Adjustment[];
  costUsd: string;
  mistakenUsd: string;
}

const root = join(import.meta.dirname, "../..");
const { cases } = JSON.parse(readFileSync(join(root, "catalogue/cases/known-mistakes.json"), "utf8")) as {
  cases: KnownMistake[];
};

function read({ provider: providerName, path, answer }: KnownMistake): Measured {
  const provider = PROVIDERS.get(providerName)!;
  const url = new URL(path, "https://example.com");
  const route = findRoute(provider, "POST", url.pathname)!;
  const request = route.readRequest({ url, contentType: "application/json", body: new TextEncoder().encode("{}") });
  const { bytes, contentType } = recordedBytes(answer);
  const header = (name: string) => (name === "content-type" ? contentType : null);
  const reader = openAnswer(route, { request, status: 200, header });
  reader.push(bytes);
  return reader.end();
}

function costOf({ rates, adjustments = [] }: KnownMistake, measured: Measured): string {
  const price = compilePrice({
    id: "override:report/model@#1",
    layer: "override",
    provider: "report",
    model: "model",
    startMs: null,
    endMs: null,
    rates,
    adjustments,
  });
  const call = { usage: measured.usage!, occurredAtMs: 0, reportedCostUsd: measured.reportedCostUsd };
  return formatUsd(rateCall({ price, approximate: false }, call).costNanoUsd!);
}

describe("what other tools got wrong", () => {
  it.each(cases)("$mistake ($report): $costUsd, not $mistakenUsd", (one) => {
    const measured = read(one);
    expect(measured.usage).toEqual(one.usage);
    expect(costOf(one, measured)).toBe(one.costUsd);
    expect(Number(one.mistakenUsd)).not.toBeCloseTo(Number(one.costUsd), 6);
  });

  it("the same call twice costs twice as much, and no more (langfuse#5568)", () => {
    for (const one of cases) expect(read(one)).toEqual(read(one));
  });
});

/** Names of one and the same model: an alias, a date, a publisher in front. */
const ALIASES: [provider: string, alias: string, model: string][] = [
  ["anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"],
  ["anthropic", "claude-opus-4-1", "claude-opus-4-1-20250805"],
  ["openai", "gpt-4o", "gpt-4o-2024-08-06"],
  ["openai", "gpt-5", "gpt-5-2025-08-07"],
  ["google", "models/gemini-2.5-flash", "gemini-2.5-flash"],
  ["mistral", "mistral-large-latest", "mistral-large-2512"],
  ["x-ai", "grok-4", "grok-4-0709"],
  ["aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"],
];

it.each(ALIASES)("%s: %s costs in every class of tokens what %s costs (litellm#38423)", async (provider, a, b) => {
  const occurredAtMs = Date.UTC(2026, 10, 20, 12);
  const book = await openPriceBook({ storage: null, config: {}, now: () => occurredAtMs });
  const usage = { inputTokens: 4_000, cacheReadTokens: 1_000, cacheWriteTokens: 900, outputTokens: 300 };
  for (const asked of [usage, { ...usage, cacheWrite1hTokens: 500 }, { ...usage, inputTokens: 300_000 }]) {
    const [one, other] = [a, b].map((model) => book.rate({ provider, model, occurredAtMs, usage: asked }).costNanoUsd);
    expect(one).not.toBeNull();
    expect(one).toBe(other);
  }
});

const matrix = "test/gateway/matrix.test.ts";
const endpoints = "test/gateway/matrix-endpoints.ts";
const counter = "packages/providers/src/telemetry/call-counter.test.ts";
const spans = "packages/providers/src/telemetry/read-gen-ai-span.test.ts";
const concurrency = "test/limits/gateway-concurrency.test.ts";
const gatewayLimits = "test/limits/gateway-answers.test.ts";

const limitScopes = "test/limits/gateway-scopes.test.ts";
const limitDoors = "test/limits/doors.test.ts";
const overTime = "test/alerts/budgets-over-time.test.ts";
const unavailable = "packages/server/src/gateway/limits-unavailable.test.ts";
const engine = "packages/server/src/limits/limits.test.ts";
const counters = "packages/server/src/limits/counters.test.ts";
const ofProvider = (name: string) => `catalogue/cases/providers/${name}.json`;

/**
 * Where the other mistakes are tested that users of other tools reported: what it was, the file, and words that stand there.
 * When a test moves, this says so.
 */
const ELSEWHERE: [mistake: string, file: string, words: string][] = [
  // Counts of tokens.
  [
    "an hour's writes charged as five minutes' (codeburn#304)",
    ofProvider("anthropic"),
    "cached and written tokens stand apart",
  ],
  [
    "Gemini's cached tokens charged in full (opik#6976)",
    ofProvider("google"),
    "thoughts and prompts of tools are billed",
  ],
  ["cache tokens on Bedrock charged nothing (litellm#29145)", endpoints, "sonnetInUs"],
  ["the long-context price not applied (litellm#11049)", ofProvider("google"), "200,000 tokens are not above 200,000"],
  ["a tier that was withdrawn goes on", "packages/server/src/prices/price-facts.test.ts", "claude-opus-4-6"],
  ["xAI's reasoning left out (vercel/ai#12425)", ofProvider("xai"), "reasoning outside the completion"],
  ["no price for cached tokens (langsmith-sdk#1375)", endpoints, "cacheRead: 0.125"],
  ["inclusive counts of spans added up again (langfuse#12306)", spans, "are inclusive by the standard"],
  ["the AI SDK's counts read alike in all versions (posthog-js#2829)", spans, "of the AI SDK are read by its version"],
  // Calls counted once.
  ["an agent's span counted beside its calls (langfuse#14754)", counter, "are counted once, in any order"],
  ["parent and child of one name both counted (langfuse#16409)", counter, "is the same when it says the same"],
  ["many turns of an agent counted twice (strands-agents#1267)", counter, "is the same when the outer adds up several"],
  ["one call, two log rows (litellm#15740, bifrost#4070)", matrix, "toHaveLength(count)"],
  ["retries as calls of their own (litellm#39455)", "packages/server/src/gateway/attempts.test.ts", "next attempt"],
  ["a framework's own cache charged (langfuse#2112)", "packages/core/src/rating.test.ts", "cacheHit"],
  ["cumulative counts added up", ofProvider("anthropic"), "of two message_delta the last wins"],
  ["Groq's usage, said twice, counted twice", ofProvider("groq"), "the numbers come twice and count once"],
  // Streams.
  ["Claude on Vertex AI, streamed, for nothing (litellm#37923)", ofProvider("google"), "Claude on Vertex AI, streamed"],
  ["a stream that broke is not recorded (litellm#30667)", matrix, "expectEstimated"],
  ["a stream of tools is dropped (litellm#31023)", ofProvider("openai"), "arguments of tools are generated text"],
  ["a reported charge counts in streams only (litellm#37105)", endpoints, 'price: "reported"'],
  ["no cost for the client of a stream (litellm#13264)", "test/gateway/bytes.test.ts", "x-outlay-cost"],
  ["streamed messages have no tokens (otari#256)", endpoints, 'anthropicMessages({ provider: "anthropic"'],
  ["an unknown cost shown as 0 (helm-api#6)", matrix, '["unpriced", null]'],
  ["no usage unless the client asks (langchain-litellm#20)", matrix, '"choices":\\[\\],"usage"'],
  // Limits.
  ["calls at the same time pass a limit together (litellm#34732)", concurrency, "and not one more when the gateway"],
  [
    "a limit that can be gone around (litellm#26672)",
    gatewayLimits,
    "what clients of an id say twice is counted twice",
  ],
  ["unknown model, no cost, no limit (litellm#24770)", gatewayLimits, "are refused where the limit says so"],
  [
    "self-hosted models with a price count nothing (litellm#25874)",
    gatewayLimits,
    "one of one's own servers with a price",
  ],
  ["/v1/responses and /v1/messages pass by (litellm#38176)", limitScopes, "every endpoint of every provider is held"],
  ["what is passed through unread passes by (bifrost#2873)", gatewayLimits, "what nobody measures"],
  [
    "a field of a budget is dropped without a word (bifrost#5673)",
    limitDoors,
    "refuses what it does not know by its name",
  ],
  ["nothing is set aside where no price is known (litellm#35524)", gatewayLimits, "are counted at the stand-in price"],
  ["goes on where it must not when it cannot count (litellm#33923)", unavailable, "holds calls of strict limits"],
  [
    "large max_tokens fill a limit without spending (litellm#38647)",
    concurrency,
    "fifty agents that ask for 64,000 tokens",
  ],
  ["set aside at the price of the lowest tier (litellm#40002)", gatewayLimits, "prices what it sets aside at the tier"],
  ["what is set aside is never let go of (litellm#36592)", engine, "outlives a kill until its time is over"],
  ["… of calls that fail or are broken off", gatewayLimits, "lets go of what was set aside when a call fails"],
  ["the counter is above what was spent (litellm#36926)", counters, "counters are what the ledger says"],
  ["a limit on end users forgets them (litellm#34238)", engine, "is each value's own"],
  ["a restart fills budgets up again (litellm#25374)", engine, "is there after a restart, whoever recorded it"],
  ["budgets do not begin anew (litellm#8364, #41624)", overTime, "budgets of all kinds begin anew"],
  ["the error does not say what is full (litellm#37971)", gatewayLimits, "and says everything"],
  ["a raise for a time is lost (litellm#25760)", engine, "raises an amount for a time, also over a restart"],
  ["free models are refused by a used-up budget (litellm#10973)", engine, "lets free models pass when it is used up"],
  [
    "what was spent before the budget counts at once (litellm-docs#1548)",
    engine,
    "can begin with the limit, or include",
  ],
  ["an error of a budget where there is none (litellm#22726)", unavailable, "asks nobody where nothing is limited"],
  ["a client's own cap does nothing behind a proxy (strix#1007)", gatewayLimits, "what is left, what it cost"],
  ["budgets by what the sender says (Portkey gateway#1169)", overTime, "a budget over what the sender's metadata says"],
  ["no alert on a user's cost in a rolling month (langfuse#714)", overTime, "one user's cost in a rolling month"],
  [
    "thirty days are not a month",
    "packages/server/src/limits/limit-period.test.ts",
    "where the date on the wall changes, in every zone",
  ],
];

it.each(ELSEWHERE)("elsewhere: %s", (_mistake, file, words) => {
  expect(readFileSync(join(root, file), "utf8")).toContain(words);
});
