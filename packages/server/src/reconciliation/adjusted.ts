import type { RecordedCharge, Storage } from "../storage/storage.ts";

/** Whole UTC days of one provider, that a charge adjusts. */
export interface AdjustedRange {
  provider: string;
  from: string;
  to: string;
}

/** Adjustments that were posted for exactly this time or a part of it, in nano-dollars. */
export async function readAdjusted(
  storage: Storage,
  provider: string,
  range: { startMs: number; endMs: number },
): Promise<bigint> {
  const charges = await listAdjustments(storage, provider, range);
  return charges
    .filter(({ of }) => Date.parse(of.from) >= range.startMs && Date.parse(of.to) <= range.endMs)
    .reduce((sum, { charge }) => sum + BigInt(charge.amountNanoUsd), 0n);
}

/** Those that touch the time. */
export async function listAdjustments(
  storage: Storage,
  provider: string,
  { startMs, endMs }: { startMs: number; endMs: number },
): Promise<{ charge: RecordedCharge; of: AdjustedRange }[]> {
  // each stands at the end of its own time, which may lie after the asked one
  const charges = await storage.listCharges({ startMs, endMs: Number.MAX_SAFE_INTEGER, kind: "adjustment" });
  return charges.flatMap((charge) => {
    const of = charge.metadata?.["reconciliation"] as AdjustedRange | undefined;
    if (of === undefined || of.provider !== provider) return [];
    return Date.parse(of.from) < endMs && Date.parse(of.to) > startMs ? [{ charge, of }] : [];
  });
}
