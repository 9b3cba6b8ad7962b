import type { AttributeValue, Attributes, TelemetrySpan } from "@outlay/providers";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { removeUsage } from "../ledger/revise-usage.ts";
import { aSpan, usedSpan } from "../../../../test/some-spans.ts";
import { OtlpReceiver } from "./otlp-receiver.ts";
import type { TelemetryLog } from "./otlp-records.ts";

const TIME = 1_764_000_000_000;
const TRACE = aSpan({}).traceId;

let ledger: OpenLedger;
let receiver: OtlpReceiver;

beforeAll(async () => {
  ledger = await openLedger("2025-11-24T16:10:00Z");
});
afterAll(() => ledger.close());
beforeEach(() => startEmpty());

const send = (...items: TelemetrySpan[]) => receiver.spans({ items, rejected: 0 });
const log = (...items: TelemetryLog[]) => receiver.logs({ items, rejected: 0 });
const restart = () => (receiver = new OtlpReceiver(ledger));

/** Opening a ledger of its own takes each test a second. */
async function startEmpty(): Promise<void> {
  await removeUsage(
    ledger,
    (await stored()).map(({ id }) => id),
  );
  await ledger.storage.putDocument("otlp-metrics", null);
  restart();
}

async function stored() {
  const { events } = await ledger.storage.listEvents({ startMs: 0, endMs: Infinity, filters: [], limit: 500 });
  return events;
}
const spanIds = async () => (await stored()).map(({ span }) => span).toSorted();
async function verified(): Promise<number> {
  return (await ledger.storage.verifyRollups({ repair: false })).different;
}

/** An agent of ten seconds, a step inside, in it two calls of two seconds that are alike. */
const agent = usedSpan("a000000000000000", null, "invoke_agent", [200, 20]);
agent.startMs = TIME;
(agent as { endMs: number }).endMs = TIME + 10_000;
const step = aSpan({ spanId: "b000000000000000", parentSpanId: agent.spanId, name: "step 1" });
const first = usedSpan("c100000000000000", step.spanId, "chat", [100, 10]);
const second = usedSpan("c200000000000000", step.spanId, "chat", [100, 10]);
const CALLS = [first.spanId, second.spanId];

const aiSdk = (spanId: string, parentSpanId: string | null, operation: string, tokens: number) =>
  aSpan({
    traceId: "1".repeat(32),
    spanId,
    parentSpanId,
    name: operation,
    attributes: {
      "ai.operationId": operation,
      "ai.model.id": "gpt-5",
      "ai.model.provider": "openai.responses",
      "ai.usage.inputTokens": tokens,
      "ai.usage.outputTokens": 1,
    },
  });

const embed = (spanId: string, parentSpanId: string | null) => ({
  ...usedSpan(spanId, parentSpanId, "embeddings", [30, 0]),
  traceId: "3".repeat(32),
});

