import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation, startObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { exportedEvents } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

const MODEL = "gpt-4o-mini-2024-07-18";
const folder = mkdtempSync(join(tmpdir(), "outlay-langfuse-otel-"));
let server: RunningServer;
let provider: NodeTracerProvider;
let processor: LangfuseSpanProcessor;

beforeAll(async () => {
  server = await startServer({ dataDir: folder });
  processor = new LangfuseSpanProcessor({
    baseUrl: server.url,
    publicKey: "pk-lf-otel",
    secretKey: "sk-lf-otel",
    environment: "staging",
    release: "r-9",
  });
  provider = new NodeTracerProvider({ spanProcessors: [processor] });
  provider.register();
});
afterAll(async () => {
  await provider.shutdown();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("the packages @langfuse/tracing and @langfuse/otel only need another address", async () => {
  const traceId = await propagateAttributes(
    { userId: "u-1", sessionId: "s-1", tags: ["team:blue"], metadata: { plan: "pro" }, traceName: "answer-question" },
    () =>
      startActiveObservation(
        "agent",
        async (agent) => {
          const call = startObservation(
            "write-answer",
            { model: MODEL, input: [{ role: "user", content: "a secret prompt" }] },
            { asType: "generation" },
          );
          call.update({ completionStartTime: new Date() });
          call.update({
            output: "a secret answer",
            usageDetails: { input: 400, input_cached_tokens: 600, output: 200 },
          });
          call.end();
          const failed = agent.startObservation("try-again", { model: MODEL }, { asType: "generation" });
          failed.update({ level: "ERROR", statusMessage: "too many requests" }).end();
          const embedding = agent.startObservation(
            "embed",
            { model: "text-embedding-3-small" },
            { asType: "embedding" },
          );
          embedding.update({ usageDetails: { input: 9 } }).end();
          // An agent that restates what its calls used.
          agent.update({ output: "a secret answer" });
          return agent.traceId;
        },
        { asType: "agent" },
      ),
  );
  await processor.forceFlush();
  const events = (await exportedEvents(server.url)).filter(({ trace }) => trace === traceId);
  const byActivity = new Map(events.map((event) => [event.activity, event]));
  expect([...byActivity.keys()].toSorted()).toEqual(["embed", "try-again", "write-answer"]);
  const call = byActivity.get("write-answer")!;
  expect(call).toMatchObject({
    provider: "openai",
    model: MODEL,
    source: "langfuse",
    usage: { inputTokens: 1_000, cacheReadTokens: 600, outputTokens: 200 },
    costUsd: 0.000225,
    user: "u-1",
    session: "s-1",
    agent: "answer-question",
    environment: "staging",
    streaming: true,
    success: true,
  });
  expect(call.tags).toMatchObject({ team: "blue", plan: "pro", release: "r-9" });
  expect(call.credential).toMatch(/^key-[0-9a-f]{8}$/);
  expect(byActivity.get("try-again")).toMatchObject({ success: false, errorMessage: "too many requests", user: "u-1" });
  expect(byActivity.get("embed")).toMatchObject({ operation: "embedding", usage: { inputTokens: 9 } });
  expect(JSON.stringify(events)).not.toContain("secret");
});

test("what a client says of a trace on one span holds for all of its calls, also those sent before", async () => {
  const root = startObservation("root");
  root
    .startObservation("first", { model: MODEL, usageDetails: { input: 1, output: 1 } }, { asType: "generation" })
    .end();
  await processor.forceFlush();
  root.otelSpan.setAttributes({
    "langfuse.user.id": "u-late",
    "langfuse.session.id": "s-late",
    "langfuse.trace.name": "late",
    "langfuse.observation.usage_details": JSON.stringify({ input: 1, output: 1 }),
  });
  root.end();
  await processor.forceFlush();
  const events = (await exportedEvents(server.url)).filter(({ trace }) => trace === root.traceId);
  expect(events).toMatchObject([{ activity: "first", user: "u-late", session: "s-late", agent: "late" }]);
  expect(events).toHaveLength(1);
});

test("spans as protobuf, and bodies that are none, are answered as OpenTelemetry's exporters expect", async () => {
  const response = await fetch(`${server.url}/api/public/otel/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array([0x0a, 0xff]),
  });
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toBe("application/x-protobuf");
});
