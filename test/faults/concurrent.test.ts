import { expect, it } from "vitest";

import { exportedEvents, get, record, verifyRollups } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

it("records a batch once when several clients send it at the same time", async () => {
  const server = await startServer({ dataDir: temporaryFolder() });
  const batches = Array.from({ length: 10 }, (_, index) => someEvents(`batch-${index}`, 200));

  const answers = await Promise.all(
    Array.from({ length: 8 }, async (_, client) => {
      // Each client in an order of its own, so that every batch is first somewhere.
      const order = batches.map((_batch, index) => batches[(index + client) % batches.length]!);
      return Promise.all(order.map((batch) => record(server.url, batch)));
    }),
  );

  const flat = answers.flat();
  expect(flat.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(2_000);
  expect(flat.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(8 * 2_000 - 2_000);
  expect(flat.every(({ rejected }) => rejected.length === 0)).toBe(true);
  expect(new Set((await exportedEvents(server.url)).map(({ id }) => id)).size).toBe(2_000);
  expect((await get(server.url, "/api/v1/query?metrics=calls&period=all")).totals["calls"]).toBe(2_000);
  expect(await verifyRollups(server.url)).toMatchObject({ different: 0 });
  await server.stop();
});
