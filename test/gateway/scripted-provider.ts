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
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      const request = received;
      received = "";
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
