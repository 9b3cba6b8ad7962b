import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";

import { exportedEvents } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startApplication } from "./application.ts";
import { openMoodyDoor } from "./moody-door.ts";

let server: RunningServer;
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-disk-"));
  server = await startServer({ dataDir });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Different ids of an application that the server has. */
async function stored(name: string): Promise<Set<string>> {
  const ids = (await exportedEvents(server.url)).map(({ id }) => id).filter((id) => id.startsWith(`${name}-`));
  expect(new Set(ids).size).toBe(ids.length);
  return new Set(ids);
}

const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: "ignore" }).status === 0;

/** A small disk where mounting is allowed; otherwise a limit on the size of each file that the application may write. */
function smallDisk(): { folder: string; prefix: string[] } {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  if (run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)) {
    onTestFinished(() => void run("umount", "-l", folder));
    return { folder, prefix: [] };
  }
  return { folder, prefix: ["bash", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$0" "$@"'] };
}

it("keeps in memory what does not fit the disk, and sends all of it", async () => {
  const { folder, prefix } = smallDisk();
  const door = await openMoodyDoor();
  const application = startApplication(
    { name: "full", options: { url: door.url, spool: folder }, pauseEvery: 50 },
    prefix,
  );

  const away = await application.do({ track: { from: 0, count: 20_000 }, flush: 1_000 });
  expect(away.thrown).toEqual([]);
  expect(away.counters).toMatchObject({ tracked: 20_000, waiting: 20_000 });
  expect(away.counters.spooled).toBeLessThan(20_000);
  expect(away.warnings).toContainEqual({ code: "spool", message: expect.stringMatching(/ENOSPC|EFBIG/) });

  await door.be("good", server.url);
  for (let turn = 0; turn < 100; turn++) if ((await application.do({ flush: 20_000 })).result === "sent") break;
  const { counters } = await application.do({ close: 20_000, end: true });
  expect(counters).toMatchObject({ waiting: 0, rejected: 0 });
  expect((await stored("full")).size).toBe(20_000);
});

it.each([
  ["a file where the folder should be", "file", (spool: string) => writeFileSync(spool, "")],
  ["a folder that nobody may write to", "locked", (spool: string) => (mkdirSync(spool), chmodSync(spool, 0o500))],
])("works with %s, and says so", async (_, name, make) => {
  const spool = join(temporaryFolder(), "spool");
  make(spool);
  // Whoever may write everywhere is not hindered by permissions.
  const hindered = !run("touch", join(spool, "probe"));
  const application = startApplication({ name, options: { url: server.url, spool } });
  await application.do({ track: { from: 0, count: 500 } });
  const { counters, warnings, thrown } = await application.do({ close: 20_000, end: true });
  expect(thrown).toEqual([]);
  expect(counters).toMatchObject({ tracked: 500, sent: 500, waiting: 0 });
  if (hindered) expect(warnings.map(({ code }) => code)).toEqual(["spool"]);
  expect((await stored(name)).size).toBe(500);
});

it("counts what neither memory nor spool has room for, and keeps what is older", async () => {
  const door = await openMoodyDoor();
  const options = { url: door.url, spool: temporaryFolder(), spoolLimitBytes: 300_000, memoryLimitBytes: 300_000 };
  const application = startApplication({ name: "limit", options, pauseEvery: 50 });

  const { counters, warnings, thrown } = await application.do({ track: { from: 0, count: 5_000 }, flush: 1_000 });
  expect(thrown).toEqual([]);
  const { spool_full: dropped = 0 } = counters.dropped;
  expect(dropped).toBeGreaterThan(0);
  expect(counters.waiting).toBe(5_000 - dropped);
  expect(warnings.map(({ code }) => code)).toContain("dropped:spool_full");

  await door.be("good", server.url);
  for (let turn = 0; turn < 100; turn++) if ((await application.do({ flush: 20_000 })).result === "sent") break;
  expect((await application.do({ close: 20_000, end: true })).counters.waiting).toBe(0);
  const kept = await stored("limit");
  expect(kept.size).toBe(5_000 - dropped);
  for (let index = 0; index < 500; index++) expect(kept.has(`limit-${index}`)).toBe(true);
});

it("goes on when its folder is deleted under it", async () => {
  const spool = temporaryFolder();
  const door = await openMoodyDoor();
  const application = startApplication({ name: "gone", options: { url: door.url, spool } });
  await application.do({ track: { from: 0, count: 100 }, flush: 1_000 });
  for (const name of readdirSync(spool)) rmSync(join(spool, name), { recursive: true });
  await application.do({ track: { from: 100, count: 100 }, flush: 1_000 });
  await door.be("good", server.url);
  for (let turn = 0; turn < 100; turn++) if ((await application.do({ flush: 20_000 })).result === "sent") break;
  const { counters } = await application.do({ close: 20_000, end: true });
  expect(counters).toMatchObject({ tracked: 200, sent: 200, waiting: 0 });
});

it("sends what is whole of a file that a dying process or disk has torn", async () => {
  const spool = temporaryFolder();
  const options = { url: server.url, spool, sendEveryMs: 60_000 };
  const dying = startApplication({ name: "torn", options, track: 50, spoolFirst: true, ending: "stay" });
  await dying.reported();
  dying.child.kill("SIGKILL");
  await dying.ended;
  const [destination] = readdirSync(spool);
  const [owner] = readdirSync(join(spool, destination!));
  const good = `{"id":"torn-more","provider":"openai","model":"gpt-4o"},\n`;
  writeFileSync(
    join(spool, destination!, owner!, "00000009.jsonl"),
    `${good}{"id":"torn-b\0\0\0},\n${good.replace("more", "last")}{"id":"half`,
  );

  const next = startApplication({ name: "next", options });
  const expected = { adopted: 53, sent: 52, waiting: 0, dropped: { spool_corrupt: 1 } };
  let report = await next.do({ flush: 5_000 });
  for (let turn = 0; turn < 200 && report.counters.sent < expected.sent; turn++)
    report = await next.do({ flush: 5_000 });
  expect(report.counters).toMatchObject(expected);
  await next.do({ close: 5_000, end: true });
  expect((await stored("torn")).size).toBe(52);
});
