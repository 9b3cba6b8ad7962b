import { context, trace, type Attributes, type Tracer } from "@opentelemetry/api";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { beforeEach, describe, expect, it } from "vitest";

import { parseEvent } from "@outlay/core";
import { OutlaySpanProcessor } from "../../packages/sdk/src/opentelemetry.ts";
import { CollectingTracker, failingTracker } from "./mocked-internet.ts";

let tracker: CollectingTracker;
let tracer: Tracer;
let processor: OutlaySpanProcessor;

function open(options: Partial<ConstructorParameters<typeof OutlaySpanProcessor>[0]> = {}): void {
  processor = new OutlaySpanProcessor({ outlay: tracker, ...options });
  tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer("test");
}

beforeEach(() => {
  tracker = new CollectingTracker();
  open();
});

/** A span with spans inside. The innermost end first, as they do when nothing is left running. */
function span(name: string, attributes: Attributes, inside: (() => void)[] = []): () => void {
  return () => {
    const parent = parents.at(-1) ?? context.active();
    const made = tracer.startSpan(name, { attributes }, parent);
    parents.push(trace.setSpan(parent, made));
    for (const one of inside) one();
    parents.pop();
    made.end();
  };
}
const parents: ReturnType<typeof context.active>[] = [];

const used = (input: number, output: number) => ({
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
});
const chat = (input: number, output: number, more: Attributes = {}) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-5",
  ...used(input, output),
  ...more,
});

const step = (input: number) => ({
  "ai.operationId": "ai.generateText.doGenerate",
  "ai.model.id": "gpt-5",
  "ai.model.provider": "openai.responses",
  "ai.usage.inputTokens": input,
});

it("a call becomes an event of the span's times, ids and context", () => {
  open({ agent: "dexter", tags: { app: "shop" } });
  tracker.context = { user: "u-1", tags: { story: "st-9" } };
  span("chat gpt-5", chat(1_200, 90, { "gen_ai.usage.cache_read.input_tokens": 1_000, "session.id": "s-1" }))();
  expect(tracker.last()).toMatchObject({
    provider: "openai",
    model: "gpt-5",
    operation: "chat",
    usage: { inputTokens: 1_200, cacheReadTokens: 1_000, outputTokens: 90 },
    success: true,
    agent: "dexter",
    user: "u-1",
    session: "s-1",
    tags: { app: "shop", story: "st-9" },
    trace: expect.stringMatching(/^[0-9a-f]{32}$/),
    span: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(parseEvent(tracker.last(), Date.now()).problems).toBeNull();
});

it("a call says which span is above it, also one that used nothing", () => {
  let above = "";
  const stepSpan = span("step 1", {}, [
    () => (above = trace.getSpan(parents.at(-1)!)!.spanContext().spanId),
    span("chat", chat(10, 3)),
  ]);
  stepSpan();
  expect(tracker.last()).toMatchObject({ metadata: { parentSpan: above } });
});

describe("spans that restate others", () => {
  it("are not counted beside them", () => {
    span("invoke_agent", { "gen_ai.operation.name": "invoke_agent", ...used(30, 7) }, [
      span("step 1", {}, [span("chat", chat(10, 3))]),
      span("execute_tool", { "gen_ai.operation.name": "execute_tool" }, [span("chat", chat(20, 4))]),
    ])();
    expect(tracker.events.map(({ usage }) => usage?.inputTokens)).toEqual([10, 20]);
  });

  it("are not counted when the calls end after them", () => {
    const agent = tracer.startSpan("invoke_agent", {
      attributes: { "gen_ai.operation.name": "invoke_agent", ...used(10, 3) },
      root: true,
    });
    const inner = tracer.startSpan("inner", {}, trace.setSpan(context.active(), agent));
    const wrapper = tracer.startSpan(
      "wrapper",
      { attributes: { "gen_ai.operation.name": "invoke_agent", ...used(10, 3) } },
      trace.setSpan(context.active(), inner),
    );
    const call = tracer.startSpan("chat", { attributes: chat(10, 3) }, trace.setSpan(context.active(), wrapper));
    wrapper.end();
    expect(tracker.events).toHaveLength(0);
    call.end();
    inner.end();
    agent.end();
    expect(tracker.events.map(({ operation, usage }) => [operation, usage?.inputTokens])).toEqual([["chat", 10]]);
  });

  it("are counted when they are all there is", () => {
    span("invoke_agent", {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.request.model": "gpt-5",
      ...used(30, 7),
    })();
    expect(tracker.events).toMatchObject([{ usage: { inputTokens: 30 } }]);
  });

  it("are counted on a flush when the trace never ends", async () => {
    const root = tracer.startSpan("http");
    parents.push(trace.setSpan(context.active(), root));
    span("invoke_agent", { "gen_ai.operation.name": "invoke_agent", ...used(30, 7) })();
    parents.pop();
    expect(tracker.events).toHaveLength(0);
    await processor.forceFlush();
    expect(tracker.events).toHaveLength(1);
    root.end();
    expect(tracker.events).toHaveLength(1);
  });

  it("of two instrumentations of one call are one", () => {
    const inner = chat(10, 3, { "gen_ai.system": "openai" });
    span(
      "ChatOpenAI",
      {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-5",
        "llm.token_count.prompt": 10,
        "llm.token_count.completion": 3,
      },
      [span("openai.chat", inner)],
    )();
    expect(tracker.events).toHaveLength(1);
  });

  it("of the AI SDK are the outer ones", () => {
    const outer = { "ai.operationId": "ai.generateText", "ai.model.id": "gpt-5", "ai.usage.inputTokens": 30 };
    span("ai.generateText", outer, [span("do", step(10)), span("do", step(20))])();
    expect(tracker.events.map(({ usage, provider }) => [usage?.inputTokens, provider])).toEqual([
      [10, "openai"],
      [20, "openai"],
    ]);
  });
});

it("an error is told", () => {
  const failed = tracer.startSpan("chat gpt-5", { attributes: { ...chat(0, 0), "error.type": "429" } });
  failed.recordException(new Error("slow down"));
  failed.setStatus({ code: 2, message: "slow down" });
  failed.end();
  expect(tracker.last()).toMatchObject({ success: false, errorType: "429", errorMessage: "slow down" });
});

it("spans of other things, of prompts, and those that are not accepted leave no trace", () => {
  open({ accept: ({ instrumentationScope }) => instrumentationScope?.name !== "test" });
  span("chat", chat(1, 1))();
  expect(tracker.events).toEqual([]);
  open();
  span("GET /", { "http.request.method": "GET" })();
  span("chat", chat(1, 1, { "gen_ai.input.messages": "a-secret", "gen_ai.prompt.0.content": "a-secret" }))();
  expect(tracker.events).toHaveLength(1);
  expect(JSON.stringify(tracker.events)).not.toContain("a-secret");
});

it("a tracker that fails breaks nothing", () => {
  open({ outlay: failingTracker });
  expect(span("chat", chat(1, 1))).not.toThrow();
});
