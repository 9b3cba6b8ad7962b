import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { exportedEvents, get, postJson, record, verifyRollups, type Recorded } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: "ignore" }).status === 0;

/** A small disk where mounting is allowed; otherwise a limit on the size of each file that the server may write. */
function smallDisk(): { dataDir: string; prefix?: string[]; makeRoom(): void } {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  if (run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder)) {
    onTestFinished(() => void run("umount", "-l", folder));
    return { dataDir: folder, makeRoom: () => void run("mount", "-o", "remount,size=200m", folder) };
  }
  const limited = ["bash", "-c", 'trap "" XFSZ; ulimit -f 4096; exec "$0" "$@"'];
  return { dataDir: folder, prefix: limited, makeRoom: () => undefined };
}

it(
  "says so when the disk is full, keeps what it acknowledged, and goes on when there is room",
  { timeout: 300_000 },
  async () => {
    const { dataDir, prefix, makeRoom } = smallDisk();
    const server = await startServer({ dataDir, ...(prefix ? { prefix } : {}) });
    const acknowledged = new Set<string>();

    const refusal = await fill(server, acknowledged);
    expect(refusal.status).toBeGreaterThanOrEqual(500);
    expect(refusal.body).toMatchObject({ code: expect.any(String), detail: expect.any(String) });
    expect(acknowledged.size).toBeGreaterThan(0);
    // Still there to answer questions.
    expect(await get(server.url, "/api/health")).toMatchObject({ status: "ok" });
    const { totals } = await get(server.url, "/api/v1/query?metrics=calls&period=all");
    expect(totals["calls"]).toBeGreaterThanOrEqual(acknowledged.size);

    makeRoom();
    await server.kill();
    const next = await startServer({ dataDir });
    const ids = (await exportedEvents(next.url)).map(({ id }) => id);
    const there = new Set(ids);
    expect(there.size).toBe(ids.length);
    expect([...acknowledged].filter((id) => !there.has(id))).toEqual([]);
    expect(await record(next.url, someEvents("room-again", 500))).toMatchObject({ accepted: 500 });
    expect(await verifyRollups(next.url)).toMatchObject({ different: 0 });
    await next.stop();
  },
);

/** Records until it is refused; answers with the refusal. */
async function fill(server: RunningServer, acknowledged: Set<string>): Promise<{ status: number; body: unknown }> {
  for (let index = 0; index < 500; index++) {
    const events = someEvents(`fill-${index}`, 1_000);
    const answer = await postJson(`${server.url}/api/v1/events`, { events });
    const body = (await answer.json()) as Recorded;
    if (!answer.ok) return { status: answer.status, body };
    for (const id of body.ids) acknowledged.add(id);
  }
  throw new Error("the disk did not fill up");
}
