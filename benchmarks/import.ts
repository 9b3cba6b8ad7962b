/**
 * How long does `outlay import` take, which stores what it reads, beside `ccusage`, which adds it up and forgets it? The
 * same logs of Claude Code in the same run, in turns; both have to come to the sums that the logs were made with.
 *
 *   npx node --conditions=source benchmarks/import.ts [--rounds 3] [--giant 1000] [--apart 7]
 *
 * `--giant`: megabytes of the single file that memory is measured with. `--apart`: seconds between two lines of a session;
 * with 1200 each call has an hour of its own, which is the most that there can be to sum up. ccusage comes from the npm
 * registry.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { writeClaudeCodeLogs, type LogTotals } from "./claude-code-logs.ts";
import { median, printResult, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    giant: { type: "string", default: "1000" },
    apart: { type: "string", default: "7" },
  },
});
/** The last one whose programs for all platforms the registry has. */
const CCUSAGE = "ccusage@20.0.24";
const BYTES_OF_LINE = 1_392;
const outlay = join(import.meta.dirname, "../packages/server/bin/outlay.js");

const folder = mkdtempSync(join(tmpdir(), "outlay-import-benchmark-"));
try {
  const ccusage = installCcusage(join(folder, "ccusage"));
  const logs = join(folder, "logs");
  const truth = writeClaudeCodeLogs(logs, { files: 200, lines: 1_000, secondsApart: Number(values.apart) });
  printResult("logs", `${thousands(truth.bytes / 1e6)} MB`);
  printResult("lines, of them repeats", `${thousands(truth.lines)}, ${thousands(truth.repeats)}`);
  await compare(ccusage, logs, truth);
  await measureGiant(Number(values.giant));
} finally {
  rmSync(folder, { recursive: true });
}

interface Run {
  ms: number;
  cpuMs: number;
  peakMb: number;
  output: string;
}

async function compare(ccusage: string, logs: string, truth: LogTotals): Promise<void> {
  const theirs: Run[] = [];
  const first: Run[] = [];
  const second: Run[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const dataDir = join(folder, `data-${round}`);
    theirs.push(await run([ccusage, "claude", "daily", "--offline", "--json"], logs));
    first.push(await run([outlay, "import", "claude-code", "--json", "--data", dataDir], logs));
    theirs.push(await run([ccusage, "claude", "daily", "--offline", "--json"], logs));
    second.push(await run([outlay, "import", "claude-code", "--json", "--data", dataDir], logs));
    if (round === 0) await check(theirs[0] as Run, dataDir, logs, truth);
  }
  show("ccusage", theirs);
  show("outlay import, first", first);
  show("outlay import, nothing new", second);
  const ratio = medianOf(first, "ms") / medianOf(theirs, "ms");
  printResult("first import to ccusage", ratio.toFixed(2), { ok: ratio <= 2.5, what: "at most 2.5" });
  printResult("… processor time", (medianOf(first, "cpuMs") / medianOf(theirs, "cpuMs")).toFixed(2));
  const faster = medianOf(theirs, "ms") / medianOf(second, "ms");
  printResult("ccusage to an import with nothing new", faster.toFixed(1), { ok: faster >= 5, what: "at least 5" });
}

/** Both came to what the logs were made with: tokens exactly, dollars to a millionth. */
async function check({ output }: Run, dataDir: string, logs: string, truth: LogTotals): Promise<void> {
  const { totals } = JSON.parse(output) as { totals: Record<string, number> };
  const metrics = "calls,cost,inputTokens,outputTokens,cacheReadTokens,cacheWriteTokens";
  const answer = await run([outlay, "query", `metrics=${metrics}`, "period=all", "--json", "--data", dataDir], logs);
  const ours = (JSON.parse(answer.output) as { totals: Record<string, number> }).totals;
  const { calls, inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, costUsd } = truth;
  const expected = [inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, Math.round(costUsd * 1e6)];
  const cached = (ours["cacheReadTokens"] ?? 0) + (ours["cacheWriteTokens"] ?? 0);
  const isTheirs = said(totals, totals["inputTokens"] ?? 0, "cacheCreationTokens", "totalCost") === expected.join();
  const isOurs = said(ours, (ours["inputTokens"] ?? 0) - cached, "cacheWriteTokens", "cost") === expected.join();
  printResult("cost", `$${thousands(costUsd)}`);
  printResult("ccusage's tokens and cost", isTheirs ? "right" : "wrong", { ok: isTheirs, what: "those of the logs" });
  const isRight = isOurs && ours["calls"] === calls;
  printResult("our calls, tokens and cost", isRight ? "right" : "wrong", { ok: isRight, what: "those of the logs" });
}

function said(sums: Record<string, number>, input: number, write: string, cost: string): string {
  return [
    input,
    sums["outputTokens"],
    sums["cacheReadTokens"],
    sums[write],
    Math.round((sums[cost] ?? 0) * 1e6),
  ].join();
}

async function measureGiant(megabytes: number): Promise<void> {
  const logs = join(folder, "giant");
  const { bytes } = writeClaudeCodeLogs(logs, { files: 1, lines: Math.round((megabytes * 1e6) / BYTES_OF_LINE) });
  const { peakMb, ms } = await run(
    [outlay, "import", "claude-code", "--json", "--data", join(folder, "giant-data")],
    logs,
  );
  const name = `one file of ${thousands(bytes / 1e6)} MB, ${(bytes / 1e3 / ms).toFixed(0)} MB/s: most memory`;
  printResult(name, `${peakMb.toFixed(0)} MB`, { ok: peakMb < 250, what: "below 250 MB" });
}

function show(name: string, runs: Run[]): void {
  const [ms, cpuMs, peakMb] = (["ms", "cpuMs", "peakMb"] as const).map((what) => medianOf(runs, what).toFixed(0));
  printResult(name, `${ms} ms, ${cpuMs} ms of processor, ${peakMb} MB`);
}

function medianOf(runs: Run[], what: "ms" | "cpuMs" | "peakMb"): number {
  return median(runs.map((one) => one[what]));
}

/** Runs a program with a home of its own, so that only the given logs are found. */
async function run(args: string[], logs: string): Promise<Run> {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  const { OUTLAY_SERVER: _, OUTLAY_DATA: __, ...inherited } = process.env;
  const startedMs = performance.now();
  const child = spawn("/usr/bin/time", ["-f", "%U %S %M", process.execPath, ...args], {
    env: { ...inherited, HOME: home, CLAUDE_CONFIG_DIR: logs, OUTLAY_REFRESH_PRICES: "off", OUTLAY_TIMEZONE: "UTC" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  const [exitCode] = (await once(child, "close")) as [number | null];
  const ms = performance.now() - startedMs;
  if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${exitCode}: ${errors}`);
  const [user = 0, system = 0, peakKb = 0] = (errors.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return { ms, cpuMs: (user + system) * 1_000, peakMb: (peakKb * 1_024) / 1e6, output };
}

/** The package as people install it: a small launcher and the native program. */
function installCcusage(into: string): string {
  mkdirSync(into);
  execFileSync("npm", ["install", "--no-save", "--prefix", into, CCUSAGE], { stdio: "ignore" });
  const installed = join(into, "node_modules/ccusage");
  const { bin } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { bin: Record<string, string> };
  return join(installed, bin["ccusage"] as string);
}
