import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  GOLDEN_LOGS,
  GOLDEN_METRICS,
  GOLDEN_TRACE,
} from "../../packages/server/src/telemetry/golden-vectors.fixture.ts";
import { exportedEvents, get } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

const dataDir = mkdtempSync(join(tmpdir(), "outlay-otlp-http-"));
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ dataDir });
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const PROTOBUF = { "content-type": "application/x-protobuf" };
const JSON_TYPE = { "content-type": "application/json" };

function send(signal: string, body: Uint8Array | string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}/v1/${signal}`, { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> });
}

let made = 0;
/** A span of a call with ids of its own, as JSON. */
function span(attributes: Record<string, string | number> = {}, more: object = {}) {
  made += 1;
  const all = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 5,
    ...attributes,
  };
  return {
    traceId: made.toString(16).padStart(32, "f"),
    spanId: made.toString(16).padStart(16, "e"),
    name: "chat",
    startTimeUnixNano: "1764000000005000000",
    endTimeUnixNano: 1764000002000000000,
    attributes: Object.entries(all).map(([key, value]) => ({
      key,
      value: typeof value === "string" ? { stringValue: value } : { intValue: value },
    })),
    ...more,
  };
}
const traces = (...spans: unknown[]) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const countOf = async () => (await exportedEvents(server.url)).length;

const tokensAs = (tokens: object) => [
  { key: "gen_ai.usage.input_tokens", value: tokens },
  { key: "gen_ai.request.model", value: { stringValue: "as-any" } },
];

describe("what was taken", () => {
  it("is answered with an empty message in the same form", async () => {
    for (const [signal, body] of [
      ["traces", GOLDEN_TRACE],
      ["logs", GOLDEN_LOGS],
      ["metrics", new Uint8Array(0)],
    ] as const) {
      const answer = await send(signal, body, PROTOBUF);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-protobuf"]);
      expect((await answer.arrayBuffer()).byteLength).toBe(0);
      const json = await send(signal, "{}", { "content-type": "application/json; charset=utf-8" });
      expect([json.status, json.headers.get("content-type"), await json.text()]).toEqual([
        200,
        "application/json",
        "{}",
      ]);
    }
    const events = await exportedEvents(server.url);
    expect(events.map(({ model, usage }) => [model, usage?.inputTokens])).toEqual([
      ["unknown", 1_200],
      ["claude-sonnet-4-5", 10],
    ]);
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("may be compressed with %s, but not to more than 20 MB", async (encoding, compress) => {
    const before = await countOf();
    const headers = { ...JSON_TYPE, "content-encoding": encoding };
    expect((await send("traces", compress(traces(span())), headers)).status).toBe(200);
    expect(await countOf()).toBe(before + 1);
    const bomb = await send("traces", compress(Buffer.alloc(25_000_000, 0x20)), headers);
    expect(bomb.status).toBe(413);
    expect(await bomb.json()).toEqual({ code: 3, message: expect.stringContaining("larger than 20971520 bytes") });
    const broken = await send("traces", Buffer.from("no such compression"), headers);
    expect(broken.status).toBe(400);
  });

  it("in part names how many were rejected and why", async () => {
    const body = traces(
      span(),
      span({}, { traceId: "" }),
      "no span",
      span({}, { startTimeUnixNano: "9964000000005000000" }),
    );
    const before = await countOf();
    const answer = await send("traces", body, JSON_TYPE);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      partialSuccess: { rejectedSpans: "3", errorMessage: expect.stringMatching(/./) },
    });
    expect(await countOf()).toBe(before + 1);
  });

  it("in part says so in protobuf too", async () => {
    // the warning about metrics is a partial success with nothing rejected
    const ofNobodyKnown = Buffer.from(
      GOLDEN_METRICS.toString("latin1").replace("claude-code", "claude-kode"),
      "latin1",
    );
    const answer = Buffer.from(await (await send("metrics", ofNobodyKnown, PROTOBUF)).arrayBuffer());
    expect(answer[0]).toBe(0x0a);
    expect(answer.toString("latin1")).toContain("x-outlay-metrics: count");
  });

  it("may be sent again and again", async () => {
    const body = traces(span({ "gen_ai.response.id": "chatcmpl-0123456789abcdef" }), span());
    const before = await countOf();
    for (let i = 0; i < 3; i += 1) await send("traces", body, JSON_TYPE);
    expect(await countOf()).toBe(before + 2);
  });

  it("keeps counts that come as texts, as numbers and as doubles", async () => {
    const spans = [{ intValue: "1200" }, { intValue: 1_200 }, { doubleValue: 1_200 }, { stringValue: "1200" }].map(
      (tokens) => span({}, { attributes: tokensAs(tokens) }),
    );
    await send("traces", traces(...spans), JSON_TYPE);
    const events = (await exportedEvents(server.url)).filter(({ model }) => model === "as-any");
    expect(events.map(({ usage }) => usage?.inputTokens)).toEqual([1_200, 1_200, 1_200, 1_200]);
  });
});

describe("what cannot be taken", () => {
  it.each<[string, Uint8Array | string, Record<string, string>, number]>([
    ["broken protobuf", GOLDEN_TRACE.subarray(0, 100), PROTOBUF, 400],
    ["broken JSON", '{"resourceSpans":[', JSON_TYPE, 400],
    ["JSON of something else", '{"resourceSpans":{}}', JSON_TYPE, 400],
    ["broken UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), JSON_TYPE, 400],
    ["another type", "x", { "content-type": "text/plain" }, 415],
    ["no type", Buffer.from("x"), {}, 415],
    ["another compression", "{}", { ...JSON_TYPE, "content-encoding": "snappy" }, 415],
    ["too much", Buffer.alloc(21_000_000, 0x20), JSON_TYPE, 413],
  ])("%s is refused, as google.rpc.Status", async (_name, body, headers, status) => {
    const answer = await send("traces", body, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("retry-after")).toBeNull();
    if (headers === PROTOBUF) {
      const bytes = Buffer.from(await answer.arrayBuffer());
      // code: 3 (invalid argument), message: …
      expect([...bytes.subarray(0, 3)]).toEqual([0x08, 3, 0x12]);
      expect(bytes.toString("latin1")).toContain("at byte");
    } else expect(await answer.json()).toEqual({ code: 3, message: expect.stringMatching(/./) });
  });

  it("with another method is told the right one", async () => {
    const answer = await fetch(`${server.url}/v1/traces`);
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toContain("POST");
  });

  it("from a page elsewhere is refused", async () => {
    const answer = await send("traces", "{}", { ...JSON_TYPE, origin: "https://elsewhere.example" });
    expect(answer.status).toBe(403);
  });

  it("never stops the server, nor fills its memory", async () => {
    const deep = `${'{"resourceSpans":['.repeat(100_000)}`;
    const nested = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"user.id","value":${'{"arrayValue":{"values":['.repeat(50_000)}${"]}}".repeat(50_000)}}]}]}]}]}`;
    const spans = `{"resourceSpans":[{"scopeSpans":[{"spans":[${"{},".repeat(5_000_000)}{}]}]}]}`;
    const statuses: number[] = [];
    for (const body of [deep, nested, spans]) statuses.push((await send("traces", body, JSON_TYPE)).status);
    expect(statuses).toEqual([400, 200, 413]);
    // ten million empty spans
    const groups = Buffer.concat([
      Buffer.from("0a86ade204", "hex"),
      Buffer.from("1280ade204", "hex"),
      Buffer.alloc(10_000_000, Buffer.from([0x12, 0])),
    ]);
    expect((await send("traces", groups, PROTOBUF)).status).toBeGreaterThanOrEqual(400);
    const rssMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1_024;
    if (process.platform === "linux") expect(rssMb).toBeLessThan(1_000);
    expect(await get<{ status: string }>(server.url, "/api/health")).toMatchObject({ status: "ok" });
  });
});
