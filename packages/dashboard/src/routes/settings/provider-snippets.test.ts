import { expect, test } from "vitest";
import { baseUrlOf, snippetsOf } from "./provider-snippets.ts";

const server = "http://localhost:4100/costs";
const openai = {
  name: "openai",
  billedAs: "openai",
  key: null,
  chat: { language: "openai", path: "/v1/chat/completions" },
};
const anthropic = { ...openai, name: "anthropic", chat: { language: "anthropic", path: "/v1/messages" } };
const google = {
  ...openai,
  name: "google",
  billedAs: "google",
  chat: { language: "google", path: "/v1beta/models/{model}:streamGenerateContent?alt=sse" },
};
const of = (provider: object) => provider as Parameters<typeof snippetsOf>[0];

test.each([
  [openai, "/gateway/openai/v1"],
  [
    { ...openai, name: "groq", chat: { language: "openai", path: "/openai/v1/chat/completions" } },
    "/gateway/groq/openai/v1",
  ],
  [anthropic, "/gateway/anthropic"],
  [google, "/gateway/google"],
  [{ ...openai, name: "azure", chat: null }, "/gateway/azure"],
])("the base URL of an SDK for %o", (provider, path) => {
  expect(baseUrlOf(of(provider), server)).toBe(server + path);
});

const texts = (provider: object, isClosed: boolean) =>
  snippetsOf(of(provider), { server, isClosed }).map(({ text }) => text);

test("a closed server wants its own key: beside the provider's, or in its place where one is stored", () => {
  for (const provider of [openai, anthropic, google]) {
    for (const text of texts(provider, true)) expect(text).toMatch(/x-outlay-key"?: "?outlay_…/);
    for (const text of texts(provider, false)) expect(text).not.toContain("outlay_…");
    for (const text of texts({ ...provider, key: "stored" }, true)) {
      expect(text).toContain("outlay_…");
      expect(text).not.toContain("x-outlay-key");
    }
  }
});

test("a request for curl is one that a shell can read", () => {
  const { text } = snippetsOf(of(google), { server, isClosed: false }).at(-1)!;
  expect(text).toContain("/gateway/google/v1beta/models/gemini-2.5-flash:generateContent");
  expect(
    text
      .split("\n")
      .slice(0, -1)
      .every((line) => line.endsWith(" \\")),
  ).toBe(true);
});