describe("roll-up spans", () => {
  it("do not count beside their calls, in any order and any batches, and alike siblings stay two", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([agent, step, first, second], { minLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        async (spans, sizes, twice) => {
          await startEmpty();
          const waiting = [...spans];
          const batches = sizes.map((size) => waiting.splice(0, size)).concat([waiting]);
          for (const batch of twice ? [...batches, ...batches] : batches) await send(...batch);
          expect(await spanIds()).toEqual(CALLS);
          expect(await verified()).toBe(0);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("count when no measured span is below them", async () => {
    await send(agent, step, aSpan({ spanId: "d000000000000000", parentSpanId: step.spanId, name: "GET /" }));
    expect(await spanIds()).toEqual([agent.spanId]);
  });

  it("are removed again when a call arrives in a later batch", async () => {
    await send(agent);
    expect(await spanIds()).toEqual([agent.spanId]);
    await send(step, first);
    expect(await spanIds()).toEqual([first.spanId]);
    expect(await verified()).toBe(0);
  });

  it("are known after a restart, whichever came before it", async () => {
    for (const [before, after] of [
      [[agent], [step, first]],
      [[first], [step, agent]],
      // the step that joins the two is not stored
      [[first, step], [agent]],
      [
        [step, first, agent],
        [agent, first],
      ],
    ] as const) {
      await startEmpty();
      await send(...before);
      restart();
      await send(...after);
      expect(await spanIds()).toEqual([first.spanId]);
    }
  });

  it("of another time of the same trace still count after a restart", async () => {
    await send(first, step);
    restart();
    const later = usedSpan("e000000000000000", null, "invoke_agent", [7, 7]);
    await send({ ...later, startMs: TIME + 60_000, endMs: TIME + 61_000 });
    expect(await spanIds()).toEqual([first.spanId, later.spanId]);
  });

  it("that could not be removed because the server was killed are removed at the next start", async () => {
    await send(agent);
    ledger.storage.reviseEvents = () => Promise.reject(new Error("killed"));
    await expect(send(step, first)).rejects.toThrow("killed");
    Reflect.deleteProperty(ledger.storage, "reviseEvents");
    expect(await spanIds()).toEqual([agent.spanId, first.spanId]);
    restart();
    await send(step);
    expect(await spanIds()).toEqual([first.spanId]);
  });

  it("of AI SDK legacy, OpenInference and embeddings with one name for both", async () => {
    await send(
      aiSdk("1".repeat(16), "2".repeat(16), "ai.generateText.doGenerate", 5),
      aiSdk("2".repeat(16), null, "ai.generateText", 5),
    );
    await send(embed("4".repeat(16), "5".repeat(16)));
    await send(embed("5".repeat(16), null));
    expect(await spanIds()).toEqual(["1".repeat(16), "4".repeat(16)]);
  });
});

describe("spans", () => {
  it("are attributed by their resource: project, environment, team, tags of one's own", async () => {
    const resource = {
      "service.name": "shop",
      "deployment.environment.name": "production",
      "team.id": "blue",
      cost_center: "42",
      "host.name": "machine-7",
    };
    await send({ ...first, resource });
    expect((await stored())[0]).toMatchObject({
      project: "shop",
      environment: "production",
      team: "blue",
      tags: { service: "shop", cost_center: "42" },
      source: "otlp",
      metadata: { parentSpan: step.spanId },
    });
    expect(JSON.stringify(await stored())).not.toContain("machine-7");
  });

  it("of Copilot are billed by it, and have it as their agent", async () => {
    const resource = { "service.name": "copilot-chat" };
    const attributes = { ...first.attributes, "gen_ai.provider.name": "github" };
    await send({ ...first, attributes, resource });
    expect((await stored())[0]).toMatchObject({ provider: "github-copilot", agent: "github-copilot" });
    expect((await stored())[0]?.project).toBeUndefined();
  });

  it("without ids are rejected when they are calls, and the others are kept", async () => {
    const received = await send({ ...first, traceId: "" }, { ...step, spanId: "" }, second);
    expect(received).toMatchObject({ rejected: 1, message: expect.stringContaining("no trace id") });
    expect(await spanIds()).toEqual([second.spanId]);
  });

  it("may be sent again after the store has failed", async () => {
    const append = ledger.storage.appendEvents;
    ledger.storage.appendEvents = () => Promise.reject(new Error("disk full"));
    await expect(send(agent, step, first)).rejects.toThrow("disk full");
    ledger.storage.appendEvents = append;
    await send(agent, step, first);
    expect(await spanIds()).toEqual([first.spanId]);
  });

  it("of Claude Code count cached tokens beside the input, and its own reckoning is no bill", async () => {
    await send(
      aSpan({
        name: "claude_code.llm_request",
        attributes: {
          "gen_ai.system": "anthropic",
          "gen_ai.request.model": "claude-sonnet-4-5",
          input_tokens: 5_000,
          cache_read_tokens: 400,
          output_tokens: 20,
          cost_usd: 1,
          request_id: "req_011CU0123456789",
        },
        resource: { "service.name": "claude-code" },
      }),
    );
    expect(await stored()).toMatchObject([
      { usage: { inputTokens: 5_400 }, reportedNanoUsd: null, agent: "claude-code", provider: "anthropic" },
    ]);
  });
});

function record(
  name: string,
  attributes: Record<string, AttributeValue>,
  more: Partial<TelemetryLog> = {},
): TelemetryLog {
  return {
    name,
    timeMs: TIME,
    traceId: "",
    spanId: "",
    attributes: { "event.name": name, ...attributes },
    resource: {},
    scope: { name: "", version: null },
    ...more,
  };
}

const claude = (attributes: Attributes) =>
  record(
    "api_request",
    {
      model: "claude-sonnet-4-5",
      "session.id": "8f0c5d1e",
      "user.id": "d0e1",
      "user.email": "ada@example.com",
      input_tokens: "10",
      output_tokens: "20",
      cache_read_tokens: "300",
      cache_creation_tokens: "40",
      cost_usd: "0.0123",
      duration_ms: "1500",
      ...(attributes as Record<string, AttributeValue>),
    },
    {
      scope: { name: "com.anthropic.claude_code.events", version: "2.1.0" },
      resource: { "service.name": "claude-code", department: "engineering" },
    },
  );
const inference = (attributes: Attributes, more: Partial<TelemetryLog> = {}) =>
  record(
    "gen_ai.client.inference.operation.details",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 10,
      ...(attributes as Record<string, AttributeValue>),
    },
    more,
  );

describe("log records", () => {
  it("of Claude Code: numbers as texts, cache outside, its cost as metadata, the person as user", async () => {
    await log(claude({ request_id: "req_011CU0123456789", speed: "fast", query_source: "main" }));
    expect(await stored()).toMatchObject([
      {
        id: "otel:req_011CU0123456789",
        occurredAtMs: TIME - 1_500,
        provider: "anthropic",
        model: "claude-sonnet-4-5",
        usage: { inputTokens: 350, cacheReadTokens: 300, cacheWriteTokens: 40, outputTokens: 20 },
        serviceTier: "fast",
        reportedNanoUsd: null,
        agent: "claude-code",
        user: "ada@example.com",
        session: "8f0c5d1e",
        tags: { department: "engineering" },
        durationMs: 1_500,
        metadata: { toolCostUsd: 0.0123, querySource: "main" },
      },
    ]);
  });

  it("of Claude Code are one call for each request id, message id, or place in the session", async () => {
    const records = [
      claude({ request_id: "req_011CU0123456789", "event.sequence": 1 }),
      claude({ "message.uuid": "6b1f6f0e-0000-4000-8000-000000000001", "event.sequence": 2 }),
      claude({ "event.sequence": 3 }),
      claude({ "event.sequence": 4 }),
    ];
    await log(...records);
    await log(...records);
    restart();
    await log(...records);
    expect(await stored()).toHaveLength(4);
  });

  it("of Claude Code's errors are failed calls", async () => {
    const { scope, resource } = claude({});
    const attributes = { model: "claude-sonnet-4-5", error: "Overloaded\nnow", status_code: 529, attempt: 3 };
    await log(record("claude_code.api_error", attributes, { scope, resource }));
    expect(await stored()).toMatchObject([{ success: false, errorType: "http_529", errorMessage: "Overloaded\nnow" }]);
  });

  it("of Codex: only the end of an answer, cached tokens inside the input", async () => {
    const counts = {
      model: "gpt-5-codex",
      "conversation.id": "0199",
      input_token_count: "1000",
      cached_token_count: "900",
      output_token_count: "50",
      reasoning_token_count: "30",
      tool_token_count: "1050",
    };
    const sse = (kind: string) =>
      record("codex.sse_event", { "event.kind": kind, ...counts }, { resource: { "service.name": "codex-cli" } });
    await log(sse("response.output_text.delta"), sse("response.completed"));
    expect(await stored()).toMatchObject([
      {
        provider: "openai",
        model: "gpt-5-codex",
        agent: "codex",
        session: "0199",
        usage: { inputTokens: 1_000, cacheReadTokens: 900, outputTokens: 50, reasoningTokens: 30 },
      },
    ]);
  });

  it("of Gemini CLI: tools' prompts and thoughts are added, its second telling is not counted", async () => {
    const resource = { "service.name": "gemini-cli", "session.id": "g-1" };
    const counts = {
      model: "gemini-3-flash-preview",
      input_token_count: 15_327,
      output_token_count: 23,
      cached_content_token_count: 11_526,
      thoughts_token_count: 919,
      tool_token_count: 7,
      total_token_count: 16_276,
      prompt_id: "p-1",
    };
    await log(
      inference({ "gen_ai.provider.name": "gcp.gen_ai" }, { resource }),
      record("gemini_cli.api_response", counts, { resource }),
      inference({ "gen_ai.response.id": "Zk0haQ0123456789" }, { resource }),
    );
    expect(await stored()).toMatchObject([
      {
        provider: "google",
        agent: "gemini-cli",
        session: "g-1",
        usage: { inputTokens: 15_334, cacheReadTokens: 11_526, outputTokens: 942, reasoningTokens: 919 },
      },
    ]);
  });

  it("that tell only of a request, or restate a turn, are no calls", async () => {
    await log(
      record("gen_ai.client.inference.operation.details", { "gen_ai.request.model": "gpt-5" }),
      record("copilot_chat.agent.turn", { "gen_ai.usage.input_tokens": 100 }),
      record("something.else", { input_tokens: 5, model: "x" }),
      record("my.api_request", { input_tokens: 5, model: "x" }),
    );
    expect(await stored()).toEqual([]);
  });
});

describe("one call as span and log record is counted once", () => {
  const id = { "gen_ai.response.id": "chatcmpl-0123456789abcdef" };
  const chat = usedSpan("c100000000000000", agent.spanId, "chat", [100, 10], id);
  const within = { traceId: TRACE, spanId: chat.spanId };
  const bySpan = inference({}, within);
  const byResponse = inference(id);
  const withoutId = usedSpan("c100000000000000", agent.spanId, "chat", [100, 10]);

  it.each<[string, TelemetrySpan, TelemetryLog]>([
    ["by the span that the record was written in", chat, bySpan],
    ["by the same, without any other id", withoutId, bySpan],
    ["by the provider's id, outside of any trace", chat, byResponse],
    ["by both", chat, inference(id, within)],
  ])("%s", async (_name, span, telling) => {
    for (const isRestarted of [false, true]) {
      for (const isSpanFirst of [true, false]) {
        await startEmpty();
        await (isSpanFirst ? send(span, agent) : log(telling));
        if (isRestarted) restart();
        await (isSpanFirst ? log(telling) : send(span, agent));
        expect(await stored(), `restarted ${isRestarted}, span first ${isSpanFirst}`).toHaveLength(1);
        expect(await verified()).toBe(0);
      }
    }
  });

  it("with the larger counts of the two", async () => {
    await send(chat);
    await log(inference({ ...id, "gen_ai.usage.output_tokens": 90 }));
    expect(await stored()).toMatchObject([{ usage: { inputTokens: 100, outputTokens: 90 } }]);
    expect(await verified()).toBe(0);
  });

  it("of Claude Code, by its request id", async () => {
    await log(claude({ request_id: "req_011CU0123456789" }));
    const attributes = {
      "gen_ai.system": "anthropic",
      model: "claude-sonnet-4-5",
      input_tokens: 10,
      output_tokens: 20,
    };
    await send(
      aSpan({
        name: "claude_code.llm_request",
        attributes: { ...attributes, request_id: "req_011CU0123456789" },
        resource: { "service.name": "claude-code" },
      }),
    );
    expect(await stored()).toHaveLength(1);
  });

  it("and the agent around it is not counted when only records of its calls came", async () => {
    await log(inference({}, { traceId: TRACE, spanId: agent.spanId }));
    await log(
      inference({ "gen_ai.usage.input_tokens": 1 }, { traceId: TRACE, spanId: agent.spanId, timeMs: TIME + 1 }),
    );
    await send(agent);
    expect((await stored()).map(({ usage }) => usage.inputTokens).toSorted()).toEqual([1, 100]);
  });
});

describe("metrics", () => {
  const point = {
    name: "gen_ai.client.token.usage",
    temporality: "delta" as const,
    startMs: TIME,
    timeMs: TIME + 60_000,
    value: 300,
    count: 2,
    attributes: { "gen_ai.token.type": "input", "gen_ai.request.model": "gpt-5" },
    resource: { "service.name": "shop" },
    scope: { name: "", version: null },
  };
  const measure = (countTokens: boolean) => receiver.metrics({ items: [point], rejected: 0 }, { countTokens });

  it("are not counted unless the sender asks for it; it is told so once", async () => {
    expect(await measure(false)).toMatchObject({ rejected: 0, message: expect.stringContaining("x-outlay-metrics") });
    expect(await measure(false)).toEqual({ rejected: 0, message: null });
    expect(await stored()).toEqual([]);
    await measure(true);
    await measure(true);
    expect(await stored()).toMatchObject([{ usage: { inputTokens: 300, requests: 2 }, project: "shop" }]);
  });

  it("are never counted beside spans or records of the same service, also after a restart", async () => {
    await send({ ...first, resource: { "service.name": "shop" } });
    expect(await measure(true)).toEqual({ rejected: 0, message: null });
    restart();
    await measure(true);
    expect(await stored()).toHaveLength(1);
  });
});
