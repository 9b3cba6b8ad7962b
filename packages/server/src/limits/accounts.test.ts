import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { watchStorage } from "../storage/watch-storage.ts";
import { Accounts } from "./accounts.ts";
import type { LeaseRecord } from "./lease-record.ts";
import { anEvent } from "./open-limits.fixture.ts";
import { parseLimit } from "./parse-limit.ts";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");

it("remembers as many values as fit, those with leases always, and loads the others again when they are needed", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-accounts-"));
  const store = await openSqliteStorage({ dataDir });
  const accounts = new Accounts({
    storage: store,
    now: () => NOW_MS,
    timeZone: "UTC",
    moved: () => {},
    unseen: () => {},
  });
  const storage = watchStorage(store, accounts);
  const terms = parseLimit({ name: "each", amountUsd: 1, period: "day", each: "user" }, NOW_MS);
  accounts.put([{ id: "each", ...terms, createdAtMs: NOW_MS, updatedAtMs: NOW_MS }], () => []);
  const active = accounts.limits.get("each")!;

  await storage.appendEvents([anEvent(0.25, NOW_MS, { user: "u-0" })]);
  const first = accounts.of(active, "u-0");
  await accounts.load([first]);
  const leased = accounts.of(active, "u-1");
  leased.leases = new Set<LeaseRecord>();
  for (let user = 2; user < 100_000; user++) accounts.of(active, `u-${user}`);
  expect(active.accounts.size).toBeLessThanOrEqual(20_000);
  expect(accounts.of(active, "u-1")).toBe(leased);
  expect(accounts.of(active, "u-99999")).toBeDefined();

  // Dropped meanwhile, so what is spent now is not counted anywhere but in the ledger.
  expect(active.accounts.get("u-0")).toBeUndefined();
  await storage.appendEvents([anEvent(0.5, NOW_MS, { user: "u-0" })]);
  const again = accounts.of(active, "u-0");
  await accounts.load([again]);
  expect(again.spent!.at(NOW_MS)).toBe(750_000_000n);

  await storage.close();
  rmSync(dataDir, { recursive: true });
});
