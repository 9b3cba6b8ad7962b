import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseBehaviour } from "./behaviour.ts";
import { startMockProvider, type MockProvider } from "./mock-provider.ts";
import type { LoggedRequest } from "./request-log.ts";

let mock: MockProvider;

beforeAll(async () => {
  mock = await startMockProvider({ port: 0 });
});
afterAll(() => mock.close());

function ask(words: string, body: object = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(`${mock.url}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer sk-secret", "x-mock": words },
    body: JSON.stringify({ model: "gpt-5", messages: [{ role: "user", content: "Hi" }], ...body }),
    ...init,
  });
}

/** As it came over the wire: not decompressed, with the headers in full. */
function askRaw(
  words: string,
  accepted = "gzip, br, zstd",
): Promise<{ status: number; headers: number; bytes: number; encoding?: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      method: "POST",
      maxHeaderSize: 16_777_216,
      headers: { "x-mock": words, "accept-encoding": accepted },
    };
    const asked = request(`${mock.url}/openai/v1/chat/completions`, options, async (answer) => {
      let bytes = 0;
      for await (const part of answer) bytes += (part as Buffer).length;
      const headers = answer.rawHeaders.join("").length;
      const encoding = answer.headers["content-encoding"];
      resolve({ status: answer.statusCode!, headers, bytes, ...(encoding === undefined ? {} : { encoding }) });
    });
    asked.on("error", reject);
    asked.end(JSON.stringify({ messages: [{ role: "user", content: "Hi" }] }));
  });
}

async function lastRequest(): Promise<LoggedRequest> {
  const { requests } = (await (await fetch(`${mock.url}/mock/requests`)).json()) as { requests: LoggedRequest[] };
  return requests.at(-1)!;
}

/** Pieces of a stream as they came, and whether it ended well. */
async function pieces(response: Response): Promise<{ texts: string[]; isWhole: boolean }> {
  const texts: string[] = [];
  try {
    for await (const bytes of response.body!) texts.push(new TextDecoder().decode(bytes as Uint8Array));
    return { texts, isWhole: true };
  } catch {
    return { texts, isWhole: false };
  }
}

describe("a behaviour", () => {
  it("is read from words", () => {
    expect(parseBehaviour(" delay=200; chunk-size=1 ;gzip;text=a%3B%20b;")).toEqual({
      delay: 200,
      "chunk-size": 1,
      gzip: true,
      text: "a; b",
    });
    expect(parseBehaviour("")).toEqual({});
  });

  it.each([
    ["dealy=1", "unknown_behaviour"],
    ["toString", "unknown_behaviour"],
    ["delay=soon", "wrong_behaviour"],
    ["delay=-1", "wrong_behaviour"],
    ["tokens", "wrong_behaviour"],
    ["tokens=999999999", "wrong_behaviour"],
    ["headers=5000", "wrong_behaviour"],
  ])("that is misspelt is refused: %s", async (words, code) => {
    expect(() => parseBehaviour(words)).toThrowError(expect.objectContaining({ code }));
    const answer = await ask(words);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  it("comes in the address too, and for all requests from the start", async () => {
    const other = await startMockProvider({ port: 0, behaviour: { text: "from the start", cached: 7 } });
    const address = `${other.url}/v1/chat/completions?mock=${encodeURIComponent("text=from%20the%20address")}`;
    const answer = await fetch(address, { method: "POST", body: JSON.stringify({ messages: [] }) });
    expect(await answer.json()).toMatchObject({
      choices: [{ message: { content: "from the address" } }],
      usage: { prompt_tokens_details: { cached_tokens: 7 } },
    });
    await other.close();
  });
});

it("is told how to answer by the user's last message, which a chat window can send", async () => {
  const told = { role: "user", content: "What now?\nx-mock: status=429; retry-after=7" };
  const answer = await ask("", { messages: [told] }, { headers: { "content-type": "application/json" } });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
  await answer.body?.cancel();
  const next = await ask("", { messages: [told, { role: "user", content: "And now?" }] });
  expect(next.status).toBe(200);
  await next.body?.cancel();
});

describe("an answer", () => {
  it("is the same for the same request, but for its id", async () => {
    const [first, second] = (await Promise.all(
      [ask("tokens=50"), ask("tokens=50")].map(async (answer) => (await answer).json()),
    )) as [{ id: string; usage: object }, { id: string }];
    expect({ ...second, id: first.id }).toEqual(first);
    expect(first.usage).toMatchObject({ completion_tokens: 50 });
  });

  it("may be compressed, if the client takes it", async () => {
    const packed = await ask("gzip");
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(await packed.json()).toMatchObject({ object: "chat.completion" });
    const plain = await ask("gzip", {}, { headers: { "accept-encoding": "identity", "x-mock": "gzip" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
    await plain.body?.cancel();
  });

  it.each(["gzip", "br", "zstd"])("may be compressed with %s, whole and as a stream", async (name) => {
    expect(await askRaw(`${name}; tokens=5000`)).toMatchObject({ encoding: name, status: 200 });
    expect((await askRaw(`${name}; tokens=5000`)).bytes).toBeLessThan((await askRaw("tokens=5000")).bytes / 4);
    expect(await askRaw(name, "identity")).not.toHaveProperty("encoding");
  });

  it("may have headers of a megabyte", async () => {
    expect((await askRaw("headers=64; header-size=16384")).headers).toBeGreaterThan(1_048_576);
  });

  it("may be as large as is asked for, and is never held", async () => {
    const before = process.memoryUsage().rss;
    expect((await askRaw("size=400000000")).bytes).toBeGreaterThan(400_000_000);
    // Both sides of the connection are in this process, with what they have not collected yet.
    expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
    const small = (await (await ask("size=10001")).json()) as {
      choices: { message: { content: string } }[];
      usage: { completion_tokens: number };
    };
    const { content } = small.choices[0]!.message;
    expect(content.slice(-10_001)).toMatch(/^[0-9a-f]{10001}$/);
    expect(small.usage.completion_tokens).toBe(Math.ceil((content.length - 10_001) / 4) + 2_501);
  });

  it("may be slow: at 2,000 bytes a second, a hundred at a time", async () => {
    const { texts } = await pieces(await ask("rate=2000; tokens=50"));
    expect(texts.length).toBeGreaterThan(3);
    expect(JSON.parse(texts.join(""))).toMatchObject({ usage: { completion_tokens: 50 } });
  });

  it("may never come", async () => {
    const abort = new AbortController();
    const waiting = ask("hang", {}, { signal: abort.signal });
    await expect.poll(lastRequest).toMatchObject({ end: "running", status: null });
    abort.abort();
    await expect(waiting).rejects.toThrow();
    await expect.poll(lastRequest).toMatchObject({ end: "aborted" });
  });

  it.each([
    ["close", "closed"],
    ["reset-after=0", "reset"],
  ])("may be a broken connection: %s", async (words, end) => {
    await expect(ask(words)).rejects.toThrow();
    expect(await lastRequest()).toMatchObject({ end });
  });

  it.each(["reset-after=1", "stop-after=1"])("that is no stream may break in its middle: %s", async (words) => {
    await expect((await ask(words)).json()).rejects.toThrow();
  });

  it("may have many headers", async () => {
    const answer = await ask("headers=100");
    expect([...answer.headers.keys()].filter((name) => name.startsWith("x-mock-header"))).toHaveLength(100);
    await answer.body?.cancel();
  });

  it("may be a refusal that says when to come back", async () => {
    const answer = await ask("status=429; retry-after=3");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(await answer.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
    expect(await lastRequest()).toMatchObject({ status: 429, end: "refused", served: null });
  });

  it("is a refusal so often as was asked, for each request by itself", async () => {
    const words = "status=500; times=1";
    const statuses = [];
    for (const user of ["a", "b", "a", "b", "a"]) statuses.push((await ask(words, { user })).status);
    expect(statuses).toEqual([500, 500, 200, 200, 200]);
  });

  it("to what is not there is 404", async () => {
    expect((await fetch(`${mock.url}/openai/v1/nothing`, { method: "POST", body: "{}" })).status).toBe(404);
    expect((await fetch(`${mock.url}/mock/nothing`)).status).toBe(404);
  });

  it("to what is no JSON says so", async () => {
    expect(await (await ask("", {}, { body: "{nonsense" })).json()).toMatchObject({ error: { code: "invalid_json" } });
  });
});

describe("a stream", () => {
  const streamed = { stream: true, stream_options: { include_usage: true } };

  it("ends early as if it were whole", async () => {
    const { texts, isWhole } = await pieces(await ask("stop-after=3", streamed));
    expect(isWhole).toBe(true);
    expect(texts.join("").match(/^data: /gm)).toHaveLength(3);
  });

  it("is damaged in one place", async () => {
    const { texts } = await pieces(await ask("malformed-after=2", streamed));
    const data = [...texts.join("").matchAll(/^data: (.*)$/gm)].map((match) => match[1]!);
    const isJson = data.slice(0, -1).map((text) => text.endsWith("}"));
    expect(isJson.filter((isWhole) => !isWhole)).toHaveLength(1);
    expect(data.at(-1)).toBe("[DONE]");
  });

  it("breaks", async () => {
    expect((await pieces(await ask("reset-after=3; chunk-delay=5", streamed))).isWhole).toBe(false);
    expect(await lastRequest()).toMatchObject({ end: "reset", pieces: 3 });
  });

  it("hangs until the client goes", async () => {
    const abort = new AbortController();
    const answer = await ask("hang-after=2", streamed, { signal: abort.signal });
    const reader = answer.body!.getReader();
    await reader.read();
    abort.abort();
    await expect(reader.read()).rejects.toThrow();
    await expect.poll(lastRequest).toMatchObject({ end: "aborted" });
  });

  it("never ends, and waits for its reader", async () => {
    const abort = new AbortController();
    const answer = await ask("endless", streamed, { signal: abort.signal });
    let bytes = 0;
    for await (const part of answer.body!) {
      bytes += (part as Uint8Array).length;
      if (bytes > 1_000_000) break;
    }
    abort.abort();
    await expect.poll(lastRequest).toMatchObject({ end: "aborted" });
    expect(process.memoryUsage().heapUsed).toBeLessThan(500_000_000);
  });
});

describe("what it received", () => {
  it("is listed without keys", async () => {
    await (await ask("cached=3")).body?.cancel();
    const last = await lastRequest();
    expect(last).toMatchObject({ provider: "openai", method: "POST", status: 200, served: { cacheReadTokens: 3 } });
    expect(JSON.stringify(last)).not.toContain("sk-secret");
    const keyed = `${mock.url}/google/v1beta/models/gemini-2.5-flash:generateContent?key=AIza-secret`;
    await (await fetch(keyed, { method: "POST", body: "{}" })).body?.cancel();
    expect(JSON.stringify(await lastRequest())).not.toContain("AIza-secret");
  });

  it("is told one by one", async () => {
    await (await ask("cached=4")).body?.cancel();
    const { number } = await lastRequest();
    const one = await fetch(`${mock.url}/mock/requests/${number}`);
    expect(await one.json()).toMatchObject({ number, served: { cacheReadTokens: 4 } });
    expect((await fetch(`${mock.url}/mock/requests/999999`)).status).toBe(404);
  });

  it("is bounded, and can be forgotten", async () => {
    for (let i = 0; i < 60; i += 1)
      await Promise.all(Array.from({ length: 20 }, async () => (await ask("status=400")).text()));
    const listed = (await (await fetch(`${mock.url}/mock/requests`)).json()) as { count: number; requests: unknown[] };
    expect(listed.count).toBeGreaterThan(1_200);
    expect(listed.requests).toHaveLength(500);
    await fetch(`${mock.url}/mock/requests`, { method: "DELETE" });
    expect(await (await fetch(`${mock.url}/mock/requests`)).json()).toEqual({ count: 0, requests: [] });
  });
});
