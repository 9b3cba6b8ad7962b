/**
 * What one call costs to rate: Outlay's price book against genai-prices' own `calcPrice`, the same calls in the
 * same run, in alternating rounds. Both find the price by provider and model each time.
 *
 *   node --conditions=source benchmarks/rating.ts
 */
import { calcPrice, waitForUpdate, type Usage } from "@pydantic/genai-prices";
import { openPriceBook, type RateableCall } from "../packages/server/src/prices/price-book.ts";
import { median } from "./timing.ts";

const ROUNDS = 9;
const CALLS_IN_ROUND = 4_000;
const LARGEST_RATIO = 1 / 20;

interface Case {
  name: string;
  call: RateableCall;
  usage: Usage;
}

function chat(provider: string, model: string, cached: boolean): Case {
  const [inputTokens, cacheReadTokens, outputTokens] = [12_400, cached ? 9_000 : 0, 830];
  const timestamp = Date.UTC(2026, 5, 1, 12);
  return {
    name: `${provider}/${model}`,
    call: {
      provider,
      model,
      occurredAtMs: timestamp,
      operation: "chat",
      usage: { inputTokens, outputTokens, ...(cached ? { cacheReadTokens } : {}) },
    },
    usage: {
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      ...(cached ? { cache_read_tokens: cacheReadTokens } : {}),
    },
  };
}

const cases: Case[] = [
  chat("openai", "gpt-4o-mini", false),
  chat("openai", "gpt-5-2025-08-07", true),
  chat("openai", "gpt-5.5", true),
  chat("anthropic", "claude-sonnet-4-5-20250929", true),
  chat("anthropic", "claude-haiku-4-5", false),
  chat("google", "gemini-2.5-pro", true),
  chat("mistral", "mistral-large-latest", false),
  chat("groq", "llama-3.3-70b-versatile", false),
  chat("openrouter", "anthropic/claude-sonnet-4.5", true),
  chat("aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", false),
];

const book = await openPriceBook({ storage: null, config: {}, now: Date.now });
await waitForUpdate();

/** Keeps results alive, so that no work is optimised away. */
let checksum = 0;

function rateAll(list: Case[], count: number): void {
  for (let i = 0; i < count; i++) checksum += book.rate(list[i % list.length]!.call).costNanoUsd ?? 0;
}

function calculateAll(list: Case[], count: number): void {
  for (let i = 0; i < count; i++) {
    const { call, usage } = list[i % list.length]!;
    const options = { providerId: call.provider, timestamp: new Date(call.occurredAtMs) };
    checksum += calcPrice(usage, call.model, options)?.total_price ?? 0;
  }
}

function nanosecondsEach(work: (list: Case[], count: number) => void, list: Case[], count: number): number {
  const start = process.hrtime.bigint();
  work(list, count);
  return Number(process.hrtime.bigint() - start) / count;
}

function compare(list: Case[]): { oursNs: number; theirsNs: number; ratio: number } {
  const ours: number[] = [];
  const theirs: number[] = [];
  // The first rounds warm both up and do not count.
  for (let round = -3; round < ROUNDS; round++) {
    const a = nanosecondsEach(rateAll, list, CALLS_IN_ROUND * 5);
    const b = nanosecondsEach(calculateAll, list, CALLS_IN_ROUND);
    if (round < 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  const [oursNs, theirsNs] = [median(ours), median(theirs)];
  return { oursNs, theirsNs, ratio: oursNs / theirsNs };
}

function line(name: string, { oursNs, theirsNs, ratio }: ReturnType<typeof compare>): string {
  return `${name.padEnd(60)}${nanoseconds(oursNs)}${nanoseconds(theirsNs)}   1/${(1 / ratio).toFixed(1)}`;
}

function nanoseconds(value: number): string {
  return `${value.toFixed(0).padStart(7)} ns`;
}

console.log(`${"".padEnd(60)}    Outlay calcPrice   ratio`);
const all = compare(cases);
for (const one of cases) console.log(line(one.name, compare([one])));
console.log(line("all of them in turn", all));
console.log(`\nratio ${all.ratio.toFixed(4)} (at most ${LARGEST_RATIO}), checksum ${checksum.toFixed(0)}`);
if (all.ratio > LARGEST_RATIO) process.exitCode = 1;
