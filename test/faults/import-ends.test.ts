import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, it } from "vitest";

import { get, nanoUsd, verifyRollups } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { smallDisk } from "./small-disk.ts";

const program = join(import.meta.dirname, "../../packages/server/bin/outlay.js");

/** Several of the batches in which an import records into a data folder. */
const FILES = 4;
const CALLS_OF_A_FILE = 2_000;

/**
 * Sessions in which each call is told twice, with 1 token of output and then with all of it, and every third one a third time
 * in the next session, which was resumed from it.
 */
function writeLogs(): { folder: string; calls: number; outputTokens: number; costNanoUsd: bigint } {
  const folder = temporaryFolder();
  const project = join(folder, "projects", "-home-dev-app");
  mkdirSync(project, { recursive: true });
  let outputTokens = 0;
  for (let file = 0; file < FILES; file++) {
    const lines: string[] = [];
    for (let call = 0; call < CALLS_OF_A_FILE; call++) {
      if (file > 0 && call % 3 === 0) lines.push(lineOf(file - 1, call, outputOf(file - 1, call)));
      lines.push(lineOf(file, call, 1), lineOf(file, call, outputOf(file, call)));
      outputTokens += outputOf(file, call);
    }
    writeFileSync(join(project, `session-${file}.jsonl`), `${lines.join("\n")}\n`);
  }
  const calls = FILES * CALLS_OF_A_FILE;
  // claude-sonnet-4-5: 3 dollars a million tokens of input, of which each call has 10, and 15 dollars of output
  return { folder, calls, outputTokens, costNanoUsd: BigInt(calls * 10 * 3_000 + outputTokens * 15_000) };
}

const outputOf = (file: number, call: number) => 2 + ((file * 31 + call) % 700);

function lineOf(file: number, call: number, outputTokens: number): string {
  const minute = file * CALLS_OF_A_FILE + call;
  return JSON.stringify({
    type: "assistant",
    sessionId: `session-${file}`,
    requestId: `req_${minute}`,
    cwd: "/home/dev/app",
    timestamp: new Date(Date.UTC(2026, 8, 1) + minute * 60_000).toISOString(),
    message: {
      id: `msg_${minute}`,
      model: "claude-sonnet-4-5",
      usage: { input_tokens: 10, output_tokens: outputTokens },
    },
  });
}

function startImport(logs: string, dataDir: string, prefix: string[] = []): ChildProcess {
  const [command, ...args] = [...prefix, process.execPath, program, "import", "claude-code", "--data", dataDir];
  const { FORCE_COLOR: _, OUTLAY_SERVER: __, ...inherited } = process.env;
  const env = { ...inherited, CLAUDE_CONFIG_DIR: logs, OUTLAY_REFRESH_PRICES: "off", NODE_COMPILE_CACHE: "" };
  return spawn(command!, args, { env, stdio: ["ignore", "pipe", "pipe"] });
}

async function runImport(logs: string, dataDir: string, prefix?: string[]) {
  const child = startImport(logs, dataDir, prefix);
  const ended = { exitCode: null as number | null, stdout: "", stderr: "" };
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
  [ended.exitCode] = (await once(child, "close")) as [number | null];
  return ended;
}

async function expectAllOnce(dataDir: string, logs: ReturnType<typeof writeLogs>): Promise<void> {
  const server = await startServer({ dataDir });
  const { totals } = await get(server.url, "/api/v1/query?metrics=calls,inputTokens,outputTokens,cost&period=all");
  expect(totals).toMatchObject({
    calls: logs.calls,
    inputTokens: logs.calls * 10,
    outputTokens: logs.outputTokens,
  });
  expect(nanoUsd(totals["cost"])).toBe(logs.costNanoUsd);
  expect(await verifyRollups(server.url)).toMatchObject({ different: 0, examples: [] });
  await server.stop();
}

it("an import that fills the disk names the folder; with room, the next one has everything once", async () => {
  const logs = writeLogs();
  // no room for the tables; for a first batch only
  for (const sizeKb of [100, 900]) {
    const { dataDir, prefix, makeRoom } = smallDisk(sizeKb);
    const full = await runImport(logs.folder, dataDir, prefix);
    expect(full).toMatchObject({ exitCode: 1, stdout: "" });
    expect(full.stderr).toMatch(/^error: There is no room in the data folder .*; make room and import again: .*\n$/);
    expect(full.stderr).toContain(dataDir);
    expect(await runImport(logs.folder, dataDir, prefix)).toEqual(full);
    makeRoom();
    expect(await runImport(logs.folder, dataDir)).toMatchObject({ exitCode: 0, stderr: "" });
    await expectAllOnce(dataDir, logs);
  }
});

it("an import that is killed at any moment and then repeated has everything once", async () => {
  const logs = writeLogs();
  const dataDir = temporaryFolder();
  let kills = 0;
  // each time later, until one is done before it is killed
  for (let afterMs = 0; ; afterMs = 30 + afterMs * 1.6) {
    const child = startImport(logs.folder, dataDir);
    const ended = once(child, "exit") as Promise<[number | null]>;
    await until(() => child.exitCode !== null || existsSync(join(dataDir, "outlay.sqlite-wal")));
    await Promise.race([sleep(afterMs), ended]);
    child.kill("SIGKILL");
    const [exitCode] = await ended;
    if (exitCode === 0) break;
    expect(exitCode).toBeNull();
    kills += 1;
  }
  expect(kills).toBeGreaterThan(0);
  expect(statSync(join(dataDir, "outlay.sqlite")).size).toBeGreaterThan(0);
  const again = await runImport(logs.folder, dataDir);
  expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  expect(again.stdout).toContain("0 recorded");
  await expectAllOnce(dataDir, logs);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}
