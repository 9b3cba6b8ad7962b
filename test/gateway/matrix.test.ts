import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { PROVIDERS } from "@outlay/providers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import type { LoggedRequest } from "../../packages/server/src/mock-provider/request-log.ts";
import { get, nanoUsd } from "../api.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { ENDPOINTS, REFUSED_AS, type Endpoint, type Kind } from "./matrix-endpoints.ts";
import { costNanoUsd, type Usage } from "./matrix-cost.ts";

/** One call of the matrix. */
interface Cell {
  endpoint: Endpoint;
  mode: "whole" | "stream";
  kind: Kind;
  /** Words for the mock: how it answers, and how the answer travels. */
  words: string;
  /** Unique; stands in the event as its session and in the mock's list as a header. */
  name: string;
}

/** What is read of an event. */
interface RecordedCall {
  session: string;
  provider: string;
  model: string;
  operation: string;
  usage: Usage;
  costUsd: number | null;
  reportedCostUsd: number | null;
  basis: string;
  streaming: boolean;
  success: boolean;
  errorType: string | null;
  metadata?: { unreadablePieces?: number; usageEstimated?: boolean; usageErrorPercent?: number; stopReason?: string };
}

const WORDS: Record<Kind, string> = {
  ok: "",
  error: "status=429; retry-after=1",
  "fails inside": "error-after=6",
  abort: "",
  "no answer": "close",
  breaks: "close-after=1",
  damaged: "malformed-after=3",
  large: "size=300000",
  "no usage": "no-usage",
  cached: "cached=1000",
  written: "cached=500; written=300; written-1h=100",
  reasoning: "reasoning=70",
  tools: "tool",
  audio: "audio-in=40",
  searches: "searches=2",
};
/** How an answer travels; each cell takes the next. */
const WAYS = ["", "gzip", "br", "zstd", "chunk-size=13"];
/** A client that goes: from a stream in its middle, otherwise while nothing has come yet. */
const ABORT_WORDS = { stream: "tokens=3000; chunk-delay=2", whole: "hang" };
const BYTES_BEFORE_ABORT = 3_000;

const CELLS: Cell[] = ENDPOINTS.flatMap((endpoint) =>
  (endpoint.modes ?? ["whole", "stream"]).flatMap((mode) =>
    endpoint.kinds
      .filter((kind) => mode === "stream" || (kind !== "fails inside" && kind !== "damaged"))
      .map((kind) => ({ endpoint, mode, kind, name: `${endpoint.provider} ${endpoint.name}, ${mode}: ${kind}` })),
  ),
).map((cell, index) => ({ ...cell, words: wordsOf(cell, WAYS[index % WAYS.length]!) }));

function wordsOf({ endpoint, kind, mode }: Omit<Cell, "words">, way: string): string {
  const isBroken = kind === "breaks" && mode === "stream";
  const happens = kind === "abort" ? ABORT_WORDS[mode] : isBroken ? "close-after=6" : WORDS[kind];
  // A client that goes counts bytes as they are; a large answer in small pieces would take long.
  const isPlain = kind === "abort" || (kind === "large" && way.startsWith("chunk-size"));
  return [endpoint.words, happens, isPlain ? "" : way].filter(Boolean).join("; ");
}

const PROVIDER_NAMES = [...new Set(ENDPOINTS.map(({ provider }) => provider))];

let mock: RunningMock;
let server: RunningServer;
const dataDir = mkdtempSync(join(tmpdir(), "outlay-matrix-"));
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

