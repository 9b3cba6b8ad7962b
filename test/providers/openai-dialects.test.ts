import { createMistral } from "@ai-sdk/mistral";
import { generateText, streamText } from "ai";
import Groq from "groq-sdk";
import OpenAI, { AzureOpenAI, RateLimitError } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
});
afterAll(() => mock.stop());

const messages = [{ role: "user" as const, content: "Wie spät ist es?" }];
const behaving = (words: string) => ({ headers: { "x-mock": words } });

/** Those that are used with OpenAI's own client: where they are, and the prices' example of a model. */
describe.each([
  ["perplexity", "/perplexity", "sonar"],
  ["together", "/together/v1", "meta-llama/Llama-3.3-70B-Instruct-Turbo"],
  ["fireworks", "/fireworks/inference/v1", "accounts/fireworks/models/gpt-oss-120b"],
  ["deepseek", "/deepseek", "deepseek-chat"],
  ["xai", "/xai/v1", "grok-4"],
  ["openrouter", "/openrouter/api/v1", "openai/gpt-5"],
])("%s, with OpenAI's client", (name, path, model) => {
  const client = () => new OpenAI({ apiKey: "mock", baseURL: mock.url + path, fetch: wire.fetch, maxRetries: 0 });

  it("whole", async () => {
    await client().chat.completions.create({ model, messages }, behaving("reasoning=50"));
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ model, ended: true, usageState: "complete" });
  });

  it("streamed", async () => {
    const asked = { model, messages, stream: true as const, stream_options: { include_usage: true } };
    let text = "";
    for await (const chunk of await client().chat.completions.create(asked, behaving("reasoning=50; chunk-size=7")))
      text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toContain("你好, ça va 👋");
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ ended: true, usageState: "complete" });
  });

  it("refused", async () => {
    const asked = client().chat.completions.create({ model, messages }, behaving("status=429"));
    await expect(asked).rejects.toBeInstanceOf(RateLimitError);
    expect((await wire.last().measured).error).not.toBeNull();
    expect((await mock.requests()).at(-1)).toMatchObject({ provider: name, status: 429 });
  });
});

function azure(): AzureOpenAI {
  const apiVersion = "2025-04-01-preview";
  return new AzureOpenAI({
    apiKey: "mock",
    apiVersion,
    endpoint: `${mock.url}/azure`,
    fetch: wire.fetch,
    maxRetries: 0,
  });
}

function groq(): Groq {
  return new Groq({ apiKey: "mock", baseURL: `${mock.url}/groq`, fetch: wire.fetch as never, maxRetries: 0 });
}

function mistral() {
  return createMistral({ apiKey: "mock", baseURL: `${mock.url}/mistral/v1`, fetch: wire.fetch })(
    "mistral-large-latest",
  );
}

describe("Azure, by deployment", () => {
  it.each([false, true])("streamed: %s", async (streamed) => {
    const words = behaving("model=gpt-4o-2024-08-06; cached=100; chunk-size=5");
    if (streamed) {
      const asked = { model: "my-gpt", messages, stream: true as const, stream_options: { include_usage: true } };
      for await (const _ of await azure().chat.completions.create(asked, words));
    } else {
      await azure().chat.completions.create({ model: "my-gpt", messages }, words);
    }
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ model: "gpt-4o-2024-08-06", usageState: "complete" });
    expect(wire.last().request.model).toBe("my-gpt");
    expect((await mock.requests()).at(-1)?.path).toContain("/azure/openai/deployments/my-gpt/chat/completions");
  });

  it("embeddings", async () => {
    await azure().embeddings.create({ model: "text-embedding-3-small", input: "one" });
    await expectAsServed(mock, wire.last());
  });
});

describe("Groq", () => {
  const model = "openai/gpt-oss-120b";

  it("whole", async () => {
    const answer = await groq().chat.completions.create({ model, messages }, behaving("cached=100; reasoning=50"));
    const measured = await expectAsServed(mock, wire.last());
    expect(measured.usage?.inputTokens).toBe(answer.usage?.prompt_tokens);
  });

  it("streamed: x_groq has the usage, asked or not", async () => {
    let usage: unknown;
    for await (const chunk of await groq().chat.completions.create({ model, messages, stream: true }))
      usage = chunk.x_groq?.usage ?? usage;
    const measured = await expectAsServed(mock, wire.last());
    expect(usage).toMatchObject({ prompt_tokens: measured.usage?.inputTokens });
  });

  it("refused", async () => {
    await expect(groq().chat.completions.create({ model, messages }, behaving("status=429"))).rejects.toThrow(/429/);
    expect((await wire.last().measured).error).toMatchObject({ type: "rate_limit_exceeded" });
  });
});

describe("Mistral, with the AI SDK", () => {
  it("whole", async () => {
    const answer = await generateText({ model: mistral(), messages, maxRetries: 0, ...behaving("cached=100") });
    const measured = await expectAsServed(mock, wire.last());
    expect(answer.usage).toMatchObject({ inputTokens: measured.usage?.inputTokens });
  });

  it("streamed", async () => {
    const answer = streamText({ model: mistral(), messages, maxRetries: 0, ...behaving("cached=100; chunk-size=3") });
    expect(await answer.text).toContain("你好, ça va 👋");
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "complete", ended: true });
  });
});
