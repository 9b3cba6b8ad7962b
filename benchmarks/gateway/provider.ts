/**
 * A provider that answers at once, over bare sockets so that it costs little beside what is measured.
 * A body with `"stream":true` gets `max_tokens` pieces, `seed` milliseconds apart; any other an answer in one piece.
 */
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

const text = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_795_000_000,
  model: "gpt-5",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "It is a quarter past nine. ".repeat(8) },
      finish_reason: "stop",
    },
  ],
  usage: {
    prompt_tokens: 1_117,
    completion_tokens: 46,
    total_tokens: 1_163,
    prompt_tokens_details: { cached_tokens: 1_024, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  },
  service_tier: "default",
});
const whole = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\nopenai-processing-ms: 12\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
);
const streamHead =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";

function piece(data: string): string {
  const event = `data: ${data}\n\n`;
  return `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`;
}

const delta = piece(
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    model: "gpt-5",
    choices: [{ index: 0, delta: { content: " quarter" }, finish_reason: null }],
    usage: null,
  }),
);
const last =
  piece(
    JSON.stringify({
      id: "chatcmpl-1",
      model: "gpt-5",
      choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
      usage: null,
    }),
  ) +
  piece(
    JSON.stringify({
      id: "chatcmpl-1",
      model: "gpt-5",
      choices: [],
      usage: { prompt_tokens: 12, completion_tokens: 50, total_tokens: 62 },
    }),
  ) +
  piece("[DONE]") +
  "0\r\n\r\n";

function stream(socket: Socket, chunks: number, everyMs: number): void {
  socket.write(streamHead + delta);
  let sent = 1;
  const stop = () => clearInterval(timer);
  const timer = setInterval(() => {
    sent += 1;
    if (sent < chunks) return void socket.write(delta);
    stop();
    socket.off("close", stop);
    socket.write(last);
  }, everyMs);
  socket.once("close", stop);
}

function numberIn(body: string, name: string): number {
  return Number(new RegExp(`"${name}": ?(\\d+)`).exec(body)?.[1] ?? 1);
}

const server = createServer({ noDelay: true }, (socket) => {
  let received = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    for (;;) {
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const head = received.toString("latin1", 0, headEnd);
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      const body = received.toString("latin1", headEnd + 4, headEnd + 4 + length);
      received = received.subarray(headEnd + 4 + length);
      if (body.includes('"stream":true')) stream(socket, numberIn(body, "max_tokens"), numberIn(body, "seed"));
      else socket.write(whole);
    }
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
