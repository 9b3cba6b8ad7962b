/**
 * A door in front of a real server, in a process of its own, that behaves as its parent tells it: lets requests through,
 * answers 500, never answers, is slow, forgets to hand the answer back, or does not even listen.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { DoorState, Mood } from "./moody-door.ts";

const state: DoorState = { mood: "500", target: null };
const seen: Record<string, number> = {};
let port = 0;
let server = listen();

function listen() {
  const opened = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  opened.listen(port, "127.0.0.1", () => {
    port = (opened.address() as AddressInfo).port;
    process.send!({ port, seen });
  });
  return opened;
}

process.on("message", (next: DoorState) => {
  const wasDown = state.mood === "down";
  Object.assign(state, next);
  if (state.mood === "down" && !wasDown) {
    server.closeAllConnections();
    server.close(() => process.send!({ port, seen }));
  } else if (wasDown && state.mood !== "down") server = listen();
  else process.send!({ port, seen });
});

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { mood } = state;
  seen[mood] = (seen[mood] ?? 0) + 1;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const replies: Record<Exclude<Mood, "down" | "good" | "slow" | "forgetful" | "allergic" | "picky">, () => void> = {
    "500": () => outgoing.writeHead(500).end("broken"),
    busy: () => outgoing.writeHead(429, { "retry-after": "1" }).end(),
    hang: () => undefined,
    stranger: () =>
      outgoing.writeHead(200, { "content-type": "text/html" }).end("<h1>Please sign in to this network</h1>"),
    "no gzip": () => outgoing.writeHead(415).end(),
  };
  if (mood === "slow") await sleep(300);
  const sick = Buffer.concat(chunks).includes("poison");
  if (sick && mood === "allergic") return void outgoing.writeHead(500).end();
  if (sick && mood === "picky") return void outgoing.writeHead(400).end("not like this");
  if (mood === "no gzip" && incoming.headers["content-encoding"] !== "gzip")
    forward(incoming, Buffer.concat(chunks), outgoing);
  else if (mood in replies) replies[mood as keyof typeof replies]();
  else forward(incoming, Buffer.concat(chunks), outgoing);
}

function forward(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
  const { mood, target } = state;
  const onward = request(
    `${target}${incoming.url}`,
    { method: incoming.method!, headers: incoming.headers },
    (reply) => {
      // The server has the events, the client never hears of it.
      if (mood === "forgetful") return void reply.resume().on("end", () => outgoing.destroy());
      outgoing.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(outgoing);
    },
  );
  onward.on("error", () => outgoing.destroy());
  onward.end(body);
}
