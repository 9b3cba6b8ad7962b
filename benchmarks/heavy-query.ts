/**
 * Does a heavy question slow down small requests? Small ones are sent all the time, with and without a scan of all raw
 * events running beside them.
 *
 *   npx node --conditions=source benchmarks/heavy-query.ts [--events 10000000]
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { startServer } from "../test/start-server.ts";
import { dataset } from "./dataset.ts";
import { HttpClient } from "./http-client.ts";
import { durationMs } from "./measure.ts";
import { printResult, quantile, thousands } from "./timing.ts";

const { values } = parseArgs({ options: { events: { type: "string", default: "10000000" } } });
const totalEvents = Number(values.events);
const SAMPLES_MS = 8_000;
const PAUSE_MS = 5;

const SMALL = [
  "/api/health",
  "/api/v1/query?metrics=cost,calls&period=7d",
  "/api/v1/query?metrics=cost&by=model&period=30d&limit=8",
  "/api/v1/events?limit=20&period=7d",
];

const server = await startServer({ dataDir: await dataset(totalEvents), built: true });
const client = new HttpClient(server.url, 1);
const heavyClient = new HttpClient(server.url, 1);
try {
  await sample(SAMPLES_MS / 4);
  // Without, with, without, with: what else the machine does falls on both.
  const without: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < 2; round++) {
    without.push(...(await sample(SAMPLES_MS / 2)));
    beside.push(...(await besideHeavy(() => sample(SAMPLES_MS / 2))));
  }
  const ratio = quantile(beside, 0.99) / quantile(without, 0.99);
  printResult("small requests alone, 99th percentile", `${quantile(without, 0.99).toFixed(1)} ms`);
  printResult("beside a scan of all events, 99th percentile", `${quantile(beside, 0.99).toFixed(1)} ms`);
  printResult("  median alone, beside", `${quantile(without, 0.5).toFixed(1)}, ${quantile(beside, 0.5).toFixed(1)} ms`);
  printResult("beside : alone", ratio.toFixed(2), { ok: ratio < 2, what: "below 2" });
} finally {
  client.close();
  heavyClient.close();
  await server.stop();
}

async function sample(lengthMs: number): Promise<number[]> {
  const took: number[] = [];
  const endMs = performance.now() + lengthMs;
  for (let index = 0; performance.now() < endMs; index++) {
    took.push(await durationMs(() => client.get(SMALL[index % SMALL.length]!)));
    await sleep(PAUSE_MS);
  }
  return took;
}

/** Keeps one heavy question running, one after the other, while the work is done. */
async function besideHeavy<T>(work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  let scans = 0;
  const heavy = (async () => {
    while (!done.signal.aborted) {
      // Two dimensions that no kept sum has together: every raw event is read.
      const path = "/api/v1/query?metrics=cost,calls&by=environment,serviceTier&period=all&limit=5";
      const { meta } = (await heavyClient.get(path)) as { meta: { scannedEvents: number } };
      if (meta.scannedEvents < totalEvents * 0.9)
        throw new Error(`only ${thousands(meta.scannedEvents)} events were read`);
      scans++;
    }
  })();
  await sleep(200);
  const result = await work();
  done.abort();
  await heavy;
  console.log(`(${scans} scans of ${thousands(totalEvents)} events ran)`);
  return result;
}
