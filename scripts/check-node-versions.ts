/**
 * Runs the built product on the other Node versions that it supports: start, record an event, ask for its cost, stop.
 * They come from the npm registry, as the checkout's own Node does.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { postJson } from "../test/api.ts";
import { startServer } from "../test/start-server.ts";

/** The oldest that is supported, and a recent one of each line other than our own. */
const VERSIONS = ["22.18.0", "22.23.2", "26.10.0"];

if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
  console.log(`not checked: the registry has these versions for Linux only, and this is ${process.platform}`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "outlay-node-versions-"));
try {
  for (const version of VERSIONS) await check(version);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function check(version: string): Promise<void> {
  const prefix = join(folder, version);
  mkdirSync(prefix);
  const packageName = `node-linux-${process.arch}`;
  const install = ["install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund", "--silent"];
  execFileSync("npm", [...install, `${packageName}@${version}`], { cwd: prefix, stdio: "inherit" });
  const node = join(prefix, "node_modules", packageName, "bin", "node");
  const running = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  if (running !== `v${version}`) throw new Error(`asked for Node ${version} and got ${running}`);

  const server = await startServer({ dataDir: join(prefix, "data"), built: true, node });
  try {
    await recordAndAsk(server.url);
  } catch (error) {
    throw new Error(`on Node ${version}: ${(error as Error).message}\n${server.output()}`, { cause: error });
  } finally {
    await server.stop();
  }
  console.log(`Node ${version}: starts, records, answers, stops`);
}

async function recordAndAsk(url: string): Promise<void> {
  const event = {
    id: "one",
    provider: "openai",
    model: "gpt-4o",
    reportedCostUsd: 0.012345678,
    usage: { inputTokens: 10 },
  };
  const recorded = await postJson(`${url}/api/v1/events`, event);
  if (recorded.status !== 200) throw new Error(`recording answered ${recorded.status}: ${await recorded.text()}`);
  const asked = await fetch(`${url}/api/v1/query?metrics=cost,calls&period=today`);
  const { totals } = (await asked.json()) as { totals?: { cost: number; calls: number } };
  if (totals?.cost !== 0.012345678 || totals.calls !== 1) {
    throw new Error(`one call of 0.012345678 USD came back as ${JSON.stringify(totals)}`);
  }
}
