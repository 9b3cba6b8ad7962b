import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { exportedEvents, get, record } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const root = join(import.meta.dirname, "../..");
const MAIN = ["--conditions=source", join(root, "packages/server/src/main.ts")];

interface Workflow {
  name: string;
  on: { schedule: { cron: string }[]; workflow_dispatch: null };
  permissions: Record<string, string>;
  concurrency: { group: string };
  jobs: Record<
    string,
    {
      "runs-on": string;
      "timeout-minutes": number;
      env: Record<string, string>;
      steps: ({ uses: string; with?: Record<string, unknown> } | { name: string; run: string })[];
    }
  >;
}

it("the workflow for GitHub takes the snapshot and commits it, once", async () => {
  const folder = temporaryFolder();
  const text = readFileSync(join(root, "examples/github-archive/archive.yml"), "utf8");
  const workflow = parse(text, { version: "1.2" }) as Workflow;
  expect(workflow.on.schedule[0]!.cron).toMatch(/^[\d*/,-]+( [\d*/,-]+){4}$/);
  expect(workflow.permissions).toEqual({ contents: "write" });
  const { snapshot } = workflow.jobs;
  expect(Object.keys(workflow.jobs)).toEqual(["snapshot"]);
  expect(snapshot!.env).toEqual({
    OUTLAY_SERVER: "${{ vars.OUTLAY_SERVER }}",
    OUTLAY_KEY: "${{ secrets.OUTLAY_KEY }}",
  });
  for (const step of snapshot!.steps) {
    if ("uses" in step) expect(step.uses).toMatch(/^actions\/[a-z-]+@v\d+$/);
    // what comes from outside never stands in the text of a script
    else expect(step.run).not.toContain("${{");
  }

  const server = await startServer({ dataDir: join(folder, "data") });
  await record(server.url, someEvents("w", 300));
  git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git");
  git(folder, "clone", "--quiet", "remote.git", "work");
  const work = join(folder, "work");
  git(work, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--allow-empty", "-m", "first");
  git(work, "push", "--quiet", "origin", "HEAD:main");
  // stands for the package as the registry has it: the same command line, from the sources
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const program = [process.execPath, ...MAIN].map((part) => `'${part}'`).join(" ");
  writeFileSync(
    join(bin, "npx"),
    `#!/bin/bash\n[ "$1 $2 $4" = "--yes --package outlay" ] || exit 64\nshift 4\nexec ${program} "$@"\n`,
  );
  chmodSync(join(bin, "npx"), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}`, OUTLAY_SERVER: server.url, OUTLAY_KEY: "none" };
  const runSteps = (variables: Record<string, string> = {}) => {
    for (const step of snapshot!.steps) {
      if (!("run" in step)) continue;
      // as GitHub runs them: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
      const shell = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
      const { status, stderr } = spawnSync("bash", shell, {
        cwd: work,
        encoding: "utf8",
        env: { ...env, ...variables },
      });
      if (status !== 0) return stderr;
    }
    return null;
  };
  expect(runSteps({ OUTLAY_KEY: "" })).toContain("set the secret OUTLAY_KEY");
  expect(runSteps()).toBe(null);
  const commits = () => Number(git(work, "rev-list", "--count", "origin/main"));
  expect(commits()).toBe(2);
  expect(readdirSync(join(work, "costs"))).toEqual(["daily", "monthly"]);
  expect(runSteps()).toBe(null);
  expect(commits()).toBe(2);
  await record(server.url, someEvents("x", 1));
  expect(runSteps()).toBe(null);
  expect(commits()).toBe(3);
  await server.stop();
}, 120_000);

it("killed in the middle it leaves whole files, and its calls make another store", async () => {
  const folder = temporaryFolder();
  const server = await startServer({ dataDir: join(folder, "data") });
  const nowMs = Date.now();
  const calls = someEvents("k", 2_000).map((event, index) => {
    return { ...event, occurredAt: new Date(nowMs - ((index * 431_000) % 777_600_000)).toISOString() };
  });
  await record(server.url, calls);
  const archive = join(folder, "archive");
  const start = (...args: string[]) => spawn(process.execPath, [...MAIN, "archive", ...args], { cwd: root });
  const given = ["--server", server.url, "--output", archive, "--events", "--timezone", "Europe/Berlin"];
  const cut = start(...given);
  const ended = once(cut, "close");
  while (countFiles(archive) < 5 && cut.exitCode === null) await sleep(2);
  cut.kill("SIGKILL");
  await ended;
  for (const name of readdirSync(join(archive, "daily"))) {
    if (name.endsWith(".json")) JSON.parse(readFileSync(join(archive, "daily", name), "utf8"));
  }
  const [code] = (await once(start(...given), "close")) as [number];
  expect(code).toBe(0);
  const report = spawnSync(process.execPath, [...MAIN, "report", "monthly", "--archive", archive, "--json"], {
    cwd: root,
    encoding: "utf8",
  });
  const fromFiles = JSON.parse(report.stdout) as { totals: { calls: number; cost: number }; archive: object };
  const live = await get(server.url, "/api/v1/query?metrics=calls,cost&period=all");
  expect(fromFiles.totals).toMatchObject({ calls: live.totals["calls"], cost: live.totals["cost"] });
  expect(fromFiles.archive).toMatchObject({ missing: [], damaged: [] });

  const restore = () =>
    spawnSync(process.execPath, [...MAIN, "archive", "restore", archive, "--data", join(folder, "again"), "--json"], {
      cwd: root,
      encoding: "utf8",
    });
  const todayMs = startOfToday("Europe/Berlin");
  const finished = (await exportedEvents(server.url)).filter(
    ({ occurredAt }) => Date.parse(String(occurredAt)) < todayMs,
  );
  const events = readdirSync(join(archive, "events"));
  // one that is damaged is named, and the others are read
  const saved = readFileSync(join(archive, "events", events[3]!));
  writeFileSync(join(archive, "events", events[3]!), "no gzip");
  const damaged = restore();
  expect([damaged.status, (JSON.parse(damaged.stdout) as { damaged: string[] }).damaged]).toEqual([
    1,
    [expect.stringContaining(events[3]!)],
  ]);
  writeFileSync(join(archive, "events", events[3]!), saved);
  const whole = JSON.parse(restore().stdout) as { accepted: number; duplicates: number };
  expect(whole.accepted + whole.duplicates).toBe(finished.length);
  expect(whole.accepted).toBeGreaterThan(0);
  const again = await startServer({ dataDir: join(folder, "again") });
  expect(byId(await exportedEvents(again.url))).toEqual(byId(finished));
  await again.stop();
  await server.stop();
  rmSync(archive, { recursive: true });
}, 120_000);

function git(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("git", args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** Where they lie in a store is a matter of the store. */
function byId(events: { id: string }[]): Map<string, object> {
  return new Map(events.map((event) => [event.id, { ...event, seq: 0 }]));
}

function countFiles(folder: string): number {
  try {
    return readdirSync(join(folder, "daily")).length;
  } catch {
    return 0;
  }
}

function startOfToday(timeZone: string): number {
  const label = (atMs: number) => new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(atMs);
  const nowMs = Date.now();
  let startMs = Math.floor(nowMs / 900_000) * 900_000;
  while (label(startMs - 1) === label(nowMs)) startMs -= 900_000;
  return startMs;
}
