import { expect, it } from "vitest";

import { exportedEvents, get, record, verifyRollups } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const hourMs = 3_600_000;

/** Starts Node with a clock that is wrong by this much, in every thread. */
function clockArgs(offsetMs: number): string[] {
  const script = `const now = Date.now, Real = Date;
    globalThis.Date = class extends Real {
      constructor(...args) { args.length === 0 ? super(now() + ${offsetMs}) : super(...args); }
      static now() { return now() + ${offsetMs}; }
    };`;
  return ["--import", `data:text/javascript,${encodeURIComponent(script)}`];
}

const anEvent = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000 } };

it("loses and doubles nothing when the clock is set back", async () => {
  const dataDir = temporaryFolder();
  const counts: (number | null | undefined)[] = [];
  for (const offsetMs of [30 * hourMs, 0, -30 * hourMs]) {
    const server = await startServer({ dataDir, nodeArgs: clockArgs(offsetMs) });
    // Neither time nor id: both come from the server's clock.
    for (let index = 0; index < 20; index++) {
      expect(
        await record(
          server.url,
          Array.from({ length: 10 }, () => anEvent),
        ),
      ).toMatchObject({ accepted: 10 });
    }
    const last30h = new Date(Date.now() + offsetMs - 20 * hourMs).toISOString();
    const until = new Date(Date.now() + offsetMs + hourMs).toISOString();
    const { totals } = await get(server.url, `/api/v1/query?metrics=calls&from=${last30h}&to=${until}`);
    counts.push(totals["calls"]);
    expect(await server.stop()).toBe(0);
  }
  // Each server sees what it recorded; what lies in its future is not in its last hours.
  expect(counts).toEqual([200, 200, 200]);

  const server = await startServer({ dataDir });
  const events = await exportedEvents(server.url);
  expect(new Set(events.map(({ id }) => id)).size).toBe(600);
  const { totals } = await get(server.url, "/api/v1/query?metrics=calls&from=2020-01-01&to=2099-01-01");
  expect(totals["calls"]).toBe(600);
  expect(await verifyRollups(server.url)).toMatchObject({ different: 0 });
  await server.stop();
});

it("refuses by name what a broken clock would send, and keeps the rest of the batch", async () => {
  const server = await startServer({ dataDir: temporaryFolder() });
  const times = [
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    -1,
    "soon",
  ];
  const answer = await record(server.url, [anEvent, ...times.map((occurredAt) => ({ ...anEvent, occurredAt }))]);
  expect(answer.accepted).toBe(1);
  expect(answer.rejected.map(({ index, field }) => [index, field])).toEqual(
    times.map((_, index) => [index + 1, expect.stringMatching(/occurredAt$/)]),
  );
  await server.stop();
});
