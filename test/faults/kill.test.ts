import { setTimeout as sleep } from "node:timers/promises";

import type { WireEvent } from "@outlay/core";
import { expect, it } from "vitest";

import { exportedEvents, get, record, verifyRollups } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const KILLS = 20;
const CLIENTS = 3;

it(`keeps every acknowledged event, once, through ${KILLS} SIGKILLs during ingest`, { timeout: 600_000 }, async () => {
  const dataDir = temporaryFolder();
  const acknowledged = new Set<string>();
  const unanswered: WireEvent[][] = [];

  for (let kill = 0; kill < KILLS; kill++) {
    const server = await startServer({ dataDir });
    if (kill % 5 === 4) await expectNothingLost(server.url, acknowledged);
    const clients = Array.from({ length: CLIENTS }, (_, client) =>
      ingestUntilItDies(server.url, `kill-${kill}-client-${client}`, acknowledged, unanswered),
    );
    await sleep(Math.random() * 400);
    await server.kill();
    await Promise.all(clients);
  }

  const server = await startServer({ dataDir });
  await expectNothingLost(server.url, acknowledged);
  expect(acknowledged.size).toBeGreaterThan(KILLS);

  // What was not answered may be there or not; sent again it is there, still once.
  for (const batch of unanswered) await record(server.url, batch);
  for (const event of unanswered.flat()) acknowledged.add(event.id!);
  await expectNothingLost(server.url, acknowledged);
  const all = await exportedEvents(server.url);
  expect(all.length).toBe(acknowledged.size);
  await server.stop();
});

async function ingestUntilItDies(
  url: string,
  prefix: string,
  acknowledged: Set<string>,
  unanswered: WireEvent[][],
): Promise<void> {
  for (let index = 0; ; index++) {
    // Sizes from single events to large batches: each way of grouping commits is hit.
    const batch = someEvents(`${prefix}-batch-${index}`, [1, 10, 100, 500][index % 4]!);
    try {
      const answer = await record(url, batch);
      expect(answer.accepted).toBe(batch.length);
      for (const id of answer.ids) acknowledged.add(id);
    } catch (error) {
      unanswered.push(batch);
      // A refused or broken connection is the kill; an answer that is an error is not.
      if (error instanceof TypeError || (error as { cause?: unknown }).cause) return;
      throw error;
    }
  }
}

async function expectNothingLost(url: string, acknowledged: Set<string>): Promise<void> {
  const events = await exportedEvents(url);
  const ids = new Set(events.map(({ id }) => id));
  expect(ids.size, "an event is there twice").toBe(events.length);
  expect([...acknowledged].filter((id) => !ids.has(id)).slice(0, 5), "acknowledged events are lost").toEqual([]);

  const { totals } = await get(url, "/api/v1/query?metrics=calls&period=all&tz=UTC");
  expect(totals["calls"]).toBe(events.length);
  const verdict = await verifyRollups(url);
  expect(verdict).toMatchObject({ different: 0, examples: [] });
  if (events.length > 0) expect(verdict.compared).toBeGreaterThan(0);
}
