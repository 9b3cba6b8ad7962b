import { setImmediate as otherWork } from "node:timers/promises";
import { InvalidInput, type Rating } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import type { PriceBook } from "../prices/price-book.ts";
import { toRateableCall, type RateableCall } from "../prices/rateable-call.ts";
import type { StoredEvent } from "../storage/storage.ts";
import { addRated, addReason, addUnrated, type ModelName, type Tally, type WhichCalls } from "./elsewhere-tally.ts";

/** Rated without a break: times the models, some milliseconds. */
const PAGE_SIZE = 200;

/** Rates each call at each model, in pages between which the server answers others. Returns how many calls there were. */
export async function rateCalls(ledger: Ledger, which: WhichCalls, tallies: Tally[]): Promise<number> {
  let read = 0;
  let cursor: string | null = null;
  do {
    const page = await ledger.storage.listEvents({
      ...which,
      limit: PAGE_SIZE,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const tally of tallies) {
      for (const event of page.events) addCall(ledger, tally, event);
      await otherWork();
    }
    read += page.events.length;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return read;
}

function addCall(ledger: Ledger, tally: Tally, event: StoredEvent): void {
  const there = rateElsewhere(ledger.prices, event, tally, ledger.now());
  if (there.costNanoUsd === null) {
    addUnrated(tally, 1, there.reason);
    return;
  }
  const { costNanoUsd: recorded } = event;
  addRated(tally, 1, BigInt(there.costNanoUsd), recorded === null ? null : BigInt(recorded));
  if (there.approximately === null) return;
  tally.approximate = true;
  addReason(tally, there.approximately, 1);
}

type RatedElsewhere =
  | { costNanoUsd: number; approximately: string | null }
  /** Not all of it can be priced: a part would look like a bargain. */
  | { costNanoUsd: null; reason: string };

/** What one call costs at another model: at its own instant, or at today's price where that model is younger. */
export function rateElsewhere(prices: PriceBook, event: StoredEvent, model: ModelName, nowMs: number): RatedElsewhere {
  const call = { ...toRateableCall(event), provider: model.provider, model: model.model };
  const isOlder = !prices.match(call.provider, call.model, call.occurredAtMs).found;
  const dated = isOlder ? { ...call, occurredAtMs: nowMs } : call;
  const rated = rateWhole(prices, dated);
  if (rated.costNanoUsd === null || !isOlder) return rated;
  return { ...rated, approximately: "The call is older than the model's first known price; at today's" };
}

function rateWhole(prices: PriceBook, call: RateableCall): RatedElsewhere {
  try {
    const rating = prices.rate(call);
    if (rating.costNanoUsd === null) return { costNanoUsd: null, reason: rating.note ?? "No price is known" };
    // Only what is worth a note can lack a rate; looking takes thirty times as long.
    const missing = rating.note === undefined ? [] : prices.explain(call).missing;
    if (missing.length > 0) return { costNanoUsd: null, reason: `The price has no rate for ${missing.join(", ")}` };
    return { costNanoUsd: rating.costNanoUsd, approximately: approximation(rating) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { costNanoUsd: null, reason: error.message };
  }
}

function approximation({ approximate, note }: Rating): string | null {
  return approximate ? (note ?? "The price is approximate") : null;
}
