import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { get } from "../api.ts";
import { headerOf, rawCall } from "./raw-call.ts";
import { startScriptedProvider, type ScriptedProvider } from "./scripted-provider.ts";
import { providersAt, startGateway, type RunningGateway } from "./start-gateway.ts";

/** The server may grow by so much over what it takes after a first call; each of the tests handles several times as much. */
const MAX_GROWTH_BYTES = 150 * 1_048_576;
const MEGABYTE = Buffer.alloc(1_048_576, "x");

let provider: ScriptedProvider;
let gateway: RunningGateway;
const question = JSON.stringify({ model: "gpt-5", messages: [{ role: "user", content: "Hi" }] });
const path = "/gateway/openai/v1/chat/completions";
const eventStream = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
const delta = `data: {"id":"c","model":"gpt-5","choices":[{"delta":{"content":"word "}}]}\n\n`;

beforeAll(async () => {
  provider = await startScriptedProvider();
  gateway = await startGateway({ env: providersAt({ openai: provider.url }) });
  // what any first call makes the server load, the vocabulary of estimates with it, is there before anything is measured
  const text = '{"choices":[{"message":{"content":"Hello"}}]}';
  provider.answer = (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
  const answer = await fetch(gateway.server.url + path, { method: "POST", body: question });
  await answer.text();
  expect(await gateway.call(answer.headers.get("x-outlay-event-id"))).toMatchObject({ basis: "estimated" });
});
afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

function residentBytes(): number {
  const pages = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway.server.pid}/status`, "utf8"));
  return Number(pages![1]) * 1_024;
}

/** Runs something and looks at the memory all the while; another call must be answered in between. */
async function withinMemory(work: () => Promise<void>): Promise<void> {
  const before = residentBytes();
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, residentBytes())), 20);
  try {
    await work();
    expect((await get<{ status: string }>(gateway.server.url, "/api/health")).status).toBe("ok");
  } finally {
    clearInterval(watch);
  }
  expect((most - before) / 1_048_576).toBeLessThan(MAX_GROWTH_BYTES / 1_048_576);
}

/** Writes until told to stop, as fast as it is taken. Resolves with how much went out. */
function pour(socket: Socket, piece: Buffer, isOver: (sent: number) => boolean): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0;
    const go = () => {
      while (!socket.destroyed && !isOver(sent)) {
        sent += piece.length;
        if (!socket.write(piece)) return;
      }
      socket.off("drain", go);
      resolve(sent);
    };
    socket.on("drain", go);
    socket.on("close", () => resolve(sent));
    go();
  });
}

/** A client that sends a question; what it does with the answer is up to the test. */
function ask(headers = ""): Socket {
  const { port, hostname } = new URL(gateway.server.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${headers}content-length: ${question.length}\r\n\r\n`;
  socket.write(head + question);
  return socket;
}

const linuxOnly = { skip: process.platform !== "linux" };

