import { describe, expect, it } from "vitest";

import { errorFacts } from "./error-facts.ts";

const failure = (fields: object, message = "it failed") => Object.assign(new Error(message), fields);

describe("the type of an error", () => {
  it.each([
    [failure({ name: "AbortError" }), "aborted"],
    [new DOMException("stopped", "AbortError"), "aborted"],
    [AbortSignal.timeout(0).reason ?? new DOMException("late", "TimeoutError"), "timeout"],
    [failure({ code: "ETIMEDOUT" }), "timeout"],
    [failure({ cause: { code: "UND_ERR_HEADERS_TIMEOUT" } }), "timeout"],
    [failure({ cause: { code: "ECONNREFUSED" } }), "connection"],
    [failure({ name: "APIConnectionError" }), "connection"],
    [failure({ status: 429 }), "rate_limit"],
    [failure({ status: 401 }), "authentication"],
    [failure({ statusCode: 503 }), "server_error"],
    [failure({ $metadata: { httpStatusCode: 400 } }), "invalid_request"],
    [failure({ status: 529 }), "overloaded"],
    [failure({ name: "ContentFilterError" }), "content_filter"],
    [failure({ code: "insufficient_quota" }), "insufficient_quota"],
    [new TypeError("x is not a function"), "type"],
    ["just text", "error"],
    [undefined, "error"],
    [null, "error"],
    [{}, "error"],
  ])("%s is %s", (error, expected) => {
    expect(errorFacts(error).errorType).toBe(expected);
  });

  it("is there also for an error that cannot be read", () => {
    const hostile = new Proxy(new Error("no"), {
      get() {
        throw new Error("never look");
      },
    });
    expect(errorFacts(hostile)).toEqual({ errorType: "error" });
  });
});

describe("the message of an error", () => {
  it.each([
    "Incorrect API key provided: sk-proj-abc123DEF456ghi789. You can find it at https://platform.openai.com",
    "header Authorization: Bearer abcdefghij0123456789 refused",
    "GET https://generativelanguage.googleapis.com/v1?key=AIzaSyA1234567890abcdefghij failed",
    "connect to https://user:hunter22@proxy.example:8080 failed",
    'body was {"api_key": "verysecret-0123456789"}',
    "token outlay_0123456789abcdefghijABCDEFGHIJ0123456789xyz is unknown",
    "AWS key AKIAIOSFODNN7EXAMPLE is not active",
    "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc expired",
  ])("has no secret in it: %s", (message) => {
    const { errorMessage } = errorFacts(new Error(message));
    expect(errorMessage).toContain("[redacted]");
    expect(errorMessage).not.toMatch(/abc123|0123456789|AIzaSy|hunter22|AKIAIO|eyJ/);
  });

  it("keeps what helps, and is short", () => {
    const message = "429 Rate limit reached for gpt-4o-mini-2024-07-18 in organization on tokens per min: Limit 200000";
    expect(errorFacts(new Error(message)).errorMessage).toBe(message);
    expect(errorFacts(new Error("word ".repeat(100_000))).errorMessage).toHaveLength(1_000);
    expect(errorFacts(new Error(""))).toEqual({ errorType: "error" });
  });

  it("is found in no time also in a text made to be slow", () => {
    for (const text of ["a-".repeat(5_000), "://a".repeat(3_000), "key=".repeat(3_000), "eyJ".repeat(4_000)]) {
      expect(errorFacts(new Error(text)).errorMessage!.length).toBeLessThanOrEqual(1_000);
    }
  });
});
