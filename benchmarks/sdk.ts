/**
 * What does tracking cost an application, and what arrives when the server is in trouble? Measured beside the package
 * `langfuse`, each in a process of its own, against the same server that stores nothing.
 *
 *   npx node benchmarks/sdk.ts [--calls 100000] [--langfuse 3]
 *
 * Installs langfuse from the npm registry into a temporary folder.
 */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { printResult, quantile, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "100000" },
    langfuse: { type: "string", default: "3" },
    role: { type: "string", default: "benchmark" },
  },
});

/** Calls of one moment, before others get their turn. */
const CALLS_A_MOMENT = 50;
/** Calls before the clock runs. */
const WARM_UP = 5_000;
/** How long something may still arrive after the server is well again, in milliseconds. */
const PATIENCE_MS = 60_000;

type Mood = "good" | "500" | "hang";

/** A way to tell a server of a call. */
interface Contestant {
  track(index: number): void;
  /** Resolves when the package believes that it has sent all it will send. */
  finish(): Promise<unknown>;
}

interface Cost {
  medianUs: number;
  p99Us: number;
  cpuUs: number;
}

interface Outage {
  delivered: number;
  mostMb: number;
}

const roles: Record<string, () => Promise<void>> = {
  benchmark,
  server: serveAsTold,
  cost: measureCost,
  outage: measureOutage,
};
await roles[values.role]!();

