import type { PriceVersion } from "@outlay/core";
import type { RecordedEvent, Storage } from "../storage/storage.ts";
import type { Ledger } from "./ledger.ts";

/** Stores the prices that these events were rated with, unless they are stored already: an old event stays explainable. */
export async function keepPrices(ledger: Ledger, events: RecordedEvent[]): Promise<void> {
  let kept = keptByStorage.get(ledger.storage);
  if (kept === undefined) keptByStorage.set(ledger.storage, (kept = new Set()));
  const versions = new Map<string, PriceVersion>();
  for (const { priceId } of events) {
    if (priceId === null || kept.has(priceId) || versions.has(priceId)) continue;
    const version = ledger.prices.version(priceId);
    if (version !== null) versions.set(priceId, version);
  }
  if (versions.size === 0) return;
  await ledger.storage.putPriceVersions([...versions.values()]);
  for (const id of versions.keys()) kept.add(id);
}

/** Which ones this process has stored. Storing again after a restart is harmless. */
const keptByStorage = new WeakMap<Storage, Set<string>>();
