import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { get, record, verifyRollups } from "../api.ts";
import { someEvents } from "../some-events.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

it("serves on when readers vanish in the middle of an answer", async () => {
  const dataDir = temporaryFolder();
  const server = await startServer({ dataDir });
  for (let index = 0; index < 10; index++) await record(server.url, someEvents(`before-${index}`, 2_000));

  for (const path of [
    "/api/v1/export?format=jsonl&period=all",
    "/api/v1/export?format=csv&period=all",
    "/api/v1/stream",
  ]) {
    await Promise.all(Array.from({ length: 8 }, () => readALittle(`${server.url}${path}`)));
  }

  expect(await record(server.url, someEvents("after", 1_000))).toMatchObject({ accepted: 1_000 });
  expect((await get(server.url, "/api/v1/query?metrics=calls&period=all")).totals["calls"]).toBe(21_000);
  expect(await verifyRollups(server.url)).toMatchObject({ different: 0 });
  expect(await server.stop()).toBe(0);
  // A reader that was left open would keep the log of changes from being folded into the file.
  const log = join(dataDir, "outlay.sqlite-wal");
  expect(existsSync(log) ? statSync(log).size : 0).toBe(0);
});

async function readALittle(url: string): Promise<void> {
  const abort = new AbortController();
  const answer = await fetch(url, { signal: abort.signal });
  const reader = answer.body!.getReader();
  await Promise.race([reader.read(), new Promise((resolve) => setTimeout(resolve, 200))]);
  abort.abort();
  await reader.read().catch(() => undefined);
}