beforeAll(async () => {
  mock = await startMock();
  server = await startServer({ dataDir, args: ["--mock-providers", mock.url] });
});
afterAll(async () => {
  agent.destroy();
  await server.stop();
  await mock.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What the client got. `body` is what came until the end, or until it went. */
interface Got {
  status: number | null;
  eventId: string | null;
  costUsd: string | null;
  body: string;
  /** It came to its end. */
  isWhole: boolean;
}

/** A plain client, for each call anew: nothing of it is ours. */
function call({ endpoint, mode, kind, words, name }: Cell): Promise<Got> {
  const path = mode === "stream" ? (endpoint.streamPath ?? endpoint.path) : endpoint.path;
  const body = JSON.stringify({
    ...endpoint.body,
    ...(mode === "stream" ? endpoint.streamBody : {}),
    ...(kind === "tools" ? endpoint.tools : {}),
  });
  return new Promise((resolve) => {
    const got: Got = { status: null, eventId: null, costUsd: null, body: "", isWhole: false };
    const sent = httpRequest(`${server.url}/gateway/${endpoint.provider}${path}`, {
      agent,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "accept-encoding": "gzip, br, zstd",
        authorization: "Bearer sk-of-the-client",
        "x-mock": words,
        "x-cell": encodeURIComponent(name),
        "x-outlay-session": name,
        "x-outlay-project": endpoint.provider,
      },
    });
    const done = () => resolve(got);
    sent.on("error", done);
    sent.on("response", (answer) => {
      got.status = answer.statusCode!;
      got.eventId = textOf(answer.headers["x-outlay-event-id"]);
      got.costUsd = textOf(answer.headers["x-outlay-cost-usd"]);
      answer.on("data", (bytes: Buffer) => {
        got.body += bytes.toString("latin1");
        if (kind === "abort" && got.body.length > BYTES_BEFORE_ABORT) sent.destroy();
      });
      answer.on("end", () => (got.isWhole = answer.complete));
      answer.on("error", done).on("close", done);
    });
    sent.end(body);
    if (kind === "abort" && mode === "whole") void reached(name).then(() => sent.destroy());
  });
}

function textOf(header: string | string[] | undefined): string | null {
  return typeof header === "string" ? header : null;
}

/** Resolves when the mock has received the call. */
async function reached(name: string): Promise<void> {
  while ((await loggedCalls()).get(name) === undefined) await sleep(20);
}

/** What the mock says of its calls, by their names. */
async function loggedCalls(): Promise<Map<string, LoggedRequest>> {
  const entries = await mock.requests();
  return new Map(entries.map((entry) => [decodeURIComponent(entry.headers["x-cell"] ?? ""), entry]));
}

/** The events of a project; the matrix has one for each provider. */
async function eventsOf(project: string): Promise<RecordedCall[]> {
  const path = `/api/v1/events?period=all&limit=500&filter=project:${project}`;
  return (await get<{ events: RecordedCall[] }>(server.url, path)).events;
}

/** The events of a provider, by the names of their calls, once all of them are there. */
async function recordedCalls(provider: string, count: number): Promise<Map<string, RecordedCall>> {
  const events = await vi.waitFor(
    async () => {
      const found = await eventsOf(provider);
      expect(found).toHaveLength(count);
      return found;
    },
    { timeout: 20_000 },
  );
  return new Map(events.map((event) => [event.session, event]));
}

describe.each(PROVIDER_NAMES)("%s", (provider) => {
  const cells = CELLS.filter(({ endpoint }) => endpoint.provider === provider);
  let got: Map<string, Got>;
  let logged: Map<string, LoggedRequest>;
  let recorded: Map<string, RecordedCall>;

  beforeAll(async () => {
    got = new Map(await Promise.all(cells.map(async (cell) => [cell.name, await call(cell)] as const)));
    recorded = await recordedCalls(provider, cells.length);
    logged = await loggedCalls();
    await fetch(`${mock.url}/mock/requests`, { method: "DELETE" });
  });

  it.each(cells)("$name", (cell) => {
    const { endpoint, mode, kind, name } = cell;
    const event = recorded.get(name)!;
    const entry = logged.get(name)!;
    expect(event).toMatchObject({
      provider: endpoint.billedAs,
      operation: endpoint.operation,
      streaming: mode === "stream",
    });
    expectOutcome(cell, event, got.get(name)!);
    if (isServed(kind)) expectAsServed(cell, event, entry);
    else if (kind === "error" || kind === "no answer") expectNothingUsed(event);
    else expectEstimated(cell, event, entry);
    // What broke off in the middle of a piece cannot be read either.
    if (kind !== "breaks") expect(event.metadata?.unreadablePieces).toBe(kind === "damaged" ? 1 : undefined);
    expectCost(cell, event, entry);
  });
});

/** The answer came with its usage. */
function isServed(kind: Kind): boolean {
  return !["error", "no answer", "fails inside", "abort", "breaks", "no usage"].includes(kind);
}

/** Why a call is recorded as failed; null: it succeeded. */
function failureOf({ endpoint, kind }: Cell): string | null {
  switch (kind) {
    case "error":
      return REFUSED_AS[endpoint.provider] ?? "rate_limit_exceeded";
    case "no answer":
      return "provider_unreachable";
    case "fails inside":
      return endpoint.failsAs!;
    case "abort":
      return "aborted";
    case "breaks":
      return "connection_broken";
    default:
      return null;
  }
}

/** Whether it succeeded, for both: the client and the record. */
function expectOutcome(cell: Cell, event: RecordedCall, answer: Got): void {
  const { kind, mode } = cell;
  const failure = failureOf(cell);
  expect([event.success, event.errorType ?? null]).toEqual([failure === null, failure]);
  const isGone = kind === "abort" && mode === "whole";
  const refused = { error: 429, "no answer": 502 } as const;
  expect(answer.status).toBe(isGone ? null : kind === "error" || kind === "no answer" ? refused[kind] : 200);
  expect(answer.isWhole).toBe(kind !== "abort" && kind !== "breaks");
  expect(answer.eventId === null).toBe(isGone);
  // The chunk that only the gateway asked for does not reach the client.
  if (mode === "stream") expect(answer.body).not.toMatch(/"choices":\[\],"usage":\{/);
}

/** Every count that the provider gave, none more, none twice. */
function expectAsServed({ endpoint }: Cell, event: RecordedCall, entry: LoggedRequest): void {
  expect(counted(event.usage)).toEqual(counted({ ...entry.served, ...entry.units }));
  expect(event.model).toBe(endpoint.model);
  expect(event.metadata?.usageEstimated).toBeUndefined();
}

function expectNothingUsed(event: RecordedCall): void {
  expect(counted(event.usage)).toEqual({});
}

/** Tokens that nobody told are there, marked as estimated; those that the provider told early are exact. */
function expectEstimated({ endpoint, kind }: Cell, event: RecordedCall, entry: LoggedRequest): void {
  expect(event.metadata).toMatchObject({ usageEstimated: true, usageErrorPercent: expect.any(Number) });
  expect(event.usage.inputTokens).toBeGreaterThan(0);
  const isStreamed = entry.streaming && endpoint.operation === "chat";
  if (isStreamed) expect(event.usage.outputTokens).toBeGreaterThan(0);
  if (isStreamed && kind === "abort") {
    expect(event.usage.outputTokens).toBeLessThan(3_000);
    expect(entry.end).toBe("aborted");
  }
  if (isStreamed && kind !== "no usage" && endpoint.saysInputEarly) {
    expect(event.usage.inputTokens).toBe(entry.served!.inputTokens);
  }
}

/** The cost is what the recorded usage costs by the rates of the table, or what the provider said it was. */
function expectCost({ endpoint, kind, mode }: Cell, event: RecordedCall, entry: LoggedRequest): void {
  const isWhole = isServed(kind);
  const isUnread = kind === "abort" || kind === "breaks";
  if (kind === "error" || kind === "no answer") {
    expect(event.costUsd ?? 0).toBe(0);
  } else if (endpoint.price === null || (endpoint.modelInAnswer && isUnread && mode === "whole")) {
    expect([event.basis, event.costUsd]).toEqual(["unpriced", null]);
  } else if (isWhole && endpoint.price === "reported") {
    expect(entry.reportedCostUsd).toBeGreaterThan(0);
    expect([event.basis, event.costUsd]).toEqual(["reported", entry.reportedCostUsd]);
  } else {
    expect(event.basis).toBe(isWhole ? "rated" : "estimated");
    expect(event.costUsd).toBeGreaterThan(0);
    if (endpoint.price !== "reported") expect(nanoUsd(event.costUsd)).toBe(costNanoUsd(event.usage, endpoint.price));
  }
}

/** Without zeros, and without what only names a price: some say "none", others say nothing. */
function counted(usage: object): object {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== 0 && value !== undefined));
}

