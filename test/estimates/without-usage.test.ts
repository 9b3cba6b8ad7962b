import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startGateway, type RecordedCall, type RunningGateway } from "../gateway/start-gateway.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";

/** Calls through the gateway whose provider gives no usage: what is recorded of them. */

let mock: RunningMock;
let gateway: RunningGateway;

beforeAll(async () => {
  mock = await startMock();
  gateway = await startGateway({ args: ["--mock-providers", mock.url] });
});

afterAll(async () => {
  await gateway.stop();
  await mock.stop();
});

const question = "The quick brown fox jumps over the lazy dog.";

/** Sends a request with words for the mock, and gives what was recorded of it. */
async function recordedOf(path: string, body: object, words: string): Promise<RecordedCall> {
  const answer = await fetch(gateway.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer sk-mock", "x-mock": words },
    body: JSON.stringify(body),
  });
  const id = answer.headers.get("x-outlay-event-id");
  await answer.text();
  return gateway.call(id);
}

const chat = { model: "gpt-4o", messages: [{ role: "user", content: question }] };

describe("a call whose provider gives no usage", () => {
  it.each([
    ["OpenAI chat", "/openai/v1/chat/completions", chat],
    ["OpenAI chat, streamed", "/openai/v1/chat/completions", { ...chat, stream: true }],
    ["OpenAI responses", "/openai/v1/responses", { model: "gpt-4o", input: question }],
    ["Anthropic", "/anthropic/v1/messages", { model: "claude-sonnet-4-5", max_tokens: 500, messages: chat.messages }],
    [
      "Gemini",
      "/google/v1beta/models/gemini-2.5-flash:generateContent",
      { contents: [{ role: "user", parts: [{ text: question }] }] },
    ],
    ["Ollama", "/ollama/api/chat", { model: "llama3.2", messages: chat.messages, stream: false }],
    ["Cohere", "/cohere/v2/chat", { model: "command-a-03-2025", messages: chat.messages }],
  ])("is estimated, and says so: %s", async (_, path, body) => {
    const call = await recordedOf(path, body, "no-usage; tokens=200");
    // a model on one's own machine has no price
    expect(call.basis).toBe(path.startsWith("/ollama") ? "unpriced" : "estimated");
    expect(call.metadata).toMatchObject({ usageEstimated: true });
    const band = call.metadata!["usageErrorPercent"] as number;
    expect(band).toBeGreaterThan(2);
    expect(band).toBeLessThan(41);
    // ten tokens of text, and what stands around it
    expect(call.usage["inputTokens"]).toBeGreaterThan(9);
    expect(call.usage["inputTokens"]).toBeLessThan(25);
    expect(call.usage["outputTokens"]).toBeGreaterThan(150);
    expect(call.usage["outputTokens"]).toBeLessThan(300);
  });

  it("is exact for OpenAI, as far as the text goes", async () => {
    const call = await recordedOf(
      "/openai/v1/chat/completions",
      chat,
      `no-usage; text=${encodeURIComponent(question)}`,
    );
    expect(call.usage).toMatchObject({ inputTokens: 17, outputTokens: 10 });
  });

  it("has no known input when there is a picture in it", async () => {
    const content = [
      { type: "text", text: question },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
    ];
    const body = { model: "gpt-4o", messages: [{ role: "user", content }] };
    const call = await recordedOf("/openai/v1/chat/completions", body, "no-usage; tokens=20");
    expect(call.usage["inputTokens"]).toBeUndefined();
    expect(call.metadata).toMatchObject({ usageErrorPercent: 100 });
    expect(call.usage["outputTokens"]).toBeGreaterThan(10);
    expect(call.basis).toBe("estimated");
  });
});

it("a call with usage is not touched", async () => {
  const call = await recordedOf("/openai/v1/chat/completions", chat, "tokens=30");
  expect(call.basis).toBe("rated");
  expect(call.metadata?.["usageEstimated"]).toBeUndefined();
});
