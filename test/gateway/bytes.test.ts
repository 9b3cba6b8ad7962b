import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { headerOf, messageOf, rawCall } from "./raw-call.ts";
import { startScriptedProvider, type ScriptedProvider } from "./scripted-provider.ts";
import { providersAt, startGateway, type RunningGateway } from "./start-gateway.ts";

let provider: ScriptedProvider;
let gateway: RunningGateway;

beforeAll(async () => {
  provider = await startScriptedProvider();
  gateway = await startGateway({ env: providersAt({ openai: provider.url, bedrock: provider.url }) });
});
afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

const path = "/v1/chat/completions";
const OURS = ["x-outlay-event-id", "x-outlay-cost-usd"];
const question = JSON.stringify({ model: "gpt-5", messages: [{ role: "user", content: "Hi" }] });
const streamed = JSON.stringify({ model: "gpt-5", stream: true, stream_options: { include_usage: true } });
const usage = `"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}`;
const whole = `{"id":"c-1","object":"chat.completion","model":"gpt-5","choices":[{"index":0,"message":{"content":"Grüße 👋"},"finish_reason":"stop"}],${usage}}`;
const events = [
  `data: {"id":"c-1","model":"gpt-5","choices":[{"delta":{"content":"Grüße 👋"}}],"usage":null}\n\n`,
  `data: {"id":"c-1","model":"gpt-5","choices":[{"delta":{},"finish_reason":"stop"}],"usage":null}\n\n`,
  `data: {"id":"c-1","model":"gpt-5","choices":[],${usage}}\n\n`,
  "data: [DONE]\n\n",
];

function head(status: string, headers: string[]): Buffer {
  return Buffer.from(`HTTP/1.1 ${status}\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`, "latin1");
}

