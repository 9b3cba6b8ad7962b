import type { Rates } from "@outlay/core";
import { describe, expect, it } from "vitest";
import { canonicalProvider } from "./canonical-provider.ts";
import { buildPriceIndex } from "./match.ts";
import { openPriceBook } from "./price-book.ts";
import type { ModelPrices } from "./price-layer.ts";

const atMs = Date.UTC(2026, 5, 1);
const book = await openPriceBook({
  storage: null,
  config: { names: [{ provider: "azure", name: "Prod-Chat", model: "gpt-4o" }] },
  now: () => atMs,
});

function found(provider: string, model: string): string {
  const match = book.match(provider, model, atMs);
  return match.found ? `${match.how} ${match.version.provider}/${match.version.model}` : "none";
}

describe("providers", () => {
  it.each([
    ["azure.ai.openai", "azure"],
    ["az.ai.openai", "azure"],
    ["azure_ai", "azure"],
    ["azure-openai.responses", "azure"],
    ["aws.bedrock", "aws"],
    ["aws-bedrock", "aws"],
    ["bedrock_converse", "aws"],
    ["Amazon Bedrock", "aws"],
    ["gcp.vertex_ai", "google"],
    ["gcp.gemini", "google"],
    ["google-gemini", "google"],
    ["google.generative-ai", "google"],
    ["google.vertex.chat", "google"],
    ["vertexai", "google"],
    ["Google AI Studio", "google"],
    ["x_ai", "x-ai"],
    ["xai.chat", "x-ai"],
    ["mistral_ai", "mistral"],
    ["moonshot", "moonshotai"],
    ["together_ai", "together"],
    ["fireworks_ai", "fireworks"],
    ["dashscope", "alibaba"],
    ["openai.responses", "openai"],
    ["anthropic.messages", "anthropic"],
    ["OpenAI", "openai"],
    ["Z.AI", "zai"],
    ["my-own", "my-own"],
  ])("%s is %s", (name, canonical) => expect(canonicalProvider(name)).toBe(canonical));
});

