import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

import { expect, it, onTestFinished } from "vitest";

import { LINE_END } from "./batch.ts";
import { gzipBody, httpPost } from "./node/http-post.ts";
import { sendEvents, type Destination } from "./send-events.ts";
import type { Platform } from "./platform.ts";

/** A real server with the answer of the test. */
async function sendTo(answer: RequestListener, options: Partial<Destination> = {}) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { post, close } = httpPost();
  onTestFinished(() => {
    close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const platform: Platform = { post, spool: null, maxBatchBytes: 1_000_000, gzip: gzipBody, close };
  const to: Destination = {
    address: `http://127.0.0.1:${port}/x`,
    key: undefined,
    timeoutMs: 300,
    compress: false,
    ...options,
  };
  const lines = new TextEncoder().encode(
    Array.from({ length: 50 }, (_, id) => `{"id":"${id}","model":"m"}${LINE_END}`).join(""),
  );
  return { sent: await sendEvents(lines, to, platform), to };
}

const TAKEN = JSON.stringify({ accepted: 49, duplicates: 1, rejected: [], ids: [] });

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

it("sends JSON with the key, and reads what was taken", async () => {
  let seen: { body: string; headers: IncomingMessage["headers"] } | undefined;
  const { sent } = await sendTo(
    async (incoming, outgoing) => {
      seen = { body: (await bodyOf(incoming)).toString(), headers: incoming.headers };
      outgoing.end(TAKEN);
    },
    { key: "outlay_x" },
  );
  expect(sent).toEqual({ kind: "taken", accepted: 49, duplicates: 1, rejected: [] });
  expect(JSON.parse(seen!.body).events).toHaveLength(50);
  expect(seen!.headers).toMatchObject({ "content-type": "application/json", authorization: "Bearer outlay_x" });
});

it("compresses until the server refuses that", async () => {
  const encodings: unknown[] = [];
  const { sent, to } = await sendTo(
    async (incoming, outgoing) => {
      const encoding = incoming.headers["content-encoding"];
      encodings.push(encoding);
      const body = await bodyOf(incoming);
      expect(JSON.parse((encoding === "gzip" ? gunzipSync(body) : body).toString()).events).toHaveLength(50);
      outgoing.writeHead(encoding === "gzip" ? 415 : 200).end(TAKEN);
    },
    { compress: true },
  );
  expect(sent.kind).toBe("taken");
  expect(encodings).toEqual(["gzip", undefined]);
  expect(to.compress).toBe(false);
});

it.each<[string, RequestListener, object]>([
  [
    "500",
    (_, outgoing) => outgoing.writeHead(500).end("x"),
    { kind: "failed", what: "500: x", refused: false, afterMs: null },
  ],
  [
    "429",
    (_, outgoing) => outgoing.writeHead(429, { "retry-after": "2" }).end(),
    { kind: "failed", refused: false, afterMs: 2_000 },
  ],
  ["401", (_, outgoing) => outgoing.writeHead(401).end("no"), { kind: "failed", refused: true }],
  ["404", (_, outgoing) => outgoing.writeHead(404).end(), { kind: "failed", refused: true }],
  ["a redirect", (_, outgoing) => outgoing.writeHead(302, { location: "/" }).end(), { kind: "failed", refused: true }],
  ["a page that is not Outlay", (_, outgoing) => outgoing.end("<h1>Sign in</h1>"), { kind: "failed", refused: true }],
  ["other JSON", (_, outgoing) => outgoing.end('{"ok":true}'), { kind: "failed", refused: true }],
  [
    "half an answer",
    (_, outgoing) => (
      outgoing.writeHead(200, { "content-length": 99 }),
      outgoing.write("{"),
      setTimeout(() => outgoing.destroy(), 20)
    ),
    { kind: "failed", refused: false },
  ],
  ["a closed connection", (incoming) => incoming.socket.destroy(), { kind: "failed", refused: false }],
  ["no answer", () => undefined, { kind: "failed", what: "no answer within 300 ms" }],
  [
    "a drop now and then",
    (_, outgoing) => (outgoing.writeHead(200), void setInterval(() => outgoing.write(" "), 50).unref()),
    { kind: "failed", what: "no answer within 300 ms" },
  ],
  ["400 without a list", (_, outgoing) => outgoing.writeHead(400).end("bad"), { kind: "unreadable", what: "400: bad" }],
  ["413", (_, outgoing) => outgoing.writeHead(413).end(), { kind: "unreadable" }],
  [
    "400 with a list",
    (_, outgoing) =>
      outgoing.writeHead(400).end('{"accepted":0,"duplicates":0,"rejected":[{"code":"x","reason":"y"}]}'),
    { kind: "taken", rejected: [{ code: "x", reason: "y" }] },
  ],
])("understands %s", async (_, answer, expected) => {
  expect((await sendTo(answer)).sent).toMatchObject(expected);
});