describe("memory stays bounded, and other calls go on", linuxOnly, () => {
  it("an answer of 300 MB", async () => {
    await withinMemory(async () => {
      provider.answer = (socket) => {
        const start = '{"data":[{"b64_json":"';
        const length = start.length + 300 * MEGABYTE.length;
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${start}`);
        void pour(socket, MEGABYTE, (sent) => sent >= 300 * MEGABYTE.length);
      };
      const answer = await fetch(gateway.server.url + path, { method: "POST", body: question });
      let bytes = 0;
      for await (const chunk of answer.body!) bytes += chunk.length;
      expect(bytes).toBeGreaterThan(300 * MEGABYTE.length);
      expect(await gateway.call(answer.headers.get("x-outlay-event-id"))).toMatchObject({ success: true });
    });
  });

  it("a stream that never ends, until its client goes", async () => {
    await withinMemory(async () => {
      let poured: Promise<number> = Promise.resolve(0);
      provider.answer = (socket) => {
        socket.write(eventStream);
        poured = pour(socket, Buffer.from(delta.repeat(500)), () => false);
      };
      const abort = new AbortController();
      const answer = await fetch(gateway.server.url + path, { method: "POST", body: question, signal: abort.signal });
      let bytes = 0;
      const read = async () => {
        for await (const chunk of answer.body!) {
          bytes += chunk.length;
          if (bytes > 40 * MEGABYTE.length) abort.abort();
        }
      };
      await read().catch(() => {});
      // The provider is told, too: its socket closes.
      expect(await poured).toBeGreaterThan(40 * MEGABYTE.length);
      const call = await gateway.call(answer.headers.get("x-outlay-event-id"));
      expect(call).toMatchObject({ success: false, errorType: "aborted", basis: "estimated" });
    });
  });

  it("one event without an end", async () => {
    await withinMemory(async () => {
      provider.answer = (socket) => {
        socket.write(`${eventStream}data: {"choices":[{"delta":{"content":"`);
        void pour(socket, MEGABYTE, (sent) => sent >= 200 * MEGABYTE.length).then(() => socket.end());
      };
      const answer = await fetch(gateway.server.url + path, { method: "POST", body: question });
      let bytes = 0;
      for await (const chunk of answer.body!) bytes += chunk.length;
      expect(bytes).toBeGreaterThan(200 * MEGABYTE.length);
    });
  });

  it("a client that reads nothing: the provider has to wait", async () => {
    await withinMemory(async () => {
      let sent = 0;
      provider.answer = (socket) => {
        socket.write(eventStream);
        void pour(socket, Buffer.from(delta.repeat(500)), (soFar) => {
          sent = soFar;
          return false;
        });
      };
      const clients = Array.from({ length: 10 }, () => ask());
      for (const client of clients) client.pause();
      // Over when nothing more is taken.
      for (let last = -1; last !== sent || last === 0; await sleep(300)) last = sent;
      for (const client of clients) client.destroy();
    });
  });

  it("a small answer that unpacks to 500 MB", async () => {
    await withinMemory(async () => {
      const bomb = gzipSync(Buffer.alloc(500 * MEGABYTE.length));
      provider.answer = (socket) => {
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`,
        );
        socket.write(bomb);
      };
      const answer = await rawCall(gateway.server.url, { path, body: question });
      expect(answer.body.equals(bomb)).toBe(true);
      await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
    });
  });

  it("a request of 100 MB", async () => {
    await withinMemory(async () => {
      provider.answer = (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
      provider.requests.length = 0;
      const start = `{"model":"gpt-5","input":"`;
      const total = start.length + 100 * MEGABYTE.length;
      const { port, hostname } = new URL(gateway.server.url);
      const socket = connect(Number(port), hostname);
      let answer = "";
      socket.on("data", (bytes) => (answer += bytes.toString()));
      socket.on("error", () => {});
      const head = `POST /gateway/openai/v1/embeddings HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: ${total}\r\nconnection: close\r\n\r\n`;
      socket.write(head + start);
      await pour(socket, MEGABYTE, (sent) => sent >= 100 * MEGABYTE.length);
      await new Promise((resolve) => socket.on("close", resolve));
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(provider.requests[0]!.length).toBeGreaterThan(total);
    });
  });
});

it("headers without end are an error of the provider's, and of this call alone", async () => {
  provider.answer = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    void pour(socket, Buffer.from(`x-bomb: ${"y".repeat(8_000)}\r\n`), (sent) => sent > 5 * MEGABYTE.length);
  };
  const bombed = await rawCall(gateway.server.url, { path, body: question });
  expect(bombed.statusLine).toBe("HTTP/1.1 502 Bad Gateway");
  expect(await gateway.call(headerOf(bombed.headers, "x-outlay-event-id"))).toMatchObject({
    success: false,
    errorType: "provider_unreachable",
    costUsd: 0,
  });
});

it("an answer that is no HTTP, or none at all, is an error that clients try again after", async () => {
  for (const act of [
    (socket: Socket) => void socket.end("this is not HTTP\r\n\r\n"),
    (socket: Socket) => void socket.end(),
    (socket: Socket) => void socket.resetAndDestroy(),
  ]) {
    provider.answer = act;
    const answer = await rawCall(gateway.server.url, { path, body: question });
    expect(answer.statusLine).toBe("HTTP/1.1 502 Bad Gateway");
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: "provider_unreachable" } });
    await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
  }
});

it("a client that goes before its request is whole is no call", async () => {
  const before = provider.requests.length;
  const { events } = await get<{ events: number }>(gateway.server.url, "/api/health");
  const { port, hostname } = new URL(gateway.server.url);
  const socket = connect(Number(port), hostname);
  socket.write(`POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: 1000\r\n\r\n{"model"`);
  await sleep(50);
  socket.destroy();
  provider.answer = (client) => client.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  const answer = await rawCall(gateway.server.url, { path, body: question });
  await gateway.call(headerOf(answer.headers, "x-outlay-event-id"));
  expect(provider.requests.length - before).toBe(1);
  expect((await get<{ events: number }>(gateway.server.url, "/api/health")).events - events).toBe(1);
});
