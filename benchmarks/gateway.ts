/**
 * What does the gateway cost a call? Compared in one run, on the same Node, each in a process of its own, before the same
 * provider that answers at once: the gateway as it is built, with recording; the same forwarding without any of it (node:http and undici); and
 * `@portkey-ai/gateway`, which is fetched into a temporary folder for it.
 *
 * In each round all of them are measured the same way one after the other, and a ratio is that of one round: the machine is
 * twice as fast in one minute as in the next. Printed is the middle one of the rounds, and the ratio of each.
 *
 *   npx node --conditions=source benchmarks/gateway.ts [--seconds 5] [--rounds 7] [--without-portkey]
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { startServer } from "../test/start-server.ts";
import { load, startPart, type Way } from "./gateway/parts.ts";
import { median, printResult, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "7" },
    "without-portkey": { type: "boolean", default: false },
  },
});
const limitMs = Number(values.seconds) * 1_000;
const rounds = Number(values.rounds);
const CONNECTIONS = 64;
/** Moderate: everybody has time to spare at it. */
const FIXED_PER_SECOND = 500;
const STREAMS = 100;
/** What is used is compiled meanwhile, of each of them. */
const WARM_UP_MS = 10_000;
const PORTKEY = "@portkey-ai/gateway";

/** It writes into the headers of what `fetch` answered, which Node 24 forbids for streams: these get headers of their own. */
const STREAMS_FOR_PORTKEY = [
  "--import",
  "data:text/javascript,const f=globalThis.fetch;globalThis.fetch=async(...a)=>{const r=await f(...a);return new Response(r.body,r)}",
];

/** One way to the provider. */
interface StreamedWay extends Way {
  /** Where streams are asked for, if elsewhere. */
  streamUrl?: string;
}

/** Of each round. */
interface Figures {
  perSecond: number[];
  latencyMs: number[];
  firstTokenMs: number[];
}

const QUESTIONS: Record<keyof Figures, (way: StreamedWay) => Promise<number>> = {
  perSecond: async (way) => (await load(way, "closed", CONNECTIONS, limitMs)).perSecond!,
  latencyMs: async (way) => (await load(way, "fixed", FIXED_PER_SECOND, limitMs)).medianMs!,
  firstTokenMs: async (way) =>
    (await load({ ...way, url: way.streamUrl ?? way.url }, "streams", STREAMS, limitMs)).medianMs!,
};

const folder = mkdtempSync(join(tmpdir(), "outlay-gateway-benchmark-"));
const children: ChildProcess[] = [];
try {
  const provider = await startPart(children, "provider.ts");
  const bare = await startPart(children, "bare-proxy.ts", provider);
  const outlay = await startServer({
    dataDir: join(folder, "data"),
    built: true,
    env: { OUTLAY_PROVIDERS: JSON.stringify({ openai: { baseUrl: provider } }) },
  });
  const path = "/v1/chat/completions";
  const ways: StreamedWay[] = [
    { name: "direct", url: `${provider}${path}`, headers: {} },
    { name: "bare", url: `${bare}${path}`, headers: {} },
    { name: "outlay", url: `${outlay.url}/gateway/openai${path}`, headers: {} },
  ];
  if (!values["without-portkey"]) {
    const headers = { "x-portkey-provider": "openai", "x-portkey-custom-host": `${provider}/v1` };
    const program = installPortkey();
    const url = `${await startPortkey(program)}${path}`;
    ways.push({
      name: "portkey",
      url,
      streamUrl: `${await startPortkey(program, STREAMS_FOR_PORTKEY)}${path}`,
      headers,
    });
  }
  const figures = new Map(ways.map(({ name }) => [name, noFigures()]));
  for (const way of ways) await load(way, "closed", CONNECTIONS, WARM_UP_MS);
  for (let round = 0; round < rounds; round += 1) {
    for (const [figure, ask] of Object.entries(QUESTIONS)) {
      for (const way of ways) figures.get(way.name)![figure as keyof Figures].push(await ask(way));
    }
  }
  print(figures);
  await outlay.stop();
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

function noFigures(): Figures {
  return { perSecond: [], latencyMs: [], firstTokenMs: [] };
}

function print(figures: Map<string, Figures>): void {
  const of = (name: string) => figures.get(name)!;
  const perSecond = (name: string) => of(name).perSecond;
  const addedMs = (name: string) => differences(of(name).latencyMs, of("direct").latencyMs);
  const addedFirstMs = (name: string) => differences(of(name).firstTokenMs, of("direct").firstTokenMs);
  for (const name of figures.keys()) {
    printResult(`${name}: requests, ${CONNECTIONS} connections`, `${thousands(median(perSecond(name)))}/s`);
    if (name === "direct") continue;
    printResult(`${name}: added latency, ${FIXED_PER_SECOND}/s`, `${median(addedMs(name)).toFixed(3)} ms`);
    printResult(`${name}: added to the first token, ${STREAMS} streams`, `${median(addedFirstMs(name)).toFixed(3)} ms`);
  }
  compare("requests to bare", perSecond("outlay"), perSecond("bare"), (ratio) => ratio >= 0.7, "at least 0.7");
  compare("added latency to bare", addedMs("outlay"), addedMs("bare"), (ratio) => ratio <= 1.5, "at most 1.5");
  compare(
    "added to the first token, to bare",
    addedFirstMs("outlay"),
    addedFirstMs("bare"),
    (ratio) => ratio < 2,
    "below 2",
  );
  if (!figures.has("portkey")) return;
  compare("requests to portkey", perSecond("outlay"), perSecond("portkey"), (ratio) => ratio >= 4, "at least 4");
  compare(
    "added to the first token, to portkey",
    addedFirstMs("outlay"),
    addedFirstMs("portkey"),
    (ratio) => ratio <= 0.1,
    "at most 0.1",
  );
}

function compare(name: string, ours: number[], theirs: number[], isOk: (ratio: number) => boolean, what: string): void {
  const ratios = ours.map((value, round) => value / theirs[round]!);
  printResult(`${name}, of each round`, ratios.map((ratio) => ratio.toFixed(2)).join(" "));
  printResult(name, median(ratios).toFixed(2), { ok: isOk(median(ratios)), what });
}

function differences(samples: number[], from: number[]): number[] {
  return samples.map((value, round) => value - from[round]!);
}

function installPortkey(): string {
  const prefix = join(folder, "portkey");
  const install = [
    "install",
    "--prefix",
    prefix,
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--silent",
  ];
  execFileSync("npm", [...install, PORTKEY], { cwd: folder, stdio: "inherit" });
  return join(prefix, "node_modules", PORTKEY, "build/start-server.js");
}

async function startPortkey(program: string, nodeArgs: string[] = []): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeArgs, program, "--headless", `--port=${port}`], {
    stdio: "ignore",
    env: { ...process.env, TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost" },
  });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries += 1) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return url;
    await sleep(50);
  }
  throw new Error(`${PORTKEY} did not start`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