function chunk(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** Sends the parts one after the other, each in a packet of its own. Connections of the gateway stay open, as with real providers. */
function sends(...parts: (string | Buffer)[]) {
  return async (socket: Socket, request: string) => {
    await sendParts(socket, parts);
    if (/^connection: close/im.test(request)) socket.end();
  };
}

/** The same, and then the connection ends, whatever is missing. */
function breaksOffAfter(...parts: (string | Buffer)[]) {
  return async (socket: Socket) => {
    await sendParts(socket, parts);
    socket.end();
  };
}

async function sendParts(socket: Socket, parts: (string | Buffer)[]): Promise<void> {
  for (const part of parts) {
    socket.write(part);
    await sleep(2);
  }
}

async function bothWays(request: { method?: string; body?: string; headers?: [string, string][]; path?: string }) {
  const { path: asked = path, headers = [["Content-Type", "application/json"]] } = request;
  const direct = await rawCall(provider.url, { ...request, headers, path: asked });
  const through = await rawCall(gateway.server.url, { ...request, headers, path: `/gateway/openai${asked}` });
  const id = headerOf(through.headers, "x-outlay-event-id");
  return { direct: messageOf(direct), through: messageOf(through, OURS), id };
}

const rateLimits = [
  "X-RateLimit-Limit: 1",
  "x-ratelimit-limit: 2",
  "Set-Cookie: a=1",
  "Set-Cookie: b=2",
  "X-Name: Ümlaut",
];

const CASES: [string, string, (socket: Socket, request: string) => void, "end" | "cut"][] = [
  [
    "a whole answer, headers with casing, repeats and bytes beyond ASCII",
    question,
    sends(
      head("200 Fine", [
        ...rateLimits,
        `Content-Length: ${Buffer.byteLength(whole)}`,
        "content-type: application/json",
      ]),
      whole,
    ),
    "end",
  ],
  [
    "an answer in chunks with trailers",
    question,
    sends(
      head("200 OK", ["Content-Type: application/json", "Transfer-Encoding: chunked", "Trailer: X-Sum"]),
      Buffer.concat([chunk(whole.slice(0, 40)), chunk(whole.slice(40)), Buffer.from("0\r\nX-Sum: 42\r\n\r\n")]),
    ),
    "end",
  ],
  [
    "a stream",
    streamed,
    sends(
      head("200 OK", ["content-type: text/event-stream; charset=utf-8", "transfer-encoding: chunked"]),
      ...events.map(chunk),
      "0\r\n\r\n",
    ),
    "end",
  ],
  [
    "a stream cut into single bytes",
    streamed,
    sends(
      head("200 OK", ["content-type: text/event-stream", "transfer-encoding: chunked"]),
      ...Array.from(Buffer.from(events.join("")), (byte) => chunk(Buffer.from([byte]))),
      "0\r\n\r\n",
    ),
    "end",
  ],
  [
    "a stream with damaged pieces",
    streamed,
    sends(
      head("200 OK", ["content-type: text/event-stream", "transfer-encoding: chunked"]),
      chunk(Buffer.from('data: {"id": \xff\xfe broken\n\n', "latin1")),
      chunk(":\n\nevent\ndata\n\n\r\r\n"),
      "0\r\n\r\n",
    ),
    "end",
  ],
  [
    "an error",
    question,
    sends(
      head("429 Slow Down Please", ["Retry-After: 3", "content-type: application/json", "content-length: 33"]),
      '{"error":{"message":"slow down"}}',
    ),
    "end",
  ],
  ["an error without a body", question, sends(head("503 Overloaded", ["content-length: 0"])), "end"],
  [
    "a redirect, which nobody follows",
    question,
    sends(head("307 Go", ["location: http://127.0.0.1:1/", "content-length: 0"])),
    "end",
  ],
  ["an answer without content", question, sends(head("204 No Content", ["x-a: 1"])), "end"],
  [
    "a whole answer that breaks off",
    question,
    breaksOffAfter(head("200 OK", ["content-type: application/json", "content-length: 5000"]), whole),
    "cut",
  ],
  [
    "a stream that breaks off",
    streamed,
    breaksOffAfter(
      head("200 OK", ["content-type: text/event-stream", "transfer-encoding: chunked"]),
      chunk(events[0]!),
    ),
    "cut",
  ],
];

describe("the client gets byte for byte what the provider sent", () => {
  it.each(CASES)("%s", async (_name, body, answer, end) => {
    provider.answer = answer;
    const { direct, through } = await bothWays({ body });
    expect(through).toEqual(direct);
    expect(through.end).toBe(end);
    expect(through.statusLine).not.toBe("");
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["zstd", zstdCompressSync],
  ])("compressed with %s, and measured", async (encoding, compress) => {
    const bytes = compress(whole);
    const headers = [
      "content-type: application/json",
      `content-encoding: ${encoding}`,
      `content-length: ${bytes.length}`,
    ];
    provider.answer = sends(head("200 OK", headers), bytes);
    const { direct, through, id } = await bothWays({ body: question, headers: [["accept-encoding", encoding]] });
    expect(through).toEqual(direct);
    expect(through.body.equals(bytes)).toBe(true);
    expect(await gateway.call(id)).toMatchObject({ usage: { inputTokens: 9, outputTokens: 5 }, success: true });
  });

  it("passes on what is not measured: other methods, other paths", async () => {
    provider.answer = sends(head("200 OK", ["content-length: 2", "etag: x"]), "{}");
    for (const request of [
      { method: "GET", path: "/v1/models?limit=2" },
      { method: "DELETE", path: "/v1/files/f%2F1" },
      { method: "POST", path: "/v1/unheard-of", body: "x=1" },
    ]) {
      const { direct, through } = await bothWays(request);
      expect(through).toEqual(direct);
    }
  });

  it("answers HEAD without a body", async () => {
    provider.answer = sends(head("200 OK", ["content-length: 999"]));
    const { direct, through } = await bothWays({ method: "HEAD", path: "/v1/models" });
    expect(through).toEqual(direct);
  });
});

describe("the provider gets what the client sent", () => {
  const answered = sends(head("200 OK", ["content-length: 2", "content-type: application/json"]), "{}");

  async function sentOn(request: Parameters<typeof rawCall>[1]): Promise<string> {
    provider.answer = answered;
    await rawCall(gateway.server.url, request);
    return provider.requests.at(-1)!;
  }

  it("path and query untouched, headers in their casing and order, its own host", async () => {
    const headers: [string, string][] = [
      ["X-First", "1"],
      ["AUTHORIZATION", "Bearer sk-pass-through"],
      ["X-Outlay-User", "u-1"],
      ["x-second", "2"],
      ["Content-Type", "application/json"],
    ];
    const sent = await sentOn({ path: "/gateway/openai/v1//chat/./completions?b=%20&a=+", headers, body: question });
    expect(sent.split("\r\n")[0]).toBe("POST /v1//chat/./completions?b=%20&a=+ HTTP/1.1");
    expect(sent).toContain("X-First: 1\r\nAUTHORIZATION: Bearer sk-pass-through\r\nx-second: 2\r\n");
    expect(sent).not.toMatch(/x-outlay/i);
    expect(sent).toMatch(new RegExp(`host: ${new URL(provider.url).host}`, "i"));
    expect(sent.endsWith(`\r\n\r\n${question}`)).toBe(true);
  });

  it("a signature of AWS stays as it is", async () => {
    const signature =
      "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=ab";
    const sent = await sentOn({
      path: "/gateway/bedrock/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
      headers: [["authorization", signature]],
      body: "{}",
    });
    expect(sent.split("\r\n")[0]).toBe("POST /model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse HTTP/1.1");
    expect(sent).toContain(`authorization: ${signature}\r\n`);
  });
});

describe("usage that the client did not ask for", () => {
  const asking = JSON.stringify({ model: "gpt-5", stream: true, messages: [{ role: "user", content: "Hi" }] });
  const withoutUsage = events.filter((event) => !event.includes("prompt_tokens")).join("");

  it("is asked for, measured, and taken out again, wherever the stream is cut", async () => {
    const stream = Buffer.from(events.join(""));
    const cuts = [1, 2, 3, 7, 64, stream.length];
    for (const size of cuts) {
      const parts: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) parts.push(chunk(stream.subarray(at, at + size)));
      const headers = ["content-type: text/event-stream", "transfer-encoding: chunked"];
      provider.answer = (socket) =>
        socket.end(Buffer.concat([head("200 OK", headers), ...parts, Buffer.from("0\r\n\r\n")]));
      const answer = await rawCall(gateway.server.url, {
        path: `/gateway/openai${path}`,
        headers: [["accept-encoding", "gzip, br"]],
        body: asking,
      });
      expect(answer.body.toString()).toBe(withoutUsage);
      const call = await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
      expect(call).toMatchObject({ usage: { inputTokens: 9, outputTokens: 5 }, streaming: true, success: true });
      expect(call.metadata).not.toHaveProperty("usageEstimated");
      expect(provider.requests.at(-1)).toContain('"include_usage":true');
      expect(provider.requests.at(-1)).toContain("accept-encoding: identity");
    }
  });

  it("is asked for, too, where the JSON writes its names another way", async () => {
    const headers = ["content-type: text/event-stream", "transfer-encoding: chunked"];
    provider.answer = sends(head("200 OK", headers), ...events.map(chunk), "0\r\n\r\n");
    const body = asking.replace('"stream"', String.raw`"\u0073tream"`);
    const answer = await rawCall(gateway.server.url, { path: `/gateway/openai${path}`, body });
    expect(answer.body.toString()).toBe(withoutUsage);
    expect(provider.requests.at(-1)).toContain('"include_usage":true');
    const call = await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
    expect(call).toMatchObject({ usage: { inputTokens: 9, outputTokens: 5 }, streaming: true });
  });

  it("shortens no stream of stated length", async () => {
    const stream = Buffer.from(events.join(""));
    provider.answer = sends(
      head("200 OK", ["content-type: text/event-stream", `content-length: ${stream.length}`]),
      stream,
    );
    const answer = await rawCall(gateway.server.url, { path: `/gateway/openai${path}`, body: asking });
    expect(answer.body.toString()).toBe(withoutUsage);
    expect(answer.end).toBe("end");
  });

  it("is left alone where the provider does not know the question", async () => {
    const model = "old-model";
    const body = JSON.stringify({ model, stream: true, messages: [] });
    const refusal = '{"error":{"message":"Unrecognized request argument supplied: stream_options"}}';
    provider.answer = (socket, request) => {
      const isAsked = request.includes("stream_options");
      const headers = ["connection: close", `content-type: ${isAsked ? "application/json" : "text/event-stream"}`];
      const text = isAsked ? refusal : withoutUsage;
      void sends(
        head(isAsked ? "400 Bad" : "200 OK", [...headers, `content-length: ${Buffer.byteLength(text)}`]),
        text,
      )(socket, request);
    };
    const before = provider.requests.length;
    const answer = await rawCall(gateway.server.url, { path: `/gateway/openai${path}`, body });
    expect(answer.statusLine).toBe("HTTP/1.1 200 OK");
    expect(answer.body.toString()).toBe(withoutUsage);
    expect(provider.requests.length - before).toBe(2);
    expect(provider.requests.at(-1)!.endsWith(body)).toBe(true);
    // Nobody asks again for a while.
    await rawCall(gateway.server.url, { path: `/gateway/openai${path}`, body });
    expect(provider.requests.length - before).toBe(3);
    const call = await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
    expect(call).toMatchObject({ success: true, metadata: { usageEstimated: true } });
    expect(call.usage["outputTokens"]).toBeGreaterThan(0);
  });

  it("an error that is about something else goes to the client", async () => {
    provider.answer = sends(
      head("400 Bad Request", ["content-type: application/json", "content-length: 34"]),
      '{"error":{"message":"no messages"}}'.slice(0, 34),
    );
    const answer = await rawCall(gateway.server.url, { path: `/gateway/openai${path}`, body: asking });
    expect(answer.statusLine).toBe("HTTP/1.1 400 Bad Request");
    expect(answer.body.toString()).toContain("no messages");
  });
});

