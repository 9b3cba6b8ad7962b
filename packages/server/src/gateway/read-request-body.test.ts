import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { readRequestBody, type RequestBody } from "./read-request-body.ts";

/** What is read of requests that arrive in these pieces, on one connection. */
async function bodiesOf(...pieces: string[]): Promise<string[]> {
  const bodies: RequestBody[] = [];
  const server = createServer((incoming, outgoing) => {
    readRequestBody(incoming, (body) => {
      bodies.push(body);
      outgoing.end("ok");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  let answers = "";
  socket.on("data", (bytes) => (answers += bytes.toString()));
  for (const piece of pieces) {
    socket.write(piece);
    await sleep(20);
  }
  const expected = pieces.join("").split("POST ").length - 1;
  while (answers.split("HTTP/1.1 200").length - 1 < expected) await sleep(5);
  return bodies.map(({ bytes, stream }) => {
    expect(stream).toBeNull();
    return bytes.toString();
  });
}

const head = (...lines: string[]) => ["POST / HTTP/1.1", "Host: x", ...lines].join("\r\n") + "\r\n\r\n";

it("reads a body that comes with its head", async () => {
  expect(await bodiesOf(`${head("Content-Length: 5")}hello`)).toEqual(["hello"]);
});

it("reads a body that comes later, and in pieces", async () => {
  expect(await bodiesOf(head("Content-Length: 5"), "hello")).toEqual(["hello"]);
  expect(await bodiesOf(`${head("Content-Length: 5")}he`, "l", "lo")).toEqual(["hello"]);
});

it("reads a body that does not say how long it is", async () => {
  const chunked = head("Transfer-Encoding: chunked");
  expect(await bodiesOf(`${chunked}5\r\nhello\r\n0\r\n\r\n`)).toEqual(["hello"]);
  expect(await bodiesOf(`${chunked}2\r\nhe\r\n`, "3\r\nllo\r\n", "0\r\n\r\n")).toEqual(["hello"]);
  expect(await bodiesOf(`${chunked}0\r\n\r\n`)).toEqual([""]);
});

it("reads one request after the other, also when they come together", async () => {
  const request = `${head("Content-Length: 5")}hello`;
  expect(await bodiesOf(request, request)).toEqual(["hello", "hello"]);
  expect(await bodiesOf(request + request.replace("hello", "world"))).toEqual(["hello", "world"]);
});
