/**
 * How much memory does the server hold at rest, and how long does it take from start to its first answer?
 *
 *   npx node --conditions=source benchmarks/memory.ts [--small 1000000] [--large 10000000]
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { startServer } from "../test/start-server.ts";
import { dataset } from "./dataset.ts";
import { HttpClient } from "./http-client.ts";
import { median, printResult, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    small: { type: "string", default: "1000000" },
    large: { type: "string", default: "10000000" },
  },
});
const small = Number(values.small);
const large = Number(values.large);
/** What the first page asks for when it is opened. */
const PAGE = [
  "/api/v1/summary?period=30d&compare=previous",
  "/api/v1/timeseries?metrics=cost&by=model&unit=day&period=30d",
  "/api/v1/events?limit=20",
];

const atRest = await memoryAtRest(await dataset(small));
printResult(`at rest, ${thousands(small)} events`, `${atRest.started.toFixed(0)} MB`, {
  ok: atRest.started < 120,
  what: "below 120 MB",
});
printResult("after a page was looked at", `${atRest.asked.toFixed(0)} MB`);

const folder = await dataset(large);
const starts: number[] = [];
for (let round = 0; round < 5; round++) starts.push(await startToFirstAnswerMs(folder));
printResult(`start to first answer, ${thousands(large)} events`, `${median(starts).toFixed(0)} ms`, {
  ok: median(starts) < 1_000,
  what: "below 1,000 ms",
});

async function memoryAtRest(dataDir: string): Promise<{ started: number; asked: number }> {
  // The first start with new data, or with a new version, looks at all of it once: rules of alerts, calls without a price.
  const before = await startServer({ dataDir, built: true });
  await sleep(40_000);
  await before.stop();
  const server = await startServer({ dataDir, built: true });
  const client = new HttpClient(server.url);
  try {
    // by then everything has run that runs by itself
    await sleep(75_000);
    const started = residentMb(server.pid);
    for (const path of PAGE) await client.get(path);
    await sleep(10_000);
    return { started, asked: residentMb(server.pid) };
  } finally {
    client.close();
    await server.stop();
  }
}

/** The first answer is one with numbers in it. */
async function startToFirstAnswerMs(dataDir: string): Promise<number> {
  const startedMs = performance.now();
  const server = await startServer({ dataDir, built: true });
  const client = new HttpClient(server.url);
  await client.get("/api/v1/query?metrics=cost,calls&period=30d");
  const took = performance.now() - startedMs;
  client.close();
  await server.stop();
  return took;
}

function residentMb(pid: number): number {
  const [, kiB] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return (Number(kiB) * 1_024) / 1e6;
}
