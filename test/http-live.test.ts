import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { EventSource } from "eventsource";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { startServer, type RunningServer } from "./start-server.ts";

let server: RunningServer;
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-live-"));
  server = await startServer({ dataDir });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Usage {
  events: { id: string; seq: number; costUsd: number | null }[];
}

async function record(ids: string[]): Promise<void> {
  const events = ids.map((id) => ({ id, provider: "openai", model: "gpt-4o", usage: { inputTokens: 10 } }));
  const answer = await fetch(`${server.url}/api/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ events }),
  });
  expect(answer.status).toBe(200);
}

/** A reader that keeps what it hears. */
function listen(path = "/api/v1/stream") {
  const source = new EventSource(server.url + path);
  onTestFinished(() => source.close());
  const heard = { ids: [] as string[], lastEventId: "", totals: [] as unknown[], resets: 0 };
  source.addEventListener("usage", (message) => {
    heard.ids.push(...(JSON.parse(message.data) as Usage).events.map((event) => event.id));
    heard.lastEventId = message.lastEventId;
  });
  source.addEventListener("totals", (message) => heard.totals.push(JSON.parse(message.data)));
  source.addEventListener("reset", () => (heard.resets += 1));
  return { source, heard };
}

/** A way to the server whose connections can be broken. */
async function listenBetween() {
  const { port } = new URL(server.url);
  const sockets = new Set<Socket>();
  let connections = 0;
  const proxy = createServer((socket) => {
    connections += 1;
    const upstream = connect(Number(port), "127.0.0.1");
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on("error", () => {});
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, cut, connections: () => connections };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(10);
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe("the live stream", () => {
  it("tells today's totals at once, and each event after it was recorded", async () => {
    const { source, heard } = listen();
    await until(() => heard.totals.length === 1);
    expect(heard.totals[0]).toEqual({
      today: {
        cost: expect.anything(),
        calls: expect.any(Number),
        tokens: expect.any(Number),
        errors: expect.any(Number),
      },
    });
    await record(["live-1", "live-2"]);
    await record(["live-3"]);
    await until(() => heard.ids.length === 3);
    expect(heard.ids).toEqual(["live-1", "live-2", "live-3"]);
    await until(() => heard.totals.length >= 2);
    expect(source.readyState).toBe(source.OPEN);
  });

  it("goes on where it was cut, without a gap and without a repetition", async () => {
    const first = listen();
    await until(() => first.heard.totals.length > 0);
    await record(names("before", 5));
    await until(() => first.heard.ids.length === 5);
    first.source.close();
    await record(names("meanwhile", 300));
    const second = listen(`/api/v1/stream?lastEventId=${first.heard.lastEventId}`);
    await record(names("after", 5));
    await until(() => second.heard.ids.length >= 305);
    await sleep(300);
    expect(second.heard.ids).toEqual([...names("meanwhile", 300), ...names("after", 5)]);
  });

  it("resumes by itself when the connection breaks", async () => {
    const between = await listenBetween();
    const source = new EventSource(`${between.url}/api/v1/stream`);
    onTestFinished(() => source.close());
    const ids: string[] = [];
    source.addEventListener("usage", (message) =>
      ids.push(...(JSON.parse(message.data) as Usage).events.map((event) => event.id)),
    );
    await until(() => source.readyState === source.OPEN);
    await record(["cut-1"]);
    await until(() => ids.length === 1);
    between.cut();
    await record(["cut-2", "cut-3"]);
    await until(() => ids.length === 3);
    expect(ids).toEqual(["cut-1", "cut-2", "cut-3"]);
    expect(between.connections()).toBe(2);
  });

  it("says reset when more than a thousand events were missed", async () => {
    await record(["mark"]);
    const mark = (await (await fetch(`${server.url}/api/v1/events/mark`)).json()) as { seq: number };
    await record(names("many", 1_500));
    const { heard } = listen(`/api/v1/stream?lastEventId=${mark.seq}`);
    await until(() => heard.resets === 1);
    await record(["after-reset"]);
    await until(() => heard.ids.length > 0);
    expect(heard.ids).toEqual(["after-reset"]);
  });

  it("is not held up, nor the recording, by a reader that does not read", async () => {
    const { port } = new URL(server.url);
    const lazy = connect(Number(port), "127.0.0.1");
    onTestFinished(() => void lazy.destroy());
    lazy.on("error", () => {});
    lazy.pause();
    lazy.write("GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const { heard } = listen();
    await until(() => heard.totals.length > 0);
    for (let round = 0; round < 20; round += 1) await record(names(`lazy-${round}`, 900));
    await record(["lazy-end"]);
    await until(() => heard.ids.includes("lazy-end") || heard.resets > 0);
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  });

  it("lets go of readers that have left", async () => {
    for (let round = 0; round < 30; round += 1) {
      const readers = Array.from({ length: 50 }, () => new AbortController());
      await Promise.all(
        readers.map(async (reader) => {
          const answer = await fetch(`${server.url}/api/v1/stream`, { signal: reader.signal });
          expect(answer.status).toBe(200);
          reader.abort();
        }),
      );
    }
    const { heard } = listen();
    await until(() => heard.totals.length > 0);
  });
});

it("logs no failure for readers that come and go", () => {
  expect(server.output()).not.toMatch(/\n\s+at /);
});

describe("the stream of the unified dashboard", () => {
  it("begins with the object as it is, and sends it again when something changed", async () => {
    const source = new EventSource(`${server.url}/api/dev/ai-costs/unified/stream?period=7d`);
    onTestFinished(() => source.close());
    const states: { apiUsage: { totalRequests: number } }[] = [];
    source.addEventListener("message", (message) => states.push(JSON.parse(message.data) as (typeof states)[0]));
    await until(() => states.length === 1);
    await record(["unified-1"]);
    await until(() => states.length === 2);
    expect(states[1]!.apiUsage.totalRequests).toBe(states[0]!.apiUsage.totalRequests + 1);
  });
});