it.each([
  ["anthropic", "/v1/messages/count_tokens", { model: "claude-sonnet-4-5", messages: [] }],
  ["google", "/v1beta/models/gemini-2.5-flash:countTokens", { contents: [] }],
  ["openai", "/v1/models", null],
])("leaves no event where nothing is charged: %s %s", async (provider, path, body) => {
  const headers = { "content-type": "application/json", "x-outlay-project": "free" };
  const init = body === null ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(`${server.url}/gateway/${provider}${path}`, init);
  expect([answer.status, answer.headers.get("x-outlay-event-id")]).toEqual([200, null]);
  await answer.arrayBuffer();
  // A charged call behind it says when all before it has been recorded.
  const { endpoint } = CELLS[0]!;
  await call({ endpoint, mode: "whole", kind: "ok", words: "", name: `behind ${path}` });
  await expect
    .poll(() => eventsOf(endpoint.provider))
    .toContainEqual(expect.objectContaining({ session: `behind ${path}` }));
  expect(await eventsOf("free")).toEqual([]);
});

it("has every provider, and every kind of call", () => {
  expect(PROVIDER_NAMES.toSorted()).toEqual([...PROVIDERS.keys()].toSorted());
  expect([...new Set(CELLS.map(({ kind }) => kind))].toSorted()).toEqual(Object.keys(WORDS).toSorted());
  expect(new Set(CELLS.map(({ name }) => name)).size).toBe(CELLS.length);
});
