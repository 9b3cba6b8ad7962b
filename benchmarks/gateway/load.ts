/**
 * Calls one address over bare sockets and prints what it measured as JSON. Arguments: address, then one of
 * `closed <connections> <ms>`: as fast as the answers come; `fixed <requests a second> <ms>`: at a rate that does not wait for answers;
 * `streams <how many at once> <ms>`: time to the first token of streams of 50 pieces, 20 ms apart.
 * More headers come as JSON in the variable HEADERS.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [address = "", mode = "closed", first = "64", second = "3000"] = process.argv.slice(2);
const url = new URL(address);
const count = Number(first);
const limitMs = Number(second);
const extraHeaders = JSON.parse(process.env["HEADERS"] ?? "{}") as Record<string, string>;

const body = JSON.stringify({
  model: "gpt-5",
  ...(mode === "streams" ? { stream: true, stream_options: { include_usage: true }, max_tokens: 50, seed: 20 } : {}),
  messages: [
    { role: "system", content: "You are a helpful assistant. ".repeat(10) },
    { role: "user", content: "What time is it, and why? ".repeat(10) },
  ],
});
const request = Buffer.from(
  [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    "Authorization: Bearer sk-benchmark-0123456789abcdefghijklmnopqrstuvwxyz",
    "Content-Type: application/json",
    "Accept: application/json",
    "User-Agent: OpenAI/JS 7.57.0",
    "X-Stainless-Lang: js",
    "X-Stainless-Retry-Count: 0",
    ...Object.entries(extraHeaders).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ].join("\r\n") + `\r\n\r\n${body}`,
);

/** One connection; a call resolves with milliseconds to its first token and to its end. */
class Connection {
  readonly #socket: Socket;
  /** A server closes what has been idle for its keep-alive time. */
  isOpen = true;
  #received = "";
  #startedMs = 0;
  #firstMs = 0;
  #resolve: (times: { firstMs: number; ms: number }) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor() {
    this.#socket = connect({ port: Number(url.port), host: url.hostname, noDelay: true });
    this.#socket.on("data", (bytes) => this.#read(bytes.toString("latin1")));
    this.#socket.on("error", (error) => this.#reject(error));
    this.#socket.on("close", () => {
      this.isOpen = false;
      this.#reject(new Error("the connection was closed"));
    });
  }

  call(): Promise<{ firstMs: number; ms: number }> {
    this.#received = "";
    this.#firstMs = 0;
    this.#startedMs = performance.now();
    this.#socket.write(request);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  close(): void {
    this.#reject = () => {};
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    if (this.#firstMs === 0 && this.#received.includes("data: {")) this.#firstMs = performance.now() - this.#startedMs;
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    if (!this.#received.startsWith("HTTP/1.1 200")) return this.#reject(new Error(this.#received.slice(0, 300)));
    const length = /content-length: *(\d+)/i.exec(this.#received.slice(0, headEnd))?.[1];
    const isWhole =
      length === undefined
        ? this.#received.endsWith("0\r\n\r\n")
        : this.#received.length >= headEnd + 4 + Number(length);
    if (isWhole) this.#resolve({ firstMs: this.#firstMs, ms: performance.now() - this.#startedMs });
  }
}

async function closed(): Promise<object> {
  const until = performance.now() + limitMs;
  let calls = 0;
  const worker = async () => {
    const connection = new Connection();
    while (performance.now() < until) {
      await connection.call();
      calls += 1;
    }
    connection.close();
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: count }, worker));
  return { perSecond: (calls / (performance.now() - startedMs)) * 1_000, calls };
}

async function fixed(): Promise<object> {
  const idle: Connection[] = [];
  const timesMs: number[] = [];
  const running = new Set<Promise<void>>();
  const startedMs = performance.now();
  for (let sent = 0; ; sent += 1) {
    const dueMs = startedMs + (sent * 1_000) / count;
    if (dueMs - startedMs > limitMs) break;
    // a loop that waits by turning would take a core from what is measured
    while (performance.now() < dueMs) await sleep(1);
    const connection = openOne(idle);
    const call = connection.call().then(({ ms }) => {
      timesMs.push(ms);
      idle.push(connection);
    });
    running.add(call);
    void call.finally(() => running.delete(call));
  }
  await Promise.all(running);
  for (const connection of idle) connection.close();
  return { medianMs: medianOf(timesMs.slice(timesMs.length / 10)), calls: timesMs.length };
}

function openOne(idle: Connection[]): Connection {
  for (;;) {
    const connection = idle.pop();
    if (connection === undefined) return new Connection();
    if (connection.isOpen) return connection;
  }
}

async function streams(): Promise<object> {
  const until = performance.now() + limitMs;
  const firstMs: number[] = [];
  const worker = async (_: unknown, index: number) => {
    const connection = new Connection();
    // spread, so that they do not all begin in the same instant
    await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / count));
    while (performance.now() < until) firstMs.push((await connection.call()).firstMs);
    connection.close();
  };
  await Promise.all(Array.from({ length: count }, worker));
  return { medianMs: medianOf(firstMs), calls: firstMs.length };
}

function medianOf(samples: number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

const modes: Record<string, () => Promise<object>> = { closed, fixed, streams };
console.log(JSON.stringify(await modes[mode]!()));