async function benchmark(): Promise<void> {
  const calls = Number(values.calls);
  const folder = mkdtempSync(join(tmpdir(), "outlay-sdk-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    execFileSync("npm", ["install", "--silent", "--ignore-scripts", `langfuse@${values.langfuse}`], { cwd: folder });
    const ours = await contest<Cost>("cost", "outlay", calls, folder);
    const theirs = await contest<Cost>("cost", "langfuse", Math.min(calls, 20_000), folder);
    printCost("median", "medianUs", ours, theirs);
    printCost("99th percentile", "p99Us", ours, theirs);
    printCost("all CPU", "cpuUs", ours, theirs);

    const survived = await contest<Outage>("outage", "outlay", calls, folder);
    const lost = await contest<Outage>("outage", "langfuse", calls, folder);
    printResult(`delivered of ${thousands(calls)}, outlay`, thousands(survived.delivered), {
      ok: survived.delivered === calls,
      what: "all",
    });
    printResult(`delivered of ${thousands(calls)}, langfuse`, thousands(lost.delivered));
    printResult("most memory, outlay", `${survived.mostMb.toFixed(0)} MB`, {
      ok: survived.mostMb < 150,
      what: "below 150 MB",
    });
    printResult("most memory, langfuse", `${lost.mostMb.toFixed(0)} MB`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printCost(name: string, field: keyof Cost, ours: Cost, theirs: Cost): void {
  printResult(`µs a call, ${name}, outlay`, ours[field].toFixed(2));
  printResult(`µs a call, ${name}, langfuse`, theirs[field].toFixed(2));
  const ratio = theirs[field] / ours[field];
  printResult(`µs a call, ${name}, langfuse : outlay`, ratio.toFixed(1), { ok: ratio >= 10, what: "at least 10" });
}

/** One measurement in a process of its own, with a server of its own. */
async function contest<Result>(role: string, name: string, calls: number, folder: string): Promise<Result> {
  const server = await startServer();
  const child = fork(import.meta.filename, ["--role", role], {
    env: { ...process.env, CONTEST: JSON.stringify({ name, calls, folder, url: server.url }) },
  });
  try {
    child.on("message", (message) => {
      const { mood } = message as { mood?: Mood };
      if (mood) server.process.send({ mood });
    });
    const measured = await messageWith<Partial<Outage>>(child, "measured");
    await server.settled();
    return { ...measured, delivered: await server.delivered() } as Result;
  } finally {
    child.kill("SIGKILL");
    server.process.kill("SIGKILL");
  }
}

async function messageWith<Value>(child: ChildProcess, field: string): Promise<Value> {
  for (;;) {
    const message = (await Promise.race([
      once(child, "message").then(([value]) => value as Record<string, unknown>),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`a process ended with ${code}`))),
    ])) as Record<string, unknown>;
    if (field in message) return message[field] as Value;
  }
}

// The server

async function startServer() {
  const child = fork(import.meta.filename, ["--role", "server"]);
  const url = await messageWith<string>(child, "url");
  const delivered = async () => {
    child.send({ count: true });
    return messageWith<number>(child, "delivered");
  };
  return {
    url,
    process: child,
    delivered,
    /** Waits until nothing more arrives, as long as patience lasts. */
    async settled() {
      const untilMs = performance.now() + PATIENCE_MS;
      for (let before = -1, now = await delivered(); now !== before; before = now, now = await delivered()) {
        if (performance.now() > untilMs) return;
        await sleep(3_000);
      }
    },
  };
}

/** Answers both clients as their own servers would, and counts the different calls that it was told of. */
async function serveAsTold(): Promise<void> {
  let mood: Mood = "good";
  const seen = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      if (mood === "500") outgoing.writeHead(500, { "content-type": "application/json" }).end('{"error":"broken"}');
      else if (mood === "good") take(incoming, Buffer.concat(chunks), outgoing);
    });
  });
  const take = (incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse) => {
    const content = JSON.parse(body.toString()) as {
      events?: { id: string }[];
      batch?: { type: string; body: { id: string } }[];
    };
    outgoing.setHeader("content-type", "application/json");
    if (content.events) {
      for (const { id } of content.events) seen.add(id);
      outgoing.end(JSON.stringify({ accepted: content.events.length, duplicates: 0, rejected: [], ids: [] }));
    } else {
      for (const { type, body: call } of content.batch ?? []) if (type === "generation-create") seen.add(call.id);
      const successes = (content.batch ?? []).map(({ body: call }) => ({ id: call.id, status: 201 }));
      outgoing.writeHead(207).end(JSON.stringify({ successes, errors: [] }));
    }
    incoming.resume();
  };
  process.on("message", (message: { mood?: Mood; count?: true }) => {
    if (message.mood) mood = message.mood;
    if (message.count) process.send!({ delivered: seen.size });
  });
  server.listen(0, "127.0.0.1", () => {
    process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
}

// The application

function plan(): { name: string; calls: number; folder: string; url: string } {
  return JSON.parse(process.env["CONTEST"]!) as { name: string; calls: number; folder: string; url: string };
}

async function contestant(): Promise<Contestant> {
  const { name, folder, url } = plan();
  return name === "outlay" ? outlay(url, folder) : langfuse(url, folder);
}

async function outlay(url: string, folder: string): Promise<Contestant> {
  const built = new URL("../packages/sdk/dist/node.js", import.meta.url).href;
  const { Outlay } = (await import(built)) as typeof import("../packages/sdk/src/node/index.ts");
  const client = new Outlay({ url, spool: join(folder, "spool"), onWarning: () => undefined });
  return {
    track: (index) => {
      client.track({
        id: `call-${index}`,
        provider: "openai",
        model: "gpt-4o-mini",
        usage: { inputTokens: 1_200 + (index % 10), outputTokens: 340, cacheReadTokens: 200 },
        user: `user-${index % 1_000}`,
        session: `session-${index % 5_000}`,
        activity: "planning.propose",
        durationMs: 1_000 + (index % 500),
        metadata: { story: `st-${index % 100}`, note: "as an application would write it" },
      });
    },
    async finish() {
      const untilMs = performance.now() + PATIENCE_MS;
      while (performance.now() < untilMs) if ((await client.flush(10_000)) === "sent") break;
    },
  };
}

/** The part of langfuse that we use. */
interface LangfuseClient {
  generation(body: Record<string, unknown>): unknown;
  on(name: string, listener: () => void): void;
  flushAsync(): Promise<void>;
}

async function langfuse(url: string, folder: string): Promise<Contestant> {
  const path = createRequire(join(folder, "package.json")).resolve("langfuse");
  const { Langfuse } = (await import(pathToFileURL(path).href)) as {
    Langfuse: new (options: object) => LangfuseClient;
  };
  const client = new Langfuse({ publicKey: "pk-lf-x", secretKey: "sk-lf-x", baseUrl: url });
  client.on("error", () => undefined);
  return {
    track: (index) => {
      client.generation({
        id: `call-${index}`,
        name: "planning.propose",
        model: "gpt-4o-mini",
        usage: { input: 1_200 + (index % 10), output: 340, unit: "TOKENS" },
        startTime: new Date(),
        endTime: new Date(),
        metadata: {
          user: `user-${index % 1_000}`,
          session: `session-${index % 5_000}`,
          story: `st-${index % 100}`,
          note: "as an application would write it",
        },
      });
    },
    async finish() {
      const stop = new AbortController();
      // It may wait for a request that never ends.
      await Promise.race([
        client.flushAsync().catch(() => undefined),
        sleep(PATIENCE_MS, null, { signal: stop.signal }),
      ]);
      stop.abort();
    },
  };
}

async function measureCost(): Promise<void> {
  const { track, finish } = await contestant();
  const { calls } = plan();
  await trackAll(track, 0, WARM_UP);
  await finish();
  const bare = await cpuUsOf(() => trackAll(() => undefined, 0, calls));
  const samplesUs = new Float64Array(calls);
  const cpuUs = await cpuUsOf(async () => {
    await trackAll(
      (index) => {
        const started = performance.now();
        track(index);
        samplesUs[index - WARM_UP] = (performance.now() - started) * 1_000;
      },
      WARM_UP,
      calls,
    );
    await finish();
  });
  const samples = [...samplesUs];
  const cost: Cost = {
    medianUs: quantile(samples, 0.5),
    p99Us: quantile(samples, 0.99),
    cpuUs: (cpuUs - bare) / calls,
  };
  process.send!({ measured: cost });
}

/** A third of the calls while the server answers 500, a third while it hangs; then it is well again. */
async function measureOutage(): Promise<void> {
  const { track, finish } = await contestant();
  const { calls } = plan();
  const third = Math.floor(calls / 3);
  process.send!({ mood: "500" });
  await sleep(100);
  await trackAll(track, 0, third);
  await sleep(5_000);
  process.send!({ mood: "hang" });
  await sleep(100);
  await trackAll(track, third, third);
  await sleep(15_000);
  process.send!({ mood: "good" });
  await sleep(100);
  await trackAll(track, 2 * third, calls - 2 * third);
  await finish();
  process.send!({ measured: { mostMb: process.resourceUsage().maxRSS / 1_000 } });
}

async function trackAll(track: (index: number) => void, from: number, count: number): Promise<void> {
  for (let index = from; index < from + count; index++) {
    track(index);
    if (index % CALLS_A_MOMENT === CALLS_A_MOMENT - 1) await sleep(1);
  }
}

async function cpuUsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