describe("models", () => {
  it.each([
    ["openai", "gpt-4o", "exact openai/gpt-4o"],
    ["openai", "GPT-4o", "exact openai/gpt-4o"],
    ["openai", "openai/gpt-4o", "exact openai/gpt-4o"],
    ["openai", "gpt-4o-2024-08-06", "alias openai/gpt-4o"],
    ["openai", "gpt-4o-2024-05-13", "exact openai/gpt-4o-2024-05-13"],
    ["anthropic", "claude-haiku-4-5-20251001", "alias anthropic/claude-haiku-4-5"],
    ["anthropic", "claude-sonnet-4-20250514", "alias anthropic/claude-sonnet-4-0"],
    ["anthropic", "claude-3-7-sonnet-20250219", "alias anthropic/claude-3-7-sonnet-latest"],
    ["google", "models/gemini-2.5-flash", "exact google/gemini-2.5-flash"],
    ["vertexai", "publishers/google/models/gemini-2.5-pro", "exact google/gemini-2.5-pro"],
    [
      "gcp.vertex_ai",
      "projects/p/locations/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001",
      "alias google/claude-haiku-4-5",
    ],
    ["aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "alias aws/anthropic.claude-sonnet-4-5-20250929-v1:0"],
    [
      "aws",
      "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
      "exact aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ],
    [
      "aws",
      "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
      "alias aws/anthropic.claude-sonnet-4-5-20250929-v1:0",
    ],
    ["bedrock", "apac.amazon.nova-lite-v1:0", "alias aws/amazon.nova-lite-v1:0"],
    ["litellm", "bedrock/us-east-1/amazon.nova-lite-v1:0", "exact aws/amazon.nova-lite-v1:0"],
    ["litellm", "vertex_ai/gemini-2.5-pro", "exact google/gemini-2.5-pro"],
    ["azure", "prod-chat", "exact azure/gpt-4o"],
    ["azure.ai.openai", "gpt-4o-2024-11-20", "alias azure/gpt-4o"],
    ["openrouter", "anthropic/claude-sonnet-4.5", "exact openrouter/anthropic/claude-sonnet-4.5"],
    ["openrouter", "openrouter/anthropic/claude-sonnet-4.5", "exact openrouter/anthropic/claude-sonnet-4.5"],
    ["openrouter", "anthropic/claude-sonnet-4.5:nitro", "approximate openrouter/anthropic/claude-sonnet-4.5"],
    ["openrouter", "anthropic/claude-sonnet-4.5:floor", "approximate openrouter/anthropic/claude-sonnet-4.5"],
    ["fireworks_ai", "accounts/fireworks/models/deepseek-v3-0324", "exact fireworks/deepseek-v3-0324"],
    ["groq", "llama-3.3-70b-versatile", "exact groq/llama-3.3-70b-versatile"],
  ])("%s %s: %s", (provider, model, expected) => expect(found(provider, model)).toBe(expected));

  it.each([
    ["openai", "gpt-99-does-not-exist"],
    ["openai", "gpt-5-foo"],
    ["openai", "gpt"],
    ["anthropic", "claude"],
    ["anthropic", "gpt-4o"],
    ["nobody", "gpt-4o"],
    ["openai", "constructor"],
    ["openai", "__proto__"],
    ["openai", "*"],
    ["openai", " "],
  ])("%s %s has no price", (provider, model) => {
    expect(found(provider, model)).toBe("none");
    const rating = book.rate({ provider, model, occurredAtMs: atMs, usage: { inputTokens: 10 } });
    expect(rating).toMatchObject({ basis: "unpriced", costNanoUsd: null, priceId: null });
    expect(rating.note).toContain(model);
  });

  it.each([
    ["azure", "azure/gpt-4o", "exact azure/gpt-4o"],
    ["litellm", "azure/gpt-4o", "exact azure/gpt-4o"],
    ["azure", "azure/us/gpt-4o-2024-08-06", "alias azure/gpt-4o"],
    ["azure_ai", "azure_ai/gpt-4o", "exact azure/gpt-4o"],
    ["vertex_ai", "vertex_ai/gemini-2.5-pro", "exact google/gemini-2.5-pro"],
    ["litellm", "vertex_ai/claude-sonnet-4-5@20250929", "alias google/claude-sonnet-4-5"],
    ["vertex_ai-anthropic_models", "vertex_ai/claude-opus-4-6", "exact google/claude-opus-4-6"],
    ["gemini", "gemini/gemini-2.5-flash", "exact google/gemini-2.5-flash"],
    ["litellm", "gemini/gemini-2.0-flash-001", "alias google/gemini-2.0-flash"],
    [
      "bedrock",
      "bedrock/converse/anthropic.claude-sonnet-4-5-20250929-v1:0",
      "exact aws/anthropic.claude-sonnet-4-5-20250929-v1:0",
    ],
    [
      "litellm",
      "bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
      "alias aws/anthropic.claude-sonnet-4-5-20250929-v1:0",
    ],
    ["litellm", "bedrock/us-east-1/anthropic.claude-sonnet-4-6", "exact aws/anthropic.claude-sonnet-4-6"],
    ["groq", "groq/llama-3.3-70b-versatile", "exact groq/llama-3.3-70b-versatile"],
    ["litellm", "groq/openai/gpt-oss-120b", "exact groq/openai/gpt-oss-120b"],
    ["mistral", "mistral/mistral-large-latest", "alias mistral/mistral-large-2512"],
    ["litellm", "mistral/mistral-large-latest", "alias mistral/mistral-large-2512"],
    ["litellm", "openai/omni-moderation-latest", "exact openai/omni-moderation-latest"],
    ["litellm", "litellm_proxy/azure/gpt-4o", "exact azure/gpt-4o"],
  ])("reads LiteLLM's spelling: %s %s", (provider, model, expected) => expect(found(provider, model)).toBe(expected));

  it.each([
    ["gemini-2.0-flash-001", "alias google/gemini-2.0-flash"],
    ["gemini-2.0-flash-lite-001", "alias google/gemini-2.0-flash-lite"],
    ["models/gemini-1.5-flash-002", "alias google/gemini-1.5-flash"],
    ["gemini-1.5-pro-002", "alias google/gemini-1.5-pro"],
    ["text-embedding-006", "none"],
  ])("takes Gemini's stable versions, and no others, for the model: %s", (model, expected) => {
    expect(found("google", model)).toBe(expected);
  });

  it("takes a name that no document explains for the likeliest model, and says so", () => {
    expect(book.match("mistral", "mistral-large", Date.UTC(2026, 5, 1))).toMatchObject({
      found: true,
      how: "approximate",
      note: expect.stringContaining("not the bare name"),
      version: { model: "mistral-large-2512", rates: { input: "0.5", output: "1.5" } },
    });
    expect(book.match("mistral", "mistral-large", Date.UTC(2025, 5, 1))).toMatchObject({
      how: "approximate",
      version: { model: "mistral-large-2411" },
    });
    expect(found("mistral", "mistral-large-latest")).toBe("alias mistral/mistral-large-2512");
  });

  it("marks what only looks like a model", () => {
    const rating = book.rate({
      provider: "anthropic",
      model: "claude-haiku-4-5-special",
      occurredAtMs: atMs,
      usage: { inputTokens: 1_000 },
    });
    expect(rating).toMatchObject({ approximate: true, basis: "rated", costNanoUsd: 1_000_000 });
    expect(rating.note).toContain("claude-haiku-4-5");
  });

  it("knows that OpenRouter's free variants are free, and that this is known", () => {
    for (const model of ["deepseek/deepseek-chat-v3.1:free", "nobody/knows-it:free"]) {
      const usage = { inputTokens: 1_000, cacheReadTokens: 10, outputTokens: 1_000, reasoningTokens: 10 };
      const rating = book.rate({ provider: "openrouter", model, occurredAtMs: atMs, usage });
      expect(rating).toMatchObject({ basis: "rated", costNanoUsd: 0, approximate: false });
    }
    expect(found("openai", "gpt-99:free")).toBe("none");
  });

  it("takes the data zone from LiteLLM's Azure ids", () => {
    const call = { occurredAtMs: atMs, usage: { inputTokens: 1_000, outputTokens: 500 } };
    expect(book.rate({ ...call, provider: "azure", model: "azure/eu/gpt-4o-2024-11-20" }).costNanoUsd).toBe(8_250_000);
    expect(book.rate({ ...call, provider: "azure", model: "gpt-4o-2024-11-20" }).costNanoUsd).toBe(7_500_000);
  });

  it("says that a model has no price yet", () => {
    const match = book.match("openai", "gpt-6.2-sol", Date.UTC(2001, 0, 1));
    if (!match.found) expect(match.reason).toContain("at that time");
    expect(book.history("openai", "gpt-99-does-not-exist")).toEqual([]);
  });

  it("keeps every price that it has given, by its id", () => {
    const { priceId } = book.rate({ provider: "openai", model: "gpt-4o", occurredAtMs: atMs, usage: {} });
    expect(book.version(priceId!)).toMatchObject({ id: priceId, provider: "openai", model: "gpt-4o" });
    expect(book.version("bundled:openai/nothing@#00000000")).toBeNull();
  });

  it("stays bounded and right under many spellings", () => {
    for (let i = 0; i < 45_000; i++) book.match("openai", `made-up-${i}`, atMs);
    expect(found("openai", "gpt-4o")).toBe("exact openai/gpt-4o");
  });
});

function prices(
  layer: ModelPrices["layer"],
  model: string,
  rates: Rates,
  more: { startMs?: number; endMs?: number; aliases?: ModelPrices["aliases"] } = {},
): ModelPrices {
  const { startMs = null, endMs = null, aliases = [] } = more;
  return { layer, provider: "p", model, aliases, versions: [{ startMs, endMs, rates, adjustments: [] }] };
}
function index(models: ModelPrices[]) {
  return buildPriceIndex({ models, rules: new Map(), fallbacks: new Map(), names: new Map() });
}
function inputAt(models: ModelPrices[], model: string, at: number): string | undefined {
  const { slices } = index(models).timeline("p", model);
  const match = slices.findLast((slice) => slice.startMs <= at)!.match;
  return match.found ? match.version.rates.input : undefined;
}
const alias = (name: string) => [{ id: name, startMs: null, endMs: null }];

function id(rates: Rates): string {
  const { match } = index([prices("bundled", "m", rates)]).timeline("p", "m").slices[0]!;
  return match.found ? match.version.id : "";
}

describe("layers", () => {
  it("lets the user's price go before the catalogue, and that before the lists, in their times", () => {
    const models = [
      prices("bundled", "m", { input: "1" }),
      prices("refreshed", "m", { input: "2" }, { startMs: 200 }),
      prices("catalogue", "m", { input: "3" }, { startMs: 300, endMs: 400 }),
      prices("override", "m", { input: "4" }, { startMs: 350, endMs: 360 }),
    ];
    const at = (ms: number) => inputAt(models, "m", ms);
    expect([100, 199, 200, 299, 300, 349, 350, 359, 360, 399, 400].map(at)).toEqual([
      "1",
      "1",
      "2",
      "2",
      "3",
      "3",
      "4",
      "4",
      "3",
      "3",
      "2",
    ]);
  });

  it("applies a user's price to the other names of the model", () => {
    const models = [
      prices("bundled", "m", { input: "1" }, { aliases: alias("m-other") }),
      prices("override", "M", { input: "4" }),
    ];
    expect(inputAt(models, "m-other", 0)).toBe("4");
    expect(inputAt(models, "m-20260101", 0)).toBe("4");
  });

  it("believes the catalogue that two models differ when a list says they are the same", () => {
    const models = [
      prices("bundled", "big", { input: "9" }, { aliases: alias("small") }),
      prices("catalogue", "small", { input: "1" }),
      prices("override", "big", { input: "8" }),
    ];
    expect(inputAt(models, "small", 0)).toBe("1");
    expect(inputAt(models, "big", 0)).toBe("8");
  });

  it("follows a name that moved to another model on a date", () => {
    const models = [
      prices("bundled", "m-latest", { input: "2" }),
      prices("catalogue", "m-3", { input: "0.5" }, { aliases: [{ id: "m-latest", startMs: 1_000, endMs: null }] }),
    ];
    expect(inputAt(models, "m-latest", 999)).toBe("2");
    expect(inputAt(models, "m-latest", 1_000)).toBe("0.5");
  });

  it("gives different prices different ids, and the same price the same one", () => {
    expect(id({ input: "1" })).toBe(id({ input: "1" }));
    expect(id({ input: "1" })).not.toBe(id({ input: "2" }));
    expect(id({ input: "1" })).toMatch(/^bundled:p\/m@#[0-9a-f]{8}$/);
  });
});
