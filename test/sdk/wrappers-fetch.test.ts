import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { createMistral } from "@ai-sdk/mistral";
import { generateText } from "ai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { outlayFetch } from "../../packages/sdk/src/fetch.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, expectTracked, mockedInternet } from "./mocked-internet.ts";

const CHAT = "https://api.openai.com/v1/chat/completions";
const json = (body: object) => JSON.stringify({ model: "gpt-5", messages: [{ role: "user", content: "Hi" }], ...body });
const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: body as string,
});

const withoutIds = async (response: Response) => (await response.text()).replaceAll(/chatcmpl-[\w-]+/g, "id");

let mock: RunningMock;
let internet: ReturnType<typeof mockedInternet>;
let tracker: CollectingTracker;
let measured: typeof fetch;

beforeAll(async () => {
  mock = await startMock();
  internet = mockedInternet(mock);
});
beforeEach(() => {
  tracker = new CollectingTracker();
  measured = outlayFetch(internet.fetch, { outlay: tracker });
});
afterAll(() => mock.stop());

describe("a body", () => {
  it.each([
    ["text", () => measured(CHAT, post(json({})))],
    ["bytes", () => measured(new URL(CHAT), post(new TextEncoder().encode(json({}))))],
    ["a buffer", () => measured(CHAT, post(new TextEncoder().encode(json({})).buffer))],
    ["inside a request", () => measured(new Request(CHAT, post(json({}))))],
  ])("may be %s", async (_name, ask) => {
    const answer = (await (await ask()).json()) as { object: string };
    expect(answer.object).toBe("chat.completion");
    expect(await expectTracked(tracker, internet)).toMatchObject({ model: "gpt-5", provider: "openai" });
  });

  it("that can be read only once is not read: the answer tells the model", async () => {
    const body = new Blob([json({})]).stream();
    const answer = await measured(CHAT, { ...post(body), duplex: "half" } as RequestInit);
    await answer.text();
    expect(await expectTracked(tracker, internet)).toMatchObject({ model: "gpt-5" });
  });

  it("that is signed is not changed", async () => {
    const signed = { authorization: "AWS4-HMAC-SHA256 Credential=x" };
    await (await measured(CHAT, post(json({ stream: true }), signed))).text();
    expect(await internet.sent.at(-1)!.text()).toBe(json({ stream: true }));
    expect(tracker.last()).toMatchObject({ metadata: { usageState: "absent" } });
  });

  it("keeps its length when it is asked for usage", async () => {
    const body = json({ stream: true });
    const length = { "content-length": String(body.length) };
    const text = await (await measured(CHAT, post(body, length))).text();
    expect(text).toContain("data: [DONE]");
    expect(await internet.sent.at(-1)!.text()).toContain("include_usage");
    await expectTracked(tracker, internet);
  });
});

describe("an answer", () => {
  it("is the provider's, byte for byte", async () => {
    for (const body of [{}, { stream: true, stream_options: { include_usage: true } }]) {
      const [plain, watched] = await Promise.all([
        internet.fetch(CHAT, post(json(body))),
        measured(CHAT, post(json(body))),
      ]);
      expect(watched.status).toBe(plain.status);
      expect(watched.url).toBe(plain.url);
      expect(await withoutIds(watched)).toBe(await withoutIds(plain));
    }
  });

  it("with a damaged piece is tracked, and reaches the application as it is", async () => {
    const text = await (await measured(CHAT, post(json({ stream: true }), { "x-mock": "malformed-after=2" }))).text();
    expect(text.length).toBeGreaterThan(100);
    expect(tracker.last().metadata).toMatchObject({ unreadablePieces: 1 });
    expect(tracker.last().usage?.outputTokens).toBeGreaterThan(0);
  });

  it("that ends early as if it were whole has no usage", async () => {
    await (await measured(CHAT, post(json({ stream: true }), { "x-mock": "stop-after=3" }))).text();
    expect(tracker.last().usage).toBeUndefined();
    expect(tracker.last()).toMatchObject({ metadata: { usageState: "absent" } });
  });

  it("that nobody reads is tracked once nobody can", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await measured(CHAT, post(json({ stream: true })));
    for (let i = 0; i < 200 && tracker.events.length === 0; i += 1) {
      collect();
      await sleep(10);
    }
    expect(tracker.events).toMatchObject([{ success: false, errorType: "aborted", model: "gpt-5" }]);
  });

  it("without a body, or with one of another kind, goes on", async () => {
    const empty = outlayFetch(async () => new Response(null, { status: 204 }), { outlay: tracker });
    expect((await empty(CHAT, post(json({})))).status).toBe(204);
    const odd = { ok: true, status: 200, headers: new Headers(), body: { pipe() {} } } as unknown as Response;
    const other = outlayFetch(async () => odd, { outlay: tracker });
    expect(await other(CHAT, post(json({})))).toBe(odd);
    expect(tracker.events).toHaveLength(2);
  });
});

it("other requests go on as they are", async () => {
  const seen: unknown[] = [];
  const counting = outlayFetch(
    async (...given) => {
      seen.push(given);
      return new Response("{}");
    },
    { outlay: tracker },
  );
  const init = { method: "GET" };
  await counting("https://api.openai.com/v1/models", init);
  await counting("https://example.com/", init);
  await counting("not an address").catch(() => {});
  expect(seen).toEqual([
    ["https://api.openai.com/v1/models", init],
    ["https://example.com/", init],
    ["not an address", undefined],
  ]);
  expect(tracker.events).toEqual([]);
});

describe("Claude at others' places", () => {
  const asked = { anthropic_version: "any", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
  const vertex =
    "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-haiku-4-5";
  const bedrock = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-haiku-4-5-20251001-v1%3A0";

  it.each([
    [`${vertex}:rawPredict`, "google", {}],
    [`${vertex}:streamRawPredict`, "google", { stream: true }],
    [`${bedrock}/invoke`, "aws", {}],
    [`${bedrock}/invoke-with-response-stream`, "aws", {}],
  ])("%s", async (address, provider, more) => {
    const words = { "x-mock": "cached=1000; written=200; chunk-size=7" };
    await (await measured(address, post(JSON.stringify({ ...asked, ...more }), words))).arrayBuffer();
    expect(await expectTracked(tracker, internet)).toMatchObject({ provider, usage: { cacheReadTokens: 1_000 } });
    expect(tracker.last().model).toContain("claude-haiku-4-5");
  });
});

it("serves the AI SDK's provider of Mistral", async () => {
  const mistral = createMistral({ apiKey: "mock", fetch: measured });
  const { usage } = await generateText({ model: mistral("mistral-small-latest"), prompt: "Hi" });
  expect(await expectTracked(tracker, internet)).toMatchObject({
    provider: "mistral",
    usage: { inputTokens: usage.inputTokens },
  });
});
