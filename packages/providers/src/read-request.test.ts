import fc from "fast-check";
import { expect, it } from "vitest";
import { findRoute, PROVIDERS } from "./providers.ts";

const ADDRESSES: [provider: string, path: string][] = [
  ["openai", "/v1/chat/completions"],
  ["openai", "/v1/responses"],
  ["openai", "/v1/images/generations"],
  ["anthropic", "/v1/messages"],
  ["google", "/v1beta/models/gemini-2.5-pro:generateContent"],
  ["bedrock", "/model/any/converse"],
  ["cohere", "/v2/chat"],
  ["ollama", "/api/chat"],
];

function readRequest([provider, path]: [string, string], json: string) {
  const route = findRoute(PROVIDERS.get(provider)!, "POST", path)!;
  const url = new URL(path, "https://api.example.com");
  return route.readRequest({ url, contentType: "application/json", body: new TextEncoder().encode(json) });
}

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const message = fc.record({ role: word, content: fc.oneof(word, fc.string({ minLength: 200, maxLength: 900 })) });
const body = fc.record(
  {
    model: word,
    stream: fc.boolean(),
    messages: fc.array(message),
    user: word,
    session_id: word,
    safety_identifier: word,
    metadata: fc.dictionary(word, fc.oneof(word, fc.integer(), fc.constant(null))),
    service_tier: fc.constantFrom("auto", "flex", "priority"),
    tools: fc.array(fc.record({ type: fc.constantFrom("web_search", "function"), name: word })),
    n: fc.nat(5),
    size: fc.constantFrom("1024x1024", "auto"),
    quality: word,
    temperature: fc.double({ noNaN: true, noDefaultInfinity: true }),
  },
  { requiredKeys: [] },
);
/** With this a body is too long to be parsed, so that it is skimmed. */
const LONG = 'He said: "hello\\n"\n'.repeat(300_000);

it("says the same of a request, whether its body is parsed or, being long, skimmed", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ADDRESSES), body, (address, fields) => {
      const short = readRequest(address, JSON.stringify(fields));
      expect(readRequest(address, JSON.stringify({ ...fields, long: LONG }))).toEqual(short);
    }),
    { numRuns: 40 },
  );
});

it("never throws, and says what it can of a body that is damaged, cut, deep, or no object", () => {
  const [address] = ADDRESSES as [[string, string]];
  const blank = readRequest(address, "");
  for (const json of [
    "[[[",
    "5",
    '"text"',
    "null",
    "{",
    '{"a":',
    "[".repeat(100_000),
    `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
  ]) {
    expect(readRequest(address, json)).toEqual(blank);
  }
  expect(readRequest(address, `[{"model":"a"}]`).model).toBe("a");
  expect(readRequest(address, `{"model":"gpt-5"}${LONG}`).model).toBe("gpt-5");
  expect(readRequest(address, `{"model":"gpt-5"} and more`).model).toBe("gpt-5");
});
