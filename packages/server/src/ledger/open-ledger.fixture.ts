import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPriceBook } from "../prices/price-book.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Ledger } from "./ledger.ts";
import { createLiveFeed } from "./live-feed.ts";

export interface OpenLedger extends Ledger {
  /** Moves the clock. */
  setNow(iso: string): void;
  close(): Promise<void>;
}

/** A ledger over a data folder of its own, with prices that never change: 1 USD for a million tokens in, 10 out. */
export async function openLedger(now: string, timeZone = "UTC"): Promise<OpenLedger> {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-ledger-"));
  const storage = await openSqliteStorage({ dataDir });
  let nowMs = Date.parse(now);
  const clock = () => nowMs;
  return {
    storage,
    prices: await prices,
    now: clock,
    timeZone,
    live: createLiveFeed(),
    health: { unrecorded: 0 },
    setNow(iso) {
      nowMs = Date.parse(iso);
    },
    async close() {
      await storage.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Opened once for all tests of a file: it takes a second. */
const prices = openPriceBook({
  storage: null,
  now: Date.now,
  config: {
    refresh: { enabled: false },
    overrides: ["test", "other"].flatMap((provider) =>
      ["small", "large"].map((model) => ({
        provider,
        model,
        startMs: null,
        endMs: null,
        rates: { input: "1", cacheRead: "0.1", output: "10" },
        adjustments: [],
      })),
    ),
  },
});

/** A call that costs a thousandth of a dollar for each 100 tokens out. */
export function call(occurredAt: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { provider: "test", model: "small", occurredAt, usage: { inputTokens: 0, outputTokens: 100 }, ...rest };
}
