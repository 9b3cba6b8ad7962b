/**
 * How many events a second does one core record when they come as OTLP protobuf, as OTLP JSON, and as JSON events?
 * Counted is the processor time of the server's process with all its threads, durable writing included. The spans are
 * what OpenTelemetry's own exporters send, prompts among them. Beside it, in the same run: what `JSON.parse` alone
 * makes of the same bytes, and our decoder alone.
 *
 *   npx node --conditions=source benchmarks/otlp-ingest.ts [--events 200000]
 */
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { decodeSpans } from "../packages/server/src/telemetry/decode.ts";
import { startServer } from "../test/start-server.ts";
import { batches, benchmarkEvents, bodyOf } from "./dataset.ts";
import { HttpClient } from "./http-client.ts";
import { numberArgument } from "./measure.ts";
import { printResult, thousands } from "./timing.ts";

const BATCH = 1_000;
const CONNECTIONS = 4;
/** Events a second and core that must be reached. */
const LEAST = 20_000;
const totalEvents = numberArgument("events", 200_000);
/** Clock ticks a second of /proc: 100 on every Linux of today. */
const TICKS_PER_SECOND = 100;
const PROMPT = JSON.stringify([{ role: "user", content: "What does the shop sell? ".repeat(20) }]);

const folder = mkdtempSync(join(tmpdir(), "outlay-otlp-"));
try {
  const spans = await exportedBodies(totalEvents);
  const events = [...batches(benchmarkEvents(totalEvents), BATCH)].map(bodyOf);
  await measure("JSON events", "/api/v1/events", "application/json", events);
  await measure("OTLP protobuf", "/v1/traces", "application/x-protobuf", spans.protobuf);
  await measure("OTLP JSON", "/v1/traces", "application/json", spans.json);
  const parse = perCore(() => spans.json.forEach((body) => void JSON.parse(body.toString())));
  printResult("JSON.parse of the OTLP JSON", `${thousands(parse)}/s`);
  const protobuf = perCore(() => spans.protobuf.forEach((body) => void decodeSpans({ protobuf: body })));
  printResult("our decoder on the OTLP protobuf", `${thousands(protobuf)}/s`);
  const ratio = protobuf / parse;
  printResult("our decoder : JSON.parse", ratio.toFixed(2), { ok: ratio >= 1, what: "at least 1" });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Sends all bodies to a server of its own, and prints how many events each second of its processor time recorded. */
async function measure(name: string, path: string, contentType: string, bodies: Buffer[]): Promise<void> {
  const server = await startServer({ dataDir: join(folder, name.replaceAll(" ", "-")), built: true });
  const client = new HttpClient(server.url, CONNECTIONS);
  const warmUp = Math.ceil(bodies.length / 10);
  await send(client, path, contentType, bodies.slice(0, warmUp));
  const counted = bodies.slice(warmUp);
  const startedMs = performance.now();
  const before = processorSeconds(server.pid);
  await send(client, path, contentType, counted);
  const seconds = processorSeconds(server.pid) - before;
  const wallMs = performance.now() - startedMs;
  const health = (await client.get("/api/health")) as { events: number };
  client.close();
  await server.stop();
  if (health.events !== totalEvents) throw new Error(`${name}: ${health.events} of ${totalEvents} were recorded`);
  const rate = (counted.length * BATCH) / seconds;
  printResult(`${name}, a second and core`, `${thousands(rate)}/s`, { ok: rate >= LEAST, what: "at least 20,000" });
  printResult(`${name}, a second of the clock`, `${thousands((counted.length * BATCH * 1_000) / wallMs)}/s`);
}

async function send(client: HttpClient, path: string, contentType: string, bodies: Buffer[]): Promise<void> {
  const waiting = bodies.values();
  const worker = async () => {
    for (const body of waiting) await client.post(path, body, contentType);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

/** User and system time of a process and all its threads. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function perCore(work: () => void): number {
  work();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (totalEvents / (user + system)) * 1e6;
}

/** What OpenTelemetry's exporters send for so many calls of a chat application, in both encodings. */
async function exportedBodies(count: number): Promise<{ protobuf: Buffer[]; json: Buffer[] }> {
  const bodies = { protobuf: [] as Buffer[], json: [] as Buffer[] };
  const server = createServer(async (incoming, outgoing) => {
    const body = await readAll(incoming);
    if (incoming.headers["content-type"] === "application/json") bodies.json.push(body);
    else bodies.protobuf.push(body);
    outgoing.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  const exporters = [new ProtobufExporter({ url }), new JsonExporter({ url })];
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "shop", "deployment.environment.name": "production" }),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  const tracer = provider.getTracer("benchmark", "1");
  for (let made = 0; made < count; made += BATCH) {
    for (let i = made; i < made + BATCH; i += 1)
      tracer.startSpan("chat gpt-5", { attributes: callAttributes(i) }).end();
    const finished = memory.getFinishedSpans();
    for (const exporter of exporters) {
      await new Promise<void>((resolve, reject) =>
        exporter.export(finished, ({ error }) => (error ? reject(error) : resolve())),
      );
    }
    memory.reset();
  }
  server.close();
  return bodies;
}

function callAttributes(i: number) {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2025-08-07",
    "gen_ai.response.id": `chatcmpl-${i.toString(36).padStart(24, "0")}`,
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.request.max_tokens": 4_096,
    "gen_ai.usage.input_tokens": 1_200 + (i % 500),
    "gen_ai.usage.output_tokens": 90 + (i % 50),
    "gen_ai.usage.cache_read.input_tokens": 1_000,
    "gen_ai.conversation.id": `session-${Math.floor(i / 20)}`,
    "gen_ai.agent.name": "assistant",
    "user.id": `user-${i % 1_000}`,
    "server.address": "api.openai.com",
    "gen_ai.input.messages": PROMPT,
  };
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
