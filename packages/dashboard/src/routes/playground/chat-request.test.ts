import { expect, test } from "vitest";
import { chatRequest } from "./chat-request.ts";
import type { ChatLanguage } from "../../api/providers.ts";
import type { ChatProvider } from "./gateway-providers.ts";

const partner = (language: ChatLanguage, path: string): ChatProvider => ({
  name: `my-${language}`,
  billedAs: language,
  hasAddress: true,
  key: null,
  mock: false,
  chat: { language, path },
});
const talk = {
  model: "some/model",
  key: "k-1",
  session: "s-1",
  turns: [
    { role: "user" as const, text: "Hi" },
    { role: "assistant" as const, text: "Hello" },
    { role: "user" as const, text: "Why?" },
  ],
};

test("speaks like OpenAI", () => {
  const { path, headers, body } = chatRequest(partner("openai", "/v1/chat/completions"), talk);
  expect(path).toBe("/gateway/my-openai/v1/chat/completions");
  expect(headers).toMatchObject({ authorization: "Bearer k-1", "x-outlay-session": "s-1" });
  expect(JSON.parse(body)).toEqual({
    model: "some/model",
    stream: true,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Why?" },
    ],
  });
});

test("speaks like Anthropic", () => {
  const { headers, body } = chatRequest(partner("anthropic", "/v1/messages"), talk);
  expect(headers).toMatchObject({ "x-api-key": "k-1", "anthropic-version": "2023-06-01" });
  expect(headers["authorization"]).toBeUndefined();
  expect(JSON.parse(body)).toMatchObject({ model: "some/model", stream: true, max_tokens: expect.any(Number) });
});

test("speaks like Google, with the model in the path", () => {
  const path = "/v1beta/models/{model}:streamGenerateContent?alt=sse";
  const request = chatRequest(partner("google", path), talk);
  expect(request.path).toBe("/gateway/my-google/v1beta/models/some%2Fmodel:streamGenerateContent?alt=sse");
  expect(request.headers).toMatchObject({ "x-goog-api-key": "k-1" });
  expect(JSON.parse(request.body)).toMatchObject({ contents: [{ role: "user" }, { role: "model" }, { role: "user" }] });
});

test("sends no key when there is none", () => {
  const { headers } = chatRequest(partner("openai", "/v1/chat/completions"), { ...talk, key: "" });
  expect(Object.keys(headers).filter((name) => /auth|key/.test(name))).toEqual([]);
});
