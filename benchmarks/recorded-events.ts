import type { WireEvent } from "@outlay/core";
import { createLiveFeed } from "../packages/server/src/ledger/live-feed.ts";
import { recordUsage } from "../packages/server/src/ledger/record-usage.ts";
import { openPriceBook } from "../packages/server/src/prices/price-book.ts";
import type { RecordedEvent, Storage } from "../packages/server/src/storage/storage.ts";

const prices = await openPriceBook({ storage: null, config: { refresh: { enabled: false } }, now: Date.now });

/** The events as storage gets them: checked, normalised and rated by the ledger, and caught before they are stored. */
export async function recordedEvents(events: WireEvent[]): Promise<RecordedEvent[]> {
  let caught: RecordedEvent[] = [];
  const catching: Pick<Storage, "appendEvents" | "putPriceVersions"> = {
    async appendEvents(recorded) {
      caught = recorded;
      return { accepted: recorded.length, duplicates: [], expired: [], seqs: recorded.map((_, index) => index + 1) };
    },
    async putPriceVersions() {},
  };
  await recordUsage(
    {
      storage: catching as Storage,
      prices,
      now: Date.now,
      timeZone: "UTC",
      live: createLiveFeed(),
      health: { unrecorded: 0 },
    },
    events,
  );
  return caught;
}
