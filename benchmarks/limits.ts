/**
 * What does it cost a call to ask the limits? Two gateways in one run, each a process of its own, before the same provider that answers
 * at once: one without limits, and one with a thousand of them, of which several apply to each call.
 *
 *   npx node --conditions=source benchmarks/limits.ts [--limits 1000] [--seconds 10] [--rounds 5]
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { postJson } from "../test/api.ts";
import { startServer } from "../test/start-server.ts";
import { load, startPart, type Way } from "./gateway/parts.ts";
import { median, printResult, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    limits: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "5" },
  },
});
const limitMs = Number(values.seconds) * 1_000;
const CONNECTIONS = 64;
/** Moderate: both have time to spare at it. */
const FIXED_PER_SECOND = 500;
const HEADERS = {
  "x-outlay-user": "user-7",
  "x-outlay-project": "project-7",
  "x-outlay-agent": "agent-7",
  "x-outlay-tags": "story=7",
};

/** Those that apply to every call of the benchmark; all others are of somebody else. */
const APPLYING: object[] = [
  { name: "everything", period: "month", enforcement: { strict: true } },
  { name: "each user", each: "user", period: "day" },
  { name: "each project", each: "project", period: "month" },
  { name: "each agent, rolling", each: "agent", period: { unit: "day", rolling: true } },
  { name: "a family of models", filters: ["model:gpt-*"], period: "week" },
  { name: "a budget", kind: "budget", period: "year" },
];

function someLimits(count: number): object[] {
  const ofOthers = Array.from({ length: count - APPLYING.length }, (_, i) => {
    return { name: `limit ${i}`, filters: filtersOfOthers(i + 100)[i % 4], period: "day" };
  });
  return [...APPLYING, ...ofOthers].map((limit) => ({ amountUsd: 1_000_000, ...limit }));
}

function filtersOfOthers(i: number): string[][] {
  return [
    [`user:user-${i}`],
    [`project:project-${i}`, "model:gpt-*"],
    [`tag:story:${i}`],
    [`agent:agent-${i}`, "provider:openai"],
  ];
}

const folder = mkdtempSync(join(tmpdir(), "outlay-limits-benchmark-"));
const children: ChildProcess[] = [];
try {
  const provider = await startPart(children, "provider.ts");
  const env = { OUTLAY_PROVIDERS: JSON.stringify({ openai: { baseUrl: provider } }) };
  const free = await startServer({ dataDir: join(folder, "free"), built: true, env });
  const limited = await startServer({ dataDir: join(folder, "limited"), built: true, env });
  for (const limit of someLimits(Number(values.limits))) {
    const answer = await postJson(`${limited.url}/api/v1/limits`, limit);
    if (!answer.ok) throw new Error(await answer.text());
    await answer.arrayBuffer();
  }
  const ways: Way[] = [
    { name: "without limits", url: `${free.url}/gateway/openai/v1/chat/completions`, headers: HEADERS },
    { name: `${values.limits} limits`, url: `${limited.url}/gateway/openai/v1/chat/completions`, headers: HEADERS },
  ];
  const perSecond = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  const latencyMs = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (const way of ways) await load(way, "closed", CONNECTIONS, Math.min(limitMs, 3_000));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Who goes first changes, so that what else runs on the machine hits both alike.
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      latencyMs.get(way.name)!.push((await load(way, "fixed", FIXED_PER_SECOND, limitMs)).medianMs!);
      perSecond.get(way.name)!.push((await load(way, "closed", CONNECTIONS, limitMs)).perSecond!);
    }
  }
  for (const { name } of ways) {
    printResult(`${name}: median latency, ${FIXED_PER_SECOND}/s`, `${median(latencyMs.get(name)!).toFixed(3)} ms`);
    printResult(`${name}: requests, ${CONNECTIONS} connections`, `${thousands(median(perSecond.get(name)!))}/s`);
  }
  const [without, within] = ways.map(({ name }) => median(latencyMs.get(name)!)) as [number, number];
  const addedMs = within - without;
  printResult("added by the limits", `${addedMs.toFixed(3)} ms`, { ok: addedMs < 0.1, what: "below 0.1 ms" });
  const ratio = within / without;
  printResult("latency, to without limits", ratio.toFixed(2), { ok: ratio < 1.2, what: "below 1.2" });
  await Promise.all([free.stop(), limited.stop()]);
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
