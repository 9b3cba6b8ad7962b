import { expect, it } from "vitest";

import { get, record, verifyRollups } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

it("lets one server at a time have a data folder, and the next one after a crash", async () => {
  const dataDir = temporaryFolder();
  const first = await startServer({ dataDir });
  await record(first.url, someEvents("first", 100));

  await expect(startServer({ dataDir })).rejects.toThrow(/another Outlay process/);

  expect(await record(first.url, someEvents("second", 100))).toMatchObject({ accepted: 100 });
  await first.kill();

  const next = await startServer({ dataDir });
  expect((await get(next.url, "/api/v1/query?metrics=calls&period=all")).totals["calls"]).toBe(200);
  expect(await verifyRollups(next.url)).toMatchObject({ different: 0 });
  expect(await next.stop()).toBe(0);
});
