import { Langfuse, observeOpenAI } from "langfuse";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { exportedEvents, get } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { startMock } from "../providers/start-mock-provider.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MODEL = "gpt-4o-mini-2024-07-18";
const folder = mkdtempSync(join(tmpdir(), "outlay-langfuse-"));
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ dataDir: folder });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Exported = Awaited<ReturnType<typeof exportedEvents>>[number];

const eventsOf = async (trace: string): Promise<Exported[]> =>
  (await exportedEvents(server.url)).filter((event) => event.trace === trace);

async function onlyEvent(trace: string): Promise<Exported> {
  const events = await eventsOf(trace);
  expect(events).toHaveLength(1);
  return events[0]!;
}

interface Answer {
  successes: { id: string; status: number }[];
  errors: { id: string; status: number; message: string; error: string }[];
}

let sent = 0;

const item = (type: string, body: object, timestamp = "2026-11-20T10:00:00.000Z") => ({
  id: `item-${++sent}`,
  type,
  timestamp,
  body,
});

async function ingest(batch: unknown[], key = "pk-lf-test:sk-lf-test"): Promise<Answer> {
  const response = await fetch(`${server.url}/api/public/ingestion`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Basic ${btoa(key)}` },
    body: JSON.stringify({ batch, metadata: { batch_size: batch.length, sdk_name: "test" } }),
  });
  expect(response.status).toBe(207);
  return (await response.json()) as Answer;
}

const generation = (trace: string, id: string, rest: object = {}) =>
  item("generation-create", {
    id,
    traceId: trace,
    model: MODEL,
    startTime: "2026-11-20T10:00:00.000Z",
    endTime: "2026-11-20T10:00:02.500Z",
    usageDetails: { input: 1_000, output: 100, total: 1_100 },
    ...rest,
  });

describe("the langfuse package", () => {
  test("only needs another address: traces, generations, streaming, scores", async () => {
    const langfuse = new Langfuse({
      baseUrl: server.url,
      publicKey: "pk-lf-1",
      secretKey: "sk-lf-1",
      environment: "staging",
    });
    const errors: unknown[] = [];
    langfuse.on("error", (error) => errors.push(error));
    const trace = langfuse.trace({
      id: "trace-v3",
      name: "answer-question",
      userId: "u-1",
      sessionId: "s-1",
      tags: ["team:blue", "urgent"],
      metadata: { plan: "pro", deep: { secret: "x" } },
      release: "r-7",
      version: "2",
      input: "a secret prompt",
    });
    const span = trace.span({ name: "retrieve" });
    const call = span.generation({
      name: "write-answer",
      model: MODEL,
      input: [{ role: "user", content: "a secret prompt" }],
      startTime: new Date("2026-11-20T10:00:00.000Z"),
    });
    await langfuse.flushAsync();
    expect(await onlyEvent("trace-v3")).toMatchObject({ model: MODEL, usage: {}, metadata: { usageState: "absent" } });
    call.update({ completionStartTime: new Date("2026-11-20T10:00:00.400Z") });
    await langfuse.flushAsync();
    call.update({
      output: "a secret answer",
      endTime: new Date("2026-11-20T10:00:03.000Z"),
      usageDetails: { input: 1_000, output: 200, total: 1_200, input_cached_tokens: 600 },
    });
    span.end();
    call.score({ name: "helpful", value: 0.75 });
    await langfuse.shutdownAsync();
    expect(errors).toEqual([]);
    const event = await onlyEvent("trace-v3");
    expect(event).toMatchObject({
      id: `langfuse:${call.id}`,
      provider: "openai",
      model: MODEL,
      operation: "chat",
      source: "langfuse",
      occurredAt: "2026-11-20T10:00:00.000Z",
      usage: { inputTokens: 1_000, cacheReadTokens: 600, outputTokens: 200 },
      // 400 at 0.15, 600 at 0.075 and 200 at 0.60 USD for a million.
      costUsd: 0.000225,
      user: "u-1",
      session: "s-1",
      agent: "answer-question",
      activity: "write-answer",
      environment: "staging",
      tags: { team: "blue", urgent: "true", plan: "pro", release: "r-7", version: "2" },
      durationMs: 3_000,
      timeToFirstTokenMs: 400,
      streaming: true,
      success: true,
      score: 0.75,
      metadata: { parentSpan: span.id },
    });
    expect(event.credential).toMatch(/^key-[0-9a-f]{8}$/);
    expect(JSON.stringify(event)).not.toContain("secret");
  });

  test("wraps the OpenAI client, whose calls count as the provider says", async () => {
    const mock = await startMock();
    onTestFinished(() => void mock.stop());
    const client = new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: "sk-mock" });
    const clientInitParams = { baseUrl: server.url, publicKey: "pk-lf-1", secretKey: "sk-lf-1" };
    const openai = observeOpenAI(client as never, {
      clientInitParams,
      traceId: "trace-openai",
      generationName: "ask",
      userId: "u-o",
    }) as unknown as OpenAI & { flushAsync(): Promise<void> };
    const messages = [{ role: "user" as const, content: "a secret prompt" }];
    const answer = await openai.chat.completions.create({ model: "gpt-4o-mini", messages });
    const stream = await openai.chat.completions.create({
      model: "gpt-4o-mini",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let streamed: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) streamed = chunk.usage ?? streamed;
    await openai.flushAsync();
    const events = (await eventsOf("trace-openai")).toSorted(
      (a, b) => Number(a.streaming ?? 0) - Number(b.streaming ?? 0),
    );
    const inputs = [answer.usage, streamed].map((usage) => ({
      inputTokens: usage!.prompt_tokens,
      outputTokens: usage!.completion_tokens,
    }));
    expect(events.map(({ usage }) => usage)).toMatchObject(inputs);
    expect(events).toMatchObject([
      { activity: "ask", user: "u-o", provider: "openai", success: true },
      { activity: "ask", user: "u-o", provider: "openai", success: true, streaming: true },
    ]);
  });

  test("hears of prompts and pictures that they are not kept, and goes on", async () => {
    const langfuse = new Langfuse({ baseUrl: server.url, publicKey: "pk-lf-1", secretKey: "sk-lf-1" });
    const prompt = await langfuse.getPrompt("greeting", undefined, { fallback: "Hello", maxRetries: 0 });
    expect(prompt.prompt).toBe("Hello");
    expect((await langfuse.api.projectsGet()).data).toHaveLength(1);
    langfuse.trace({ id: "trace-media", input: { picture: "data:image/png;base64,iVBORw0KGgo=" } });
    await langfuse.shutdownAsync();
    expect(await get(server.url, "/api/public/health")).toMatchObject({ status: "OK" });
  });
});

describe("a call", () => {
  test("belongs to its trace, whether that is described before or after", async () => {
    await ingest([generation("t-late", "g-late")]);
    expect((await onlyEvent("t-late")).user).toBeUndefined();
    await ingest([item("trace-create", { id: "t-late", userId: "u-late", tags: ["a"] })]);
    await ingest([item("trace-create", { id: "t-late", sessionId: "s-late", tags: ["b"] })]);
    expect(await onlyEvent("t-late")).toMatchObject({
      user: "u-late",
      session: "s-late",
      tags: { a: "true", b: "true" },
    });
  });

  test("that is sent again counts once", async () => {
    const batch = [generation("t-again", "g-again"), item("trace-create", { id: "t-again", userId: "u" })];
    for (let time = 0; time < 3; time++) expect((await ingest(batch)).errors).toEqual([]);
    await Promise.all([ingest(batch), ingest(batch)]);
    const once = await onlyEvent("t-again");
    await ingest(batch);
    expect(await onlyEvent("t-again")).toEqual(once);
  });

  test("takes what later updates say, also after a restart", async () => {
    await ingest([
      item("trace-create", { id: "t-restart", userId: "u-r", sessionId: "s-r", name: "flow" }),
      generation("t-restart", "g-restart", { usageDetails: undefined, endTime: undefined, name: "step" }),
    ]);
    await server.kill();
    server = await startServer({ dataDir: folder });
    await ingest([
      item("generation-update", {
        id: "g-restart",
        traceId: "t-restart",
        endTime: "2026-11-20T10:00:04.000Z",
        usage: { promptTokens: 10, completionTokens: 5, totalTokens: 15 },
      }),
      generation("t-restart", "g-second", { usageDetails: { input: 1, output: 1 } }),
    ]);
    const events = (await eventsOf("t-restart")).toSorted((a, b) => a.id.localeCompare(b.id));
    expect(events).toMatchObject([
      {
        id: "langfuse:g-restart",
        model: MODEL,
        usage: { inputTokens: 10, outputTokens: 5 },
        durationMs: 4_000,
        user: "u-r",
        session: "s-r",
        agent: "flow",
        activity: "step",
      },
      { id: "langfuse:g-second", user: "u-r", session: "s-r", agent: "flow" },
    ]);
    expect(events[0]?.metadata).toBeUndefined();
  });

  test("that failed says why; a cost that its sender knows counts", async () => {
    await ingest([
      generation("t-failed", "g-failed", {
        level: "ERROR",
        statusMessage: "too many\nrequests",
        usageDetails: undefined,
      }),
      generation("t-cost", "g-cost", { costDetails: { input: 0.25, output: 0.5 } }),
      generation("t-cost-0", "g-cost-0", { costDetails: { total: 0 } }),
    ]);
    expect(await onlyEvent("t-failed")).toMatchObject({
      success: false,
      errorType: "error",
      errorMessage: "too many\nrequests",
    });
    expect(await onlyEvent("t-cost")).toMatchObject({ basis: "reported", costUsd: 0.75 });
    expect(await onlyEvent("t-cost-0")).toMatchObject({ basis: "rated", costUsd: 0.00021 });
  });

  test.each([
    ["CHARACTERS", { input: 300, output: 20 }, { characters: 320 }],
    ["IMAGES", { output: 2 }, { images: 2 }],
    ["SECONDS", { input: 90 }, { audioSeconds: 90 }],
    ["MILLISECONDS", { total: 1_500 }, { audioSeconds: 1.5 }],
    ["REQUESTS", { total: 3 }, { requests: 3 }],
  ])("in %s is counted by that", async (unit, counts, expected) => {
    await ingest([generation(`t-${unit}`, `g-${unit}`, { usageDetails: undefined, usage: { ...counts, unit } })]);
    expect((await onlyEvent(`t-${unit}`)).usage).toEqual(expected);
  });

  test("is scored, by itself or as part of its trace", async () => {
    await ingest([
      item("score-create", { id: "sc-1", traceId: "t-score", name: "a", value: 0.5 }),
      generation("t-score", "g-score-1"),
      generation("t-score", "g-score-2"),
      item("score-create", { id: "sc-2", traceId: "t-score", observationId: "g-score-2", name: "a", value: true }),
      item("score-create", { id: "sc-3", traceId: "t-score", name: "words", value: "good", dataType: "CATEGORICAL" }),
    ]);
    const scores = (await eventsOf("t-score")).map(({ id, score }) => [id, score]);
    expect(new Map(scores as [string, number][])).toEqual(
      new Map([
        ["langfuse:g-score-1", 0.5],
        ["langfuse:g-score-2", 1],
      ]),
    );
  });
});

const agent = (usage: object | undefined) =>
  item("agent-create", { id: "a-1", traceId: "t-agent", model: MODEL, name: "agent", usageDetails: usage });
const call = (id: string, input: number) =>
  generation("t-agent", id, { parentObservationId: "a-1", usageDetails: { input, output: 10 } });
const embed = (id: string, parent?: string) =>
  item("embedding-create", {
    id,
    traceId: "t-embed",
    model: "text-embedding-3-small",
    parentObservationId: parent,
    usageDetails: { input: 9 },
  });

describe("a step that restates what its calls used", () => {
  // langfuse#14754: an agent's span doubled every trace. langfuse#16409: so did an embedding inside an embedding.
  test("counts only while none of them is known, in whatever order they come", async () => {
    await ingest([agent({ input: 30, output: 20 })]);
    expect((await onlyEvent("t-agent")).id).toBe("langfuse:a-1");
    await ingest([call("c-1", 10)]);
    await ingest([call("c-2", 20), agent({ input: 30, output: 20 })]);
    const ids = (await eventsOf("t-agent")).map(({ id }) => id).toSorted();
    expect(ids).toEqual(["langfuse:c-1", "langfuse:c-2"]);
    await ingest([embed("e-outer"), embed("e-inner", "e-outer")]);
    expect(await onlyEvent("t-embed")).toMatchObject({ id: "langfuse:e-inner", operation: "embedding" });
  });
});

describe("cached tokens", () => {
  test("inside the input are not added to it again", async () => {
    // langfuse#10592: 17,903 and 17,817 were shown as 35,720.
    await ingest([
      generation("t-10592", "g-10592", {
        usageDetails: { input: 17_903, input_cached_tokens: 17_817, output: 10, total: 17_913 },
      }),
      // langfuse#12306: an inclusive count of an Anthropic model.
      generation("t-12306", "g-12306", {
        model: "claude-sonnet-4-5-20250929",
        usageDetails: {
          input_tokens: 98_805,
          cache_read_input_tokens: 66_360,
          output_tokens: 10,
          total_tokens: 98_815,
        },
      }),
      // langfuse#5568: the second of two equal calls had the cached tokens on top.
      generation("t-5568", "g-5568-1", {
        usageDetails: { input: 2_000, output: 5, total: 2_005, input_cached_tokens: 1_920 },
      }),
      generation("t-5568", "g-5568-2", {
        usageDetails: { input: 2_000, output: 5, total: 2_005, input_cached_tokens: 1_920 },
      }),
    ]);
    expect((await onlyEvent("t-10592")).usage).toMatchObject({ inputTokens: 17_903, cacheReadTokens: 17_817 });
    expect((await onlyEvent("t-12306")).usage).toMatchObject({ inputTokens: 98_805, cacheReadTokens: 66_360 });
    for (const { usage } of await eventsOf("t-5568")) {
      expect(usage).toEqual({ inputTokens: 2_000, cacheReadTokens: 1_920, outputTokens: 5 });
    }
    // langfuse#9386: what is shown is what is stored.
    const { totals } = await get(
      server.url,
      "/api/v1/query?metrics=inputTokens,cacheReadTokens&filter=trace:t-5568&period=all",
    );
    expect(totals).toEqual({ inputTokens: 4_000, cacheReadTokens: 3_840 });
  });
});

describe("a batch", () => {
  test("keeps its good items when others are bad, and names those", async () => {
    const { successes, errors } = await ingest([
      generation("t-batch", "g-good"),
      { ...generation("t-batch", "g-1", { usageDetails: { input: -5 } }), id: "negative" },
      { ...generation("t-batch", "g-2", { startTime: "yesterday" }), id: "no-time" },
      { ...generation("t-batch", "g-3", { usageDetails: { input: 1e15 } }), id: "too-many" },
      { ...item("prompt-create", {}), id: "no-type" },
      { id: "no-body", type: "span-create", timestamp: "2026-11-20T10:00:00.000Z" },
      "nothing",
      { ...item("sdk-log", { log: "x" }), id: "log" },
      { ...generation("t-batch", "g-4", { startTime: "1990-01-01T00:00:00Z" }), id: "too-old" },
    ]);
    expect(successes.map(({ status }) => status)).toEqual(successes.map(() => 201));
    expect(errors.map(({ id, status }) => [id, status])).toEqual(
      ["negative", "no-time", "too-many", "no-type", "no-body", "item 6", "too-old"].map((id) => [id, 400]),
    );
    expect(errors.find(({ id }) => id === "negative")?.message).toContain("usageDetails.input");
    const ids = (await eventsOf("t-batch")).map(({ id }) => id).toSorted();
    expect(ids).toEqual(["langfuse:g-good"]);
  });

  test("that is none is refused as a whole", async () => {
    const response = await fetch(`${server.url}/api/public/ingestion`, { method: "POST", body: '{"batch":{}}' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_body", field: "batch" });
  });
});
