import { expect, it } from "vitest";

import { exportedEvents, get, postJson, record, verifyRollups, type Recorded } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { smallDisk } from "./small-disk.ts";

it(
  "says so when the disk is full, keeps what it acknowledged, and goes on when there is room",
  { timeout: 300_000 },
  async () => {
    const { dataDir, prefix, makeRoom } = smallDisk(6_144);
    const server = await startServer({ dataDir, ...(prefix ? { prefix } : {}) });
    const acknowledged = new Set<string>();

    const refusal = await fill(server, acknowledged);
    expect(refusal).toMatchObject({ status: 507, body: { code: "disk_full", detail: expect.any(String) } });
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
