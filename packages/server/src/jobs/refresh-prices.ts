import { hash } from "node:crypto";
import { ProviderFailed } from "@outlay/core";
import type { PriceBook } from "../prices/price-book.ts";
import { repairUnpriced } from "../prices/reprice.ts";
import type { Storage } from "../storage/storage.ts";
import type { Job } from "./schedule.ts";

/** With which version and prices of one's own everything was rated that was unpriced. */
const REPAIRED = "prices/repaired";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Fetches the public price list once a day, and gives prices to calls that had none. Without a network, prices
 * stay as they are; the failure is kept where people see it and the next hour tries again.
 */
export function refreshPricesJob({
  storage,
  prices,
  now,
  version,
}: {
  storage: Storage;
  prices: PriceBook;
  now: () => number;
  /** Of Outlay. */
  version: string;
}): Job {
  let isFirst = true;
  /** A new version of Outlay brings prices of its own, and the configuration may name others; whatever else changes is rated at once. */
  const repairAfterChange = async () => {
    const known = hash("sha256", JSON.stringify([version, prices.overrides()]));
    if ((await storage.getDocument(REPAIRED)) === known) return;
    await repairUnpriced({ storage, prices, now });
    await storage.putDocument(REPAIRED, known);
  };
  return {
    name: "refresh-prices",
    intervalMs: HOUR_MS,
    // not at once: the first seconds belong to whoever waits for the page
    delayMs: 30_000,
    async run() {
      if (isFirst) await repairAfterChange();
      isFirst = false;
      const { enabled, checkedAtMs } = prices.refreshState();
      if (!enabled || (checkedAtMs !== null && now() - checkedAtMs < DAY_MS)) return;
      try {
        await prices.refresh();
      } catch (error) {
        if (!(error instanceof ProviderFailed)) throw error;
      }
    },
  };
}
