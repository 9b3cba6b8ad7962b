/**
 * How long Claude Code waits for its status line: from start to print, beside a bare `node -e 0` and beside `ccusage statusline` on
 * the same session, in alternating rounds. With a server running and without; once more with a busy log behind it.
 *
 *   node benchmarks/statusline.ts [--rounds 40]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer } from "../test/start-server.ts";
import { numberArgument } from "./measure.ts";
import { median, printResult, quantile } from "./timing.ts";

const ROUNDS = numberArgument("rounds", 40);
const LONGEST_MS = 60;
const CALLS = 20_000;

const root = join(import.meta.dirname, "..");
const outlay = join(root, "packages/server/bin/outlay.js");
const packed = join(root, "node_modules/@ccusage/ccusage-linux-x64/bin/ccusage");
const folder = mkdtempSync(join(tmpdir(), "outlay-statusline-"));
const dataDir = join(folder, "data");
const ccusage = join(folder, "ccusage");
const transcript = join(folder, ".claude/projects/-home-dev/now.jsonl");
const env = { PATH: process.env["PATH"], HOME: folder, OUTLAY_REFRESH_PRICES: "off" };

const told = JSON.stringify({
  session_id: "now",
  transcript_path: transcript,
  cwd: "/home/dev",
  model: { id: "claude-sonnet-4-5-20250929", display_name: "Sonnet 4.5" },
  workspace: { current_dir: "/home/dev", project_dir: "/home/dev" },
  cost: {
    total_cost_usd: 1.5,
    total_duration_ms: 1,
    total_api_duration_ms: 1,
    total_lines_added: 0,
    total_lines_removed: 0,
  },
  context_window: {
    total_input_tokens: 1_000,
    total_output_tokens: 10,
    context_window_size: 200_000,
    used_percentage: 12,
  },
});

/** Calls of the last days, the newest a minute ago. */
function writeLogs(): void {
  mkdirSync(join(folder, ".claude/projects/-home-dev"), { recursive: true });
  const usage = {
    input_tokens: 10,
    cache_creation_input_tokens: 500,
    cache_read_input_tokens: 40_000,
    output_tokens: 300,
  };
  const lines = Array.from({ length: CALLS }, (_, index) =>
    JSON.stringify({
      type: "assistant",
      sessionId: index > CALLS - 200 ? "now" : `s${Math.floor(index / 200)}`,
      cwd: "/home/dev",
      requestId: `req_${index}`,
      timestamp: new Date(Date.now() - (CALLS - index) * 60_000).toISOString(),
      message: { id: `msg_${index}`, model: "claude-sonnet-4-5-20250929", usage },
    }),
  );
  writeFileSync(transcript, `${lines.join("\n")}\n`);
}

/** Milliseconds from the start of a program to its first bytes, and to its end. */
async function timeOf(command: string, args: string[]): Promise<{ printedMs: number; endedMs: number }> {
  const start = performance.now();
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "ignore"] });
  let printedMs = Number.NaN;
  child.stdout.once("data", () => (printedMs = performance.now() - start));
  child.stdin.on("error", () => {});
  child.stdin.end(told);
  await once(child, "close");
  return { printedMs, endedMs: performance.now() - start };
}

const PROGRAMS: [name: string, command: string, args: string[]][] = [
  ["bare", process.execPath, ["-e", "require('fs').writeSync(1, '.')"]],
  ["outlay", process.execPath, [outlay, "statusline", "--data", dataDir, "--refresh-interval", "600"]],
  ...(existsSync(packed)
    ? [["ccusage", ccusage, ["statusline", "--offline", "--no-cache"]] as [string, string, string[]]]
    : []),
];

async function measure(): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(PROGRAMS.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command, args] of PROGRAMS) times.get(name)!.push((await timeOf(command, args)).printedMs);
  }
  return times;
}

function print(where: string, times: Map<string, number[]>): void {
  const [bare, ours, theirs] = ["bare", "outlay", "ccusage"].map((name) => times.get(name) ?? []);
  const oursMs = median(ours!);
  printResult(`${where}: start to print`, `${oursMs.toFixed(1)} ms`, {
    ok: oursMs < LONGEST_MS,
    what: `below ${LONGEST_MS} ms`,
  });
  printResult("… slowest of twenty", `${quantile(ours!, 0.95).toFixed(1)} ms`);
  printResult("… fastest", `${quantile(ours!, 0).toFixed(1)} ms`);
  printResult("… to a bare node (which is)", `${(oursMs / median(bare!)).toFixed(2)} (${median(bare!).toFixed(1)} ms)`);
  if (theirs!.length === 0) return;
  printResult(
    "… to ccusage, reading its logs (which is)",
    `${(oursMs / median(theirs!)).toFixed(2)} (${median(theirs!).toFixed(1)} ms)`,
  );
}

/** The first line knows nothing and has the logs read. */
async function untilKnown(): Promise<void> {
  await timeOf(process.execPath, [outlay, "statusline", "--data", dataDir]);
  while (!existsSync(join(dataDir, "statusline.json")) || existsSync(join(dataDir, "statusline.lock")))
    await sleep(100);
}

try {
  writeLogs();
  if (existsSync(packed)) {
    copyFileSync(packed, ccusage);
    chmodSync(ccusage, 0o755);
  }
  await untilKnown();
  print("without a server", await measure());
  const server = await startServer({ dataDir, built: true });
  try {
    print("with a server", await measure());
  } finally {
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
