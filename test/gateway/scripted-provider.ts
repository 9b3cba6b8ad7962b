import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A provider that sends exactly what a test tells it to, over a bare socket. */
export interface ScriptedProvider {
  url: string;
  /** What came, each request as text: head and body. */
  requests: string[];
  /** How the next requests are answered. */
  answer: (socket: Socket, request: string) => void;
  close(): Promise<void>;
}

/** Starts one. A request counts as whole when as many bytes came as its content-length says. */
export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let parts: string[] = [];
    let received = 0;
    let expected = Number.POSITIVE_INFINITY;
    socket.on("data", (bytes) => {
      parts.push(bytes.toString("latin1"));
      received += bytes.length;
      if (expected === Number.POSITIVE_INFINITY) expected = lengthOf(parts.join(""));
      if (received < expected) return;
      const request = parts.join("");
      parts = [];
      received = 0;
      expected = Number.POSITIVE_INFINITY;
      provider.requests.push(request);
      provider.answer(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const provider: ScriptedProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    answer: (socket) => socket.end("HTTP/1.1 500 Nothing Scripted\r\ncontent-length: 0\r\n\r\n"),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return provider;
}

/** Of head and body together, once the head is here. */
function lengthOf(start: string): number {
  const headEnd = start.indexOf("\r\n\r\n");
  if (headEnd < 0) return Number.POSITIVE_INFINITY;
  return headEnd + 4 + Number(/content-length: *(\d+)/i.exec(start.slice(0, headEnd))?.[1] ?? 0);
}
