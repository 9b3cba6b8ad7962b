import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT_CONTEXT, trace, type Attributes, type Context, type Span } from "@opentelemetry/api";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as JsonMetrics } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetrics } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { exportedEvents, verifyRollups } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

const dataDir = mkdtempSync(join(tmpdir(), "outlay-otlp-"));
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ dataDir });
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const EXPORTERS = [
  ["protobuf", "none", ProtobufTraces, ProtobufLogs, ProtobufMetrics],
  ["protobuf", "gzip", ProtobufTraces, ProtobufLogs, ProtobufMetrics],
  ["json", "none", JsonTraces, JsonLogs, JsonMetrics],
  ["json", "gzip", JsonTraces, JsonLogs, JsonMetrics],
] as const;

/** What the server has of one service; each test sends as a service of its own. */
async function eventsOf(service: string) {
  return (await exportedEvents(server.url)).filter(({ tags }) => tags?.["service"] === service);
}

/** A real tracer, whose spans are sent one by one in the order in which they end, or together. */
function tracerOf(service: string, Traces: typeof ProtobufTraces | typeof JsonTraces, together = false) {
  const exporter = new Traces({ url: `${server.url}/v1/traces` });
  const processor = together ? new BatchSpanProcessor(exporter) : new SimpleSpanProcessor(exporter);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": service, "team.id": "blue" }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer("test", "1.2.3");
  const start = (name: string, attributes: Attributes, parent: Span | null = null) => {
    const within: Context = parent === null ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
    return tracer.startSpan(name, { attributes }, within);
  };
  return { start, flush: () => provider.forceFlush(), end: () => provider.shutdown() };
}

describe.each(EXPORTERS)("OpenTelemetry's exporters, %s with compression %s", (encoding, compression, ...classes) => {
  const [Traces, Logs, Metrics] = classes;
  const service = `svc-${encoding}-${compression}`;

  beforeAll(() => vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", compression));
  afterAll(() => vi.unstubAllEnvs());

  it("send an agent with two alike calls: the calls are recorded, each once", async () => {
    const { start, end } = tracerOf(`${service}-traces`, Traces, encoding === "json");
    const agent = start("invoke_agent helper", {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.usage.input_tokens": 2_400,
      "gen_ai.usage.output_tokens": 180,
    });
    const step = start("step 1", {}, agent);
    for (const _ of [1, 2]) {
      const call = start(
        "chat gpt-4o-mini",
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "openai",
          "gen_ai.request.model": "gpt-4o-mini",
          "gen_ai.usage.input_tokens": 1_200,
          "gen_ai.usage.cache_read.input_tokens": 1_000,
          "gen_ai.usage.output_tokens": 90,
          "gen_ai.input.messages": "a secret prompt",
          "gen_ai.conversation.id": "s-1",
          "user.id": "u-1",
        },
        step,
      );
      call.end();
    }
    step.end();
    agent.end();
    await end();
    const events = await eventsOf(`${service}-traces`);
    expect(events).toHaveLength(2);
    for (const event of events) {
      expect(event).toMatchObject({
        provider: "openai",
        model: "gpt-4o-mini",
        // inclusive as OpenTelemetry counts: nothing is added for the cache
        usage: { inputTokens: 1_200, cacheReadTokens: 1_000, outputTokens: 90 },
        user: "u-1",
        session: "s-1",
        team: "blue",
        project: `${service}-traces`,
        source: "otlp",
      });
      // 200 × 0.15 + 1,000 × 0.075 + 90 × 0.60 USD a million
      expect(event.costUsd).toBeCloseTo(0.000159, 9);
    }
    expect(JSON.stringify(events)).not.toContain("secret");
  });

  it("send log records of a coding tool", async () => {
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ "service.name": "claude-code" }),
      processors: [new SimpleLogRecordProcessor({ exporter: new Logs({ url: `${server.url}/v1/logs` }) })],
    });
    provider.getLogger("com.anthropic.claude_code.events", "2.1.0").emit({
      body: "claude_code.api_request",
      attributes: {
        "event.name": "api_request",
        "session.id": service,
        model: "claude-sonnet-4-5",
        input_tokens: 10,
        output_tokens: 20,
        cache_read_tokens: 300,
        cost_usd: 0.5,
        request_id: `req_${service}-0123456789`,
      },
    });
    await provider.shutdown();
    const [event, ...more] = (await eventsOf("claude-code")).filter(({ session }) => session === service);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ agent: "claude-code", usage: { inputTokens: 310, cacheReadTokens: 300 } });
    // 10 × 3 + 300 × 0.30 + 20 × 15 USD a million; not the half dollar that the tool reckons
    expect(event!.costUsd).toBeCloseTo(0.00042, 9);
  });

  it.each([
    ["cumulative", AggregationTemporality.CUMULATIVE],
    ["delta", AggregationTemporality.DELTA],
  ])("send %s metrics, which count when the sender has nothing else", async (temporality, temporalityPreference) => {
    const name = `${service}-${temporality}`;
    const exporter = new Metrics({
      url: `${server.url}/v1/metrics`,
      headers: { "x-outlay-metrics": "count" },
      temporalityPreference,
    });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 });
    const provider = new MeterProvider({
      resource: resourceFromAttributes({ "service.name": name }),
      readers: [reader],
    });
    const histogram = provider.getMeter("test").createHistogram("gen_ai.client.token.usage", { unit: "{token}" });
    const attributes = { "gen_ai.request.model": "gpt-4o-mini", "gen_ai.provider.name": "openai" };
    for (const [input, output] of [
      [100, 10],
      [200, 20],
      [50, 5],
    ] as const) {
      histogram.record(input, { ...attributes, "gen_ai.token.type": "input" });
      histogram.record(output, { ...attributes, "gen_ai.token.type": "output" });
      await reader.forceFlush();
    }
    await provider.shutdown();
    const events = await eventsOf(name);
    const sum = (field: "inputTokens" | "outputTokens") =>
      events.reduce((total, { usage }) => total + Number(usage?.[field]), 0);
    expect([sum("inputTokens"), sum("outputTokens")]).toEqual([350, 35]);
  });
});

