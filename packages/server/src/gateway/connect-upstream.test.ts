// oxlint-disable no-underscore-dangle -- Node names so how a socket writes
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { buildConnector, Pool } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import { joiningWrites } from "./connect-upstream.ts";

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

let server: Server;
let pool: Pool;
/** How many of Node's writes of several pieces were made one. */
let joinedWrites = 0;
let received: { request: IncomingMessage; body: Buffer }[] = [];

beforeEach(async () => {
  joinedWrites = 0;
  received = [];
  server = createServer(async (request, response) => {
    received.push({ request, body: await buffer(request) });
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const connect = buildConnector({});
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    connect: joiningWrites((options, done) =>
      connect(options, (...result) => {
        const socket = result[1]!;
        const write = socket._write.bind(socket);
        socket._write = (chunk, encoding, callback) => {
          if (encoding === "latin1") joinedWrites += 1;
          write(chunk, encoding, callback);
        };
        done(...result);
      }),
    ),
  });
});

afterEach(async () => {
  await pool.destroy();
  server.close();
});

async function send(body: Buffer): Promise<void> {
  const headers = { "x-name": "Zoë" };
  const answer = await pool.request({ path: "/v1/chat", method: "POST", headers, body });
  await answer.body.dump();
}

test("a small request goes out in one write, each byte as it was", async () => {
  await send(EVERY_BYTE);
  expect(joinedWrites).toBe(1);
  expect(received[0]!.body).toEqual(EVERY_BYTE);
  expect(received[0]!.request.headers["x-name"]).toBe("Zoë");
});

test("a large body arrives as it was, and so does what follows on its connection", async () => {
  const large = Buffer.concat(Array.from({ length: 400 }, () => EVERY_BYTE));
  await send(large);
  expect(joinedWrites).toBe(0);
  await send(EVERY_BYTE);
  expect(received.map(({ body }) => body)).toEqual([large, EVERY_BYTE]);
});
