import type { Ledger } from "../ledger/ledger.ts";
import { expireEvents } from "../ledger/retention.ts";
import type { Job } from "./schedule.ts";

const DAY_MS = 86_400_000;

/**
 * Lets raw events of a certain age expire, once a day; their totals stay. `keptDays`: null keeps everything.
 * `before` is waited for: what is to be archived must be there still.
 */
export function expireJob(
  ledger: Ledger,
  keptDays: () => number | null,
  before: () => Promise<void> = async () => {},
): Job {
  return {
    name: "expire",
    intervalMs: DAY_MS,
    // not at once: the first seconds belong to whoever waits for the page
    delayMs: 60_000,
    async run() {
      const olderThanDays = keptDays();
      if (olderThanDays === null) return;
      await before();
      await expireEvents(ledger, { olderThanDays });
    },
  };
}
