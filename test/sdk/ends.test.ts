import { mkdtempSync, readdirSync, rmSync, statSync, type Dirent } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { exportedEvents } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startApplication, type ApplicationPlan } from "./application.ts";

const CALLS = 50;
/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:9";

let server: RunningServer;
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-ends-"));
  server = await startServer({ dataDir });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const stored = async (name: string) =>
  (await exportedEvents(server.url)).filter(({ id }) => id.startsWith(`${name}-`)).length;

function filesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  } catch (error) {
    // A folder went away while it was looked into.
    if ((error as { code?: string }).code === "ENOENT") return filesIn(folder);
    throw error;
  }
}

/** Runs an application to its end, or until it has tracked and gets the signal. */
async function runToEnd(plan: Omit<ApplicationPlan, "track">, signal?: NodeJS.Signals) {
  const application = startApplication({ ...plan, track: CALLS });
  if (signal) {
    await application.reported();
    application.child.kill(signal);
  }
  return application.ended;
}

/** The next process of the same application sends what it finds in the spool, until the server has all calls of these. */
async function sendSpool(spool: string, names: string[]) {
  const next = startApplication({ name: "next", options: { url: server.url, spool } });
  const complete = async () => (await Promise.all(names.map(stored))).every((calls) => calls === CALLS);
  for (let turn = 0; turn < 500 && !(await complete()); turn++) await next.do({ flush: 10_000 });
  const report = await next.do({ close: 10_000, end: true });
  await next.ended;
  return report;
}

describe("a process that flushes nothing", () => {
  it("has sent everything when it ends by itself", async () => {
    const plan: ApplicationPlan = { name: "end", options: { url: server.url, spool: false }, ending: "end" };
    expect(await runToEnd(plan)).toEqual({ code: 0, signal: null });
    expect(await stored("end")).toBe(CALLS);
  });

  it.each([
    ["exit", { code: 3, signal: null }],
    ["throw", { code: 1, signal: null }],
  ] as const)("has everything on disk after %s", async (ending, end) => {
    const spool = temporaryFolder();
    expect(await runToEnd({ name: ending, options: { url: server.url, spool }, ending })).toEqual(end);
    const { counters } = await sendSpool(spool, [ending]);
    expect(counters).toMatchObject({ waiting: 0 });
    expect(await stored(ending)).toBe(CALLS);
    expect(filesIn(spool)).toEqual([]);
  });

  it("ends by itself, with everything on disk, when the server is away", async () => {
    const spool = temporaryFolder();
    const plan: ApplicationPlan = { name: "away", options: { url: NOWHERE, spool }, ending: "end" };
    expect(await runToEnd(plan)).toEqual({ code: 0, signal: null });
    const [file, ...others] = filesIn(spool);
    expect(others).toEqual([]);
    // Nobody else on the machine may read whose calls these are.
    expect(statSync(join(file!.parentPath, file!.name)).mode & 0o777).toBe(0o600);
    expect(statSync(file!.parentPath).mode & 0o777).toBe(0o700);
  });
});

describe("SIGTERM", () => {
  it("ends an application without a handler as ever, with everything sent", async () => {
    const plan: ApplicationPlan = { name: "term", options: { url: server.url, spool: false }, ending: "stay" };
    expect(await runToEnd(plan, "SIGTERM")).toEqual({ code: null, signal: "SIGTERM" });
    expect(await stored("term")).toBe(CALLS);
  });

  it("ends it also when the server never answers, with everything on disk", async () => {
    const spool = temporaryFolder();
    const plan: ApplicationPlan = { name: "term-away", options: { url: NOWHERE, spool }, ending: "stay" };
    expect(await runToEnd(plan, "SIGTERM")).toEqual({ code: null, signal: "SIGTERM" });
    expect(filesIn(spool).length).toBeGreaterThan(0);
  });

  it("leaves the end to an application that has a handler", async () => {
    const plan: ApplicationPlan = {
      name: "term-own",
      options: { url: server.url, spool: temporaryFolder() },
      ending: "stay",
      ownSignalHandler: true,
    };
    expect(await runToEnd(plan, "SIGTERM")).toEqual({ code: 7, signal: null });
  });
});

describe("SIGKILL", () => {
  it("loses nothing that the spool has", async () => {
    const spool = temporaryFolder();
    const plan: ApplicationPlan = { name: "kill", options: { url: NOWHERE, spool }, spoolFirst: true, ending: "stay" };
    // Another address is another destination: what was meant for one server never goes to another.
    expect(await runToEnd(plan, "SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
    await sendSpoolTo(spool, NOWHERE);
    expect(await stored("kill")).toBe(0);
    expect(filesIn(spool).length).toBeGreaterThan(0);
  });

  it("leaves its calls to the next process of the same application", async () => {
    const spool = temporaryFolder();
    const options = { url: server.url, spool, sendEveryMs: 60_000 };
    await runToEnd({ name: "kill-next", options, spoolFirst: true, ending: "stay" }, "SIGKILL");
    expect(await stored("kill-next")).toBe(0);
    const { counters } = await sendSpool(spool, ["kill-next"]);
    expect(counters).toMatchObject({ tracked: 0, adopted: CALLS, sent: CALLS, waiting: 0 });
    expect(await stored("kill-next")).toBe(CALLS);
    expect(filesIn(spool)).toEqual([]);
  });

  it("leaves them to several at once, and they are counted once", async () => {
    const spool = temporaryFolder();
    const options = { url: server.url, spool, sendEveryMs: 60_000 };
    const names = ["kill-a", "kill-b", "kill-c"];
    const dying = names.map((name) =>
      startApplication({ name, options, spoolFirst: true, ending: "stay", track: CALLS }),
    );
    // None dies before the last has its calls on disk: it would take over what the dead had left, and take it for its own.
    await Promise.all(dying.map((application) => application.reported()));
    for (const { child } of dying) child.kill("SIGKILL");
    await Promise.all(dying.map(({ ended }) => ended));
    const reports = await Promise.all([sendSpool(spool, names), sendSpool(spool, names)]);
    const adopted = reports.reduce((sum, { counters }) => sum + counters.adopted, 0);
    expect(adopted).toBe(3 * CALLS);
    expect(await Promise.all(names.map(stored))).toEqual([CALLS, CALLS, CALLS]);
    expect(filesIn(spool)).toEqual([]);
  });
});

it("keeps apart what processes that share a folder have, while they live", async () => {
  const spool = temporaryFolder();
  const apps = ["left", "right"].map((name) => startApplication({ name, options: { url: server.url, spool } }));
  const reports = await Promise.all(
    apps.map((app) => app.do({ track: { from: 0, count: 5_000 } }).then(() => app.do({ close: 20_000, end: true }))),
  );
  for (const { counters } of reports) {
    expect(counters).toMatchObject({ tracked: 5_000, adopted: 0, sent: 5_000, duplicates: 0, waiting: 0 });
  }
  expect(await stored("left")).toBe(5_000);
  expect(await stored("right")).toBe(5_000);
  expect(filesIn(spool)).toEqual([]);
});

/** A process that only looks for what others left. */
async function sendSpoolTo(spool: string, url: string) {
  const next = startApplication({ name: "other", options: { url, spool } });
  await next.do({ flush: 200 });
  await next.do({ close: 200, end: true });
  await next.ended;
}
