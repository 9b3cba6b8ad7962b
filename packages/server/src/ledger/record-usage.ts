import type { RecordAnswer } from "./answers.ts";
import { keepPrices } from "./keep-prices.ts";
import type { Ledger } from "./ledger.ts";
import { expiredRejection, rateWireEvents } from "./rate-wire-events.ts";

/**
 * Checks, rates and stores usage events as they were sent. Good events are kept when others in the batch are bad.
 * Resolves when they are durable; when the store fails the error goes out and nothing of the batch counts.
 * `source` is the door that they came through, for events that do not say. InvalidInput `batch_too_large`.
 */
export async function recordUsage(
  ledger: Ledger,
  events: unknown[],
  options: { source?: string } = {},
): Promise<RecordAnswer> {
  const { recorded, places, rejected } = await rateWireEvents(ledger, events, options.source ?? "api");
  if (recorded.length === 0) return { accepted: 0, duplicates: 0, rejected, ids: [] };

  await keepPrices(ledger, recorded);
  const { accepted, duplicates, expired, seqs } = await ledger.storage.appendEvents(recorded);
  if (ledger.live.isHeard) {
    const leftOut = new Set([...duplicates, ...expired]);
    const stored = leftOut.size === 0 ? recorded : recorded.filter((_, index) => !leftOut.has(index));
    ledger.live.publish(stored.map((event, index) => ({ ...event, seq: seqs[index]! })));
  }
  const refused = new Set(expired);
  const kept = refused.size === 0 ? recorded : recorded.filter((_, index) => !refused.has(index));
  return {
    accepted,
    duplicates: duplicates.length,
    rejected: rejected.concat(expired.map((index) => expiredRejection(places[index]!, recorded[index]!))),
    ids: kept.map((event) => event.id),
  };
}
