import { describe, expect, it } from "vitest";
import { openAnswer } from "./answer-reader.ts";
import type { RequestFacts } from "./provider.ts";
import { compatibleProvider, findRoute, PROVIDERS } from "./providers.ts";

function factsOf(provider: string, path: string, body: unknown, contentType = "application/json"): RequestFacts {
  const url = new URL(path, "https://example.com");
  const route = findRoute(PROVIDERS.get(provider)!, "POST", url.pathname)!;
  const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  return route.readRequest({ url, contentType, body: bytes });
}

const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

describe("providers", () => {
  it("leave what is no call alone", () => {
    expect(findRoute(PROVIDERS.get("openai")!, "GET", "/v1/models")).toBeNull();
    expect(findRoute(PROVIDERS.get("openai")!, "POST", "/v1/files")).toBeNull();
    expect(findRoute(PROVIDERS.get("anthropic")!, "POST", "/v1/messages/batches")).toBeNull();
  });

  it("take anybody who speaks OpenAI's language", () => {
    const provider = compatibleProvider("house", "https://llm.example.com/");
    expect(provider.baseUrl).toBe("https://llm.example.com");
    expect(findRoute(provider, "POST", "/v1/chat/completions")?.operation).toBe("chat");
  });
});

describe("a request", () => {
  it("says model, stream, user, session, tags and the most that may be generated", () => {
    const body = {
      model: "gpt-5",
      stream: true,
      user: "old",
      safety_identifier: "u-1",
      metadata: { story: "st-9", session_id: "s-1", nested: { a: 1 } },
      max_completion_tokens: 500,
      service_tier: "flex",
      stream_options: { include_usage: true },
    };
    expect(factsOf("openai", "/v1/chat/completions", body)).toMatchObject({
      model: "gpt-5",
      streaming: true,
      user: "u-1",
      session: "s-1",
      tags: { story: "st-9" },
      maxOutputTokens: 500,
      serviceTier: "flex",
      usageAsked: true,
    });
  });

  it("names Claude Code's session, in both of its spellings", () => {
    const id = "6f0f2d0c-0ab5-4a5c-9d2d-0c9a6b9f7a11";
    const asText = { model: "m", metadata: { user_id: `user_ab_account__session_${id}` } };
    const asJson = { model: "m", metadata: { user_id: JSON.stringify({ device_id: "d", session_id: id }) } };
    expect(factsOf("anthropic", "/v1/messages", asText).session).toBe(id);
    expect(factsOf("anthropic", "/v1/messages", asJson).session).toBe(id);
  });

  it("may be a form with a file in the middle", () => {
    const file = `--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n${"\u0000\r\n".repeat(60_000)}\r\n`;
    const form = `${field("model", "whisper-1")}${file}${field("stream", "true")}--b--\r\n`;
    const facts = factsOf("openai", "/v1/audio/transcriptions", form, "multipart/form-data; boundary=b");
    expect(facts).toMatchObject({ model: "whisper-1", streaming: true });
  });

  it("may be megabytes long, or no JSON at all", () => {
    const body = { messages: [{ content: "x".repeat(5_000_000) }], model: "gpt-5", stream: true };
    expect(factsOf("openai", "/v1/chat/completions", body)).toMatchObject({ model: "gpt-5", streaming: true });
    expect(factsOf("openai", "/v1/chat/completions", "{nonsense")).toMatchObject({ model: null, streaming: false });
    expect(factsOf("openai", "/v1/chat/completions", "[]")).toMatchObject({ model: null, streaming: false });
  });

  it("names the region where the price depends on it", () => {
    const route = findRoute(PROVIDERS.get("openai")!, "POST", "/v1/responses")!;
    const url = new URL("https://eu.api.openai.com/v1/responses");
    expect(route.readRequest({ url, contentType: null, body: new Uint8Array() }).geo).toBe("eu");
  });
});

