/**
 * How much of the processor does the gateway take for a call? Requests per second depend on what else runs on the machine, this less:
 * the time that the kernel counted for the process and for its main thread; of the gateway as it is built, of the same forwarding without
 * recording (node:http and undici), and of another build. One after the other in each round; or `--together`, which says nothing of a
 * quiet machine, but compares two builds on a busy one: both see the same of it. Linux only.
 *
 *   npx node --conditions=source benchmarks/gateway-cpu.ts [--seconds 4] [--rounds 7] [--streams] [--together] [--other <its bin/outlay.js>]
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { startServer } from "../test/start-server.ts";
import { load, startPart, type Way } from "./gateway/parts.ts";
import { median, printResult, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "7" },
    streams: { type: "boolean", default: false },
    together: { type: "boolean", default: false },
    other: { type: "string" },
  },
});
const limitMs = Number(values.seconds) * 1_000;
const CONNECTIONS = 64;
/** What is used is compiled meanwhile, of each of them. */
const WARM_UP_MS = 10_000;

/** One way to the provider, and the process that is on it. */
interface MeasuredWay extends Way {
  pid: number;
  mainUs: number[];
  allUs: number[];
  perSecond: number[];
}

const folder = mkdtempSync(join(tmpdir(), "outlay-gateway-cpu-"));
const children: ChildProcess[] = [];
try {
  const provider = await startPart(children, "provider.ts");
  const bare = await startPart(children, "bare-proxy.ts", provider);
  const ways = [wayOf("bare", `${bare}/v1/chat/completions`, children.at(-1)!.pid!)];
  const builds = { outlay: undefined, ...(values.other === undefined ? {} : { other: values.other }) };
  const stops: (() => Promise<unknown>)[] = [];
  for (const [name, program] of Object.entries(builds)) {
    const server = await startServer({
      dataDir: join(folder, name),
      built: true,
      ...(program === undefined ? {} : { program }),
      env: { OUTLAY_PROVIDERS: JSON.stringify({ openai: { baseUrl: provider } }) },
    });
    stops.push(() => server.stop());
    ways.push(wayOf(name, `${server.url}/gateway/openai/v1/chat/completions`, server.pid));
  }
  await ofEach(ways, (way) => calls(way, WARM_UP_MS));
  for (let round = 0; round < Number(values.rounds); round += 1) await ofEach(ways, measure);
  for (const { name, mainUs, allUs, perSecond } of ways) {
    printResult(`${name}: main thread, of one call`, `${median(mainUs).toFixed(1)} µs`);
    printResult(`${name}: whole process, of one call`, `${median(allUs).toFixed(1)} µs`);
    if (!values.streams) printResult(`${name}: calls`, `${thousands(median(perSecond))}/s`);
  }
  for (const stop of stops) await stop();
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

function wayOf(name: string, url: string, pid: number): MeasuredWay {
  return { name, url, headers: {}, pid, mainUs: [], allUs: [], perSecond: [] };
}

async function ofEach(ways: MeasuredWay[], work: (way: MeasuredWay) => Promise<unknown>): Promise<void> {
  if (values.together) await Promise.all(ways.map(work));
  else for (const way of ways) await work(way);
}

function calls(way: Way, ms: number): ReturnType<typeof load> {
  return load(way, values.streams ? "streams" : "closed", CONNECTIONS, ms);
}

async function measure(way: MeasuredWay): Promise<void> {
  const before = cpuUs(way.pid);
  const { calls: count, perSecond } = await calls(way, limitMs);
  const after = cpuUs(way.pid);
  way.mainUs.push((after.main - before.main) / count!);
  way.allUs.push((after.all - before.all) / count!);
  way.perSecond.push(perSecond ?? Number.NaN);
}

/** Microseconds that a process has run so far: its main thread, and all of them that live. */
function cpuUs(pid: number): { main: number; all: number } {
  const folderOfThreads = `/proc/${pid}/task`;
  const usOf = (thread: string) =>
    Number(readFileSync(join(folderOfThreads, thread, "schedstat"), "utf8").split(" ")[0]) / 1_000;
  const all = readdirSync(folderOfThreads).reduce((sum, thread) => sum + usOf(thread), 0);
  return { main: usOf(String(pid)), all };
}
