import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startServer } from "../start-server.ts";

/** The built Outlay over some weeks of demo data that no longer grow, so that numbers can be compared. */
export async function startDemoServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-browser-"));
  const outlay = join(import.meta.dirname, "../../packages/server/bin/outlay.js");
  const fill = ["demo", "--no-serve", "--days", "70", "--events", "6000", "--seed", "3", "--data", dataDir];
  const filled = spawnSync(process.execPath, [outlay, ...fill], {
    encoding: "utf8",
    env: { ...process.env, ...ENVIRONMENT },
  });
  if (filled.status !== 0)
    throw new Error(`outlay demo ended with ${filled.status}:\n${filled.stdout}${filled.stderr}`);
  const server = await startServer({ dataDir, built: true, env: ENVIRONMENT });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const ENVIRONMENT = { OUTLAY_TIMEZONE: "Europe/Berlin", OUTLAY_REFRESH_PRICES: "off" };
