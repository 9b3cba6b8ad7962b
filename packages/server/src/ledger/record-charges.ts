import { InvalidInput, MAX_EVENTS_PER_BATCH, parseCharge } from "@outlay/core";
import type { RecordedCharge } from "../storage/storage.ts";
import type { RecordAnswer, Rejection } from "./answers.ts";
import type { Ledger } from "./ledger.ts";
import { rejection } from "./rate-wire-events.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** The same as `recordUsage` for costs that are not usage. InvalidInput `batch_too_large`. */
export async function recordCharges(ledger: Ledger, charges: unknown[]): Promise<RecordAnswer> {
  if (charges.length > MAX_EVENTS_PER_BATCH) {
    throw new InvalidInput(
      "batch_too_large",
      `charges has ${charges.length} entries; expected at most ${MAX_EVENTS_PER_BATCH}`,
      { field: "charges" },
    );
  }
  const recorded: RecordedCharge[] = [];
  const rejected: Rejection[] = [];
  const nowMs = ledger.now();
  for (const [index, raw] of charges.entries()) {
    const { charge, problems } = parseCharge(raw, nowMs);
    if (charge === null) rejected.push(rejection(index, raw, problems));
    else recorded.push({ ...charge, id: charge.id ?? uuidV7(nowMs) });
  }
  if (recorded.length === 0) return { accepted: 0, duplicates: 0, rejected, ids: [] };
  const { accepted, duplicates } = await ledger.storage.appendCharges(recorded);
  return { accepted, duplicates: duplicates.length, rejected, ids: recorded.map((charge) => charge.id) };
}