describe("what a call cost", () => {
  it("stands in the headers of a whole answer", async () => {
    const headers = ["content-type: application/json", `content-length: ${Buffer.byteLength(whole)}`];
    provider.answer = sends(Buffer.concat([head("200 OK", headers), Buffer.from(whole)]));
    const answer = await rawCall(gateway.server.url, { path: `/gateway/openai${path}`, body: question });
    const call = await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
    expect(Number(headerOf(answer.headers, "x-outlay-cost-usd"))).toBe(call.costUsd);
    expect(call.costUsd).toBeGreaterThan(0);
  });

  it("stands in a comment behind a stream when asked for", async () => {
    const headers = ["content-type: text/event-stream", "transfer-encoding: chunked"];
    provider.answer = sends(head("200 OK", headers), ...events.map(chunk), "0\r\n\r\n");
    const answer = await rawCall(gateway.server.url, {
      path: `/gateway/openai${path}`,
      headers: [["x-outlay-cost", "comment"]],
      body: streamed,
    });
    const call = await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
    const comment = `: outlay {"costUsd":${call.costUsd},"eventId":"${call.id}"}\n\n`;
    expect(answer.body.toString()).toBe(events.join("") + comment);
  });

  it("does not keep a slow answer waiting", async () => {
    const begun = head("200 OK", ["content-type: application/json", `content-length: ${Buffer.byteLength(whole)}`]);
    let finish: (() => void) | null = null;
    provider.answer = (socket) => {
      socket.write(begun);
      socket.write(whole.slice(0, 20));
      finish = () => socket.end(Buffer.from(whole).subarray(20));
    };
    const answer = await fetch(`${gateway.url}/openai${path}`, { method: "POST", body: question });
    // The head is here before the provider has sent the rest.
    expect(answer.headers.has("x-outlay-cost-usd")).toBe(false);
    finish!();
    expect(await answer.text()).toBe(whole);
  });
});
