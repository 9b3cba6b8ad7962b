import { InvalidInput } from "@outlay/core";
import type { RollupVerdict } from "../storage/storage.ts";
import type { Ledger } from "./ledger.ts";

const DAY_MS = 86_400_000;

const MIN_DAYS = 1;

/** Deletes raw events older than this; all totals stay. `horizon`: what is older has expired. InvalidInput `out_of_range`. */
export async function expireEvents(
  ledger: Ledger,
  options: { olderThanDays: number },
  actor = "outlay",
): Promise<{ deleted: number; horizon: string }> {
  const { olderThanDays } = options;
  if (!Number.isInteger(olderThanDays) || olderThanDays < MIN_DAYS || olderThanDays > 36_500) {
    throw new InvalidInput(
      "out_of_range",
      `olderThanDays is ${olderThanDays}; expected a whole number of days from ${MIN_DAYS} to 36500`,
      { field: "olderThanDays" },
    );
  }
  const nowMs = ledger.now();
  const { deleted, horizonMs } = await ledger.storage.expireEvents(nowMs - olderThanDays * DAY_MS);
  await ledger.storage.appendAudit({
    atMs: nowMs,
    actor,
    action: "expire_events",
    detail: { olderThanDays, deleted, horizonMs },
  });
  return { deleted, horizon: new Date(horizonMs).toISOString() };
}

/** Compares every rollup with the events behind it; `repair` writes what the events say. */
export async function verifyRollups(
  ledger: Ledger,
  options: { repair: boolean },
  actor = "outlay",
): Promise<RollupVerdict> {
  const verdict = await ledger.storage.verifyRollups(options);
  if (verdict.repaired) {
    const { compared, different } = verdict;
    await ledger.storage.appendAudit({
      atMs: ledger.now(),
      actor,
      action: "repair_rollups",
      detail: { compared, different },
    });
  }
  return verdict;
}