describe("asking for usage", () => {
  const route = findRoute(PROVIDERS.get("openai")!, "POST", "/v1/chat/completions")!;
  const ask = (body: string) => {
    const request = route.readRequest({
      url: new URL("https://api.openai.com/v1/chat/completions"),
      contentType: "application/json",
      body: new TextEncoder().encode(body),
    });
    return route.askForUsage(body, request);
  };

  it("changes nothing else of the text", () => {
    expect(ask(' {"model":"gpt-5", "seed": 12345678901234567890, "stream":true}')).toBe(
      ' {"stream_options":{"include_usage":true},"model":"gpt-5", "seed": 12345678901234567890, "stream":true}',
    );
  });

  it("keeps other options of streams", () => {
    const asked = ask('{"stream":true,"stream_options":{"include_obfuscation":false}}');
    expect(JSON.parse(asked!)).toEqual({
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: true },
    });
    expect(ask('{"stream":true,"seed":12345678901234567890,"stream_options":{}}')).toBeNull();
  });

  it("is left to those who need it", () => {
    expect(ask('{"model":"gpt-5"}')).toBeNull();
    expect(ask('{"stream":true,"stream_options":{"include_usage":true}}')).toBeNull();
    const mistral = findRoute(PROVIDERS.get("mistral")!, "POST", "/v1/chat/completions")!;
    const request = factsOf("mistral", "/v1/chat/completions", { stream: true });
    expect(mistral.askForUsage('{"stream":true}', request)).toBeNull();
  });

  it("knows the chunk that came only because of it", () => {
    expect(route.isUsageOnly('{"choices":[],"usage":{"prompt_tokens":1}}')).toBe(true);
    expect(route.isUsageOnly('{"choices":[],"prompt_filter_results":[]}')).toBe(false);
    expect(route.isUsageOnly('{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}')).toBe(false);
    expect(route.isUsageOnly('{"choices":[],"usage":null}')).toBe(false);
  });
});

describe("an answer", () => {
  const route = findRoute(PROVIDERS.get("openai")!, "POST", "/v1/chat/completions")!;
  const request = factsOf("openai", "/v1/chat/completions", { model: "gpt-5" });

  it.each([
    [
      401,
      "application/json",
      '{"error":{"message":"Incorrect API key","type":"invalid_request_error"}}',
      "invalid_request_error",
    ],
    [529, "application/json", '{"type":"error","error":{"type":"overloaded_error","message":"x"}}', "overloaded_error"],
    [
      429,
      "application/json",
      '{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}',
      "RESOURCE_EXHAUSTED",
    ],
    [400, "application/json", '{"message":"x","__type":"com.amazon#ValidationException"}', "ValidationException"],
    [500, "application/json", '{"error":"model not found"}', "server_error"],
    [429, "application/json", '{"message":"too many"}', "rate_limit"],
    [502, "text/html", "<html>Bad gateway</html>", "502"],
    [503, "application/json", "", "overloaded"],
  ])("of status %i says what went wrong", (status, contentType, body, type) => {
    const header = (name: string) => (name === "content-type" ? contentType : null);
    const reader = openAnswer(route, { request, status, header });
    reader.push(new TextEncoder().encode(body));
    expect(reader.end()).toMatchObject({ error: { type }, usage: null, ended: true });
  });

  it("is named in a header by AWS, perhaps with an address behind it", () => {
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/",
    };
    const reader = openAnswer(route, { request, status: 429, header: (name) => headers[name] ?? null });
    reader.push(new TextEncoder().encode('{"message":"Too many requests"}'));
    expect(reader.end()).toMatchObject({ error: { type: "ThrottlingException", message: "Too many requests" } });
  });

  it("may have usage that no event can hold", () => {
    const usage = { prompt_tokens: -1, completion_tokens: 1e300, total_tokens: "many" };
    expect(route.readAnswer({ usage }, { request, status: 200, header: () => null }).usage).toBeNull();
  });

  it.each([null, 1, "x", [], [null], { usage: [] }, { choices: [null, 1], usage: "x" }])(
    "of any shape is read without failing: %j",
    (body) => {
      for (const provider of PROVIDERS.values()) {
        for (const one of provider.routes) {
          const call = { request, status: 200, header: () => null };
          expect(one.readAnswer(body, call).usage).toBeNull();
          const fold = one.openStream(call);
          fold.take(body, "x");
          fold.close();
          expect(fold.measured().usage).toBeNull();
        }
      }
    },
  );
});
