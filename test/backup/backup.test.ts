import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { exportedEvents, get, record, verifyRollups } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const root = join(import.meta.dirname, "../..");
const MAIN = ["--conditions=source", join(root, "packages/server/src/main.ts")];

const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: "ignore" }).status === 0;

/** A command line in a process of its own. */
async function outlay(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [...MAIN, ...args], { cwd: root });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

it("is taken while calls are recorded, and a store made of it holds exactly those up to a moment", async () => {
  const folder = temporaryFolder();
  const dataDir = join(folder, "data");
  const server = await startServer({ dataDir });
  writeFileSync(join(dataDir, "secret.key"), "x".repeat(43), { mode: 0o600 });
  const recording = new AbortController();
  for (let batch = 0; batch < 10; batch++) await record(server.url, someEvents(`a${batch}`, 500));
  const before = 5_000;
  const ingest = (async () => {
    for (let batch = 0; !recording.signal.aborted; batch++) await record(server.url, someEvents(`b${batch}`, 500));
  })();
  const file = join(folder, "outlay.backup.gz");
  const made = await outlay("backup", "--data", dataDir, "--output", file, "--json");
  expect(made).toMatchObject({ code: 0, stderr: "" });
  recording.abort();
  await ingest;
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir).filter((name) => name.includes(".part"))).toEqual([]);

  // nothing but an empty folder, and never one in use
  expect(await outlay("restore", file, "--data", dataDir)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("holds"),
  });
  expect(await outlay("restore", file, "--data", dataDir, "--replace")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("another Outlay process"),
  });
  const restoredDir = join(folder, "restored");
  const restored = await outlay("restore", file, "--data", restoredDir, "--json");
  expect(restored).toMatchObject({ code: 0 });
  const report = JSON.parse(restored.stdout) as { events: number; different: number; manifest: { lastSeq: number } };
  expect(report.different).toBe(0);
  expect(report.events).toBeGreaterThanOrEqual(before);
  expect(report.events).toBe(report.manifest.lastSeq);
  // the secret stays where it was unless somebody asks for it
  expect(existsSync(join(restoredDir, "secret.key"))).toBe(false);
  expect(statSync(join(restoredDir, "outlay.sqlite")).mode & 0o777).toBe(0o600);

  const again = await startServer({ dataDir: restoredDir });
  const all = await exportedEvents(server.url);
  const there = await exportedEvents(again.url);
  expect(there).toEqual(all.slice(0, report.events));
  expect(await verifyRollups(again.url)).toMatchObject({ different: 0 });
  expect(await record(again.url, someEvents("later", 10))).toMatchObject({ accepted: 10 });
  await again.stop();

  // replaced: what was there lies beside
  const secret = join(folder, "with-secret.backup");
  expect(await outlay("backup", "--data", dataDir, "--output", secret, "--include-secret")).toMatchObject({ code: 0 });
  expect(await outlay("restore", secret, "--data", restoredDir, "--replace")).toMatchObject({ code: 0 });
  expect(readFileSync(join(restoredDir, "secret.key"), "utf8")).toBe("x".repeat(43));
  const aside = readdirSync(restoredDir).find((name) => name.startsWith("replaced-"))!;
  expect(readdirSync(join(restoredDir, aside))).toContain("outlay.sqlite");

  // a kill in the middle leaves nothing under the name
  const cut = join(folder, "cut.backup");
  const child = spawn(process.execPath, [...MAIN, "backup", "--data", dataDir, "--output", cut]);
  const ended = once(child, "exit");
  while (!existsSync(`${cut}.partial`) && !existsSync(cut)) await sleep(1);
  child.kill("SIGKILL");
  await ended;
  if (existsSync(cut)) expect(await outlay("restore", cut, "--data", join(folder, "whole"))).toMatchObject({ code: 0 });

  // damaged and foreign files are refused before anything is there
  const bytes = readFileSync(secret);
  bytes.fill(0x5a, 8_192, 40_960);
  writeFileSync(join(folder, "damaged.backup"), bytes);
  writeFileSync(join(folder, "cut.gz"), readFileSync(file).subarray(0, 20_000));
  writeFileSync(
    join(folder, "foreign.txt"),
    "hello, this is no database at all, but long enough to be read as one".repeat(30),
  );
  for (const [name, said] of [
    ["damaged.backup", "does not hold together"],
    ["cut.gz", "does not hold together"],
    ["foreign.txt", "no backup"],
  ] as const) {
    const target = join(folder, `from-${name}`);
    const refused = await outlay("restore", join(folder, name), "--data", target);
    expect([name, refused.code, refused.stderr]).toEqual([name, 1, expect.stringContaining(said)]);
    expect(existsSync(join(target, "outlay.sqlite"))).toBe(false);
  }
  await server.stop();
}, 120_000);

it("says that the disk is full, and goes on", async () => {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  const mounted = run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder);
  if (mounted) onTestFinished(() => void run("umount", "-l", folder));
  const limited = ["bash", "-c", 'trap "" XFSZ; ulimit -f 4096; exec "$0" "$@"'];
  const server = await startServer({ dataDir: folder, ...(mounted ? {} : { prefix: limited }) });
  for (let batch = 0; batch < 6; batch++) await record(server.url, someEvents(`f${batch}`, 1_000));
  const made = await fetch(`${server.url}/api/v1/maintenance/backup`);
  if (!made.ok) expect([made.status, ((await made.json()) as { code: string }).code]).toEqual([507, "disk_full"]);
  else await made.arrayBuffer();
  const filled = ["-c", `head -c 6000000 /dev/zero > ${folder}/ballast`];
  spawnSync("bash", filled);
  const refused = await fetch(`${server.url}/api/v1/maintenance/backup`);
  if (mounted) expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([507, "disk_full"]);
  else await refused.body?.cancel();
  expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
  expect(await get(server.url, "/api/health")).toMatchObject({ status: "ok" });
  await server.stop();
}, 60_000);