describe("a server that is restarted between the spans of a trace", () => {
  it("still counts the calls and not the agent", async () => {
    const { start, end, flush } = tracerOf("svc-restart", ProtobufTraces);
    const usage = { "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10 };
    const model = { "gen_ai.request.model": "gpt-4o-mini", "gen_ai.provider.name": "openai" };
    const agent = start("invoke_agent", { "gen_ai.operation.name": "invoke_agent", ...model, ...usage });
    const step = start("step 1", {}, agent);
    const call = start("chat gpt-4o-mini", { "gen_ai.operation.name": "chat", ...model, ...usage }, step);
    call.end();
    step.end();
    await flush();
    const { url } = server;
    await server.kill();
    server = await startServer({ dataDir, args: ["--port", new URL(url).port] });
    agent.end();
    await end();
    expect((await eventsOf("svc-restart")).map(({ operation, span }) => [operation, span])).toEqual([
      ["chat", call.spanContext().spanId],
    ]);
  });
});

/** What each dialect writes, and what its calls used: input, cache read, cache write, output, reasoning. */
const DIALECTS: [name: string, spans: [name: string, Attributes][], used: (number | undefined)[][]][] = [
  [
    "conventions, new",
    [
      [
        "chat claude-sonnet-4-5",
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "anthropic",
          "gen_ai.request.model": "claude-sonnet-4-5",
          "gen_ai.usage.input_tokens": 1_000,
          "gen_ai.usage.cache_read.input_tokens": 600,
          "gen_ai.usage.cache_write.input_tokens": 200,
          "gen_ai.usage.output_tokens": 50,
          "gen_ai.usage.reasoning.output_tokens": 30,
        },
      ],
    ],
    [[1_000, 600, 200, 50, 30]],
  ],
  [
    "conventions, old",
    [
      [
        "chat gpt-4o",
        {
          "gen_ai.system": "openai",
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.usage.prompt_tokens": 100,
          "gen_ai.usage.completion_tokens": 5,
        },
      ],
    ],
    [[100, undefined, undefined, 5, undefined]],
  ],
  [
    "OpenInference",
    [
      ["agent", { "openinference.span.kind": "AGENT", "llm.token_count.prompt": 100, "llm.token_count.completion": 9 }],
      [
        "ChatCompletion",
        {
          "openinference.span.kind": "LLM",
          "llm.system": "openai",
          "llm.model_name": "gpt-4o",
          "llm.token_count.prompt": 100,
          "llm.token_count.completion": 9,
          "llm.token_count.prompt_details.cache_read": 64,
          "llm.input_messages.0.message.content": "secret",
        },
      ],
    ],
    [[100, 64, undefined, 9, undefined]],
  ],
  [
    "OpenLLMetry, whose Anthropic input left the cache out",
    [
      ["workflow", { "traceloop.span.kind": "workflow", "traceloop.entity.name": "joke" }],
      [
        "anthropic.chat",
        {
          "llm.request.type": "chat",
          "gen_ai.system": "Anthropic",
          "gen_ai.request.model": "claude-sonnet-4-5",
          "gen_ai.usage.prompt_tokens": 10,
          "gen_ai.usage.completion_tokens": 20,
          "gen_ai.usage.cache_read_input_tokens": 300,
          "llm.usage.total_tokens": 330,
        },
      ],
    ],
    [[310, 300, undefined, 20, undefined]],
  ],
  [
    "AI SDK, legacy",
    [
      [
        "ai.generateText",
        {
          "ai.operationId": "ai.generateText",
          "ai.model.id": "gpt-4o",
          "ai.usage.promptTokens": 40,
          "ai.usage.completionTokens": 4,
        },
      ],
      [
        "ai.generateText.doGenerate",
        {
          "ai.operationId": "ai.generateText.doGenerate",
          "ai.model.id": "gpt-4o",
          "ai.model.provider": "openai.chat",
          "ai.usage.promptTokens": 40,
          "ai.usage.completionTokens": 4,
          "gen_ai.system": "openai.chat",
          "gen_ai.usage.input_tokens": 40,
          "gen_ai.usage.output_tokens": 4,
        },
      ],
    ],
    [[40, undefined, undefined, 4, undefined]],
  ],
  [
    "AI SDK 7",
    [
      [
        "invoke_agent support",
        {
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.usage.input_tokens": 70,
          "gen_ai.usage.output_tokens": 7,
        },
      ],
      ["step 1", { "gen_ai.operation.name": "agent_step" }],
      [
        "chat gpt-4o",
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "openai",
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.usage.input_tokens": 70,
          "gen_ai.usage.output_tokens": 7,
        },
      ],
    ],
    [[70, undefined, undefined, 7, undefined]],
  ],
  [
    "LangSmith",
    [
      [
        "RunnableSequence",
        { "langsmith.span.kind": "chain", "gen_ai.usage.input_tokens": 8, "gen_ai.usage.output_tokens": 2 },
      ],
      [
        "ChatOpenAI",
        {
          "langsmith.span.kind": "llm",
          "gen_ai.system": "openai",
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.usage.input_tokens": 8,
          "gen_ai.usage.output_tokens": 2,
        },
      ],
    ],
    [[8, undefined, undefined, 2, undefined]],
  ],
  [
    "Copilot",
    [
      [
        "invoke_agent copilot",
        { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 500, "gen_ai.usage.output_tokens": 6 },
      ],
      [
        "chat gpt-4o",
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "github",
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.usage.input_tokens": 500,
          "gen_ai.usage.cache_read.input_tokens": 450,
          "gen_ai.usage.output_tokens": 6,
          "copilot_chat.session_id": "c-1",
        },
      ],
    ],
    [[500, 450, undefined, 6, undefined]],
  ],
];

it.each(DIALECTS)("records the calls of %s", async (name, spans, used) => {
  for (const [encoding, Traces] of [
    ["protobuf", ProtobufTraces],
    ["json", JsonTraces],
  ] as const) {
    const service = `${name} ${encoding}`;
    const { start, end } = tracerOf(service, Traces);
    const open: Span[] = [];
    for (const [spanName, attributes] of spans) open.push(start(spanName, attributes, open.at(-1) ?? null));
    for (const span of open.toReversed()) span.end();
    await end();
    const events = await eventsOf(service);
    const counts = events.map(({ usage = {} }) => [
      usage!.inputTokens,
      usage!.cacheReadTokens,
      usage!.cacheWriteTokens,
      usage!.outputTokens,
      usage!.reasoningTokens,
    ]);
    expect(counts, encoding).toEqual(used);
  }
});

it("keeps every sum equal to the events", async () => {
  expect(await verifyRollups(server.url)).toMatchObject({ different: 0 });
});
