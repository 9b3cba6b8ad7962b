import type { Account } from "./account.ts";
import type { JournalLease } from "./lease-journal.ts";
import type { Lease } from "./limit.ts";

/** What is set aside for one call in one account. */
export interface LeasePart {
  account: Account;
  nanoUsd: number;
  /** The cost of the call is not known: raising the lease does not raise this part. */
  fixed: boolean;
}

/** A lease as the engine keeps it. */
export interface LeaseRecord {
  id: string;
  eventId: string;
  parts: LeasePart[];
  expiresAtMs: number;
  whenStreamRunsOut: "end" | "finish";
  /** "expired": its owner can still bring it back. */
  state: "open" | "expired" | "ended";
  lease: Lease;
}

export function largestPart(parts: readonly LeasePart[]): number {
  let largest = 0;
  for (const { nanoUsd } of parts) if (nanoUsd > largest) largest = nanoUsd;
  return largest;
}

export function toJournal({ id, eventId, expiresAtMs, whenStreamRunsOut, parts }: LeaseRecord): JournalLease {
  return {
    id,
    eventId,
    expiresAtMs,
    whenStreamRunsOut,
    parts: parts.map(({ account, nanoUsd, fixed }) => ({
      limitId: account.active.limit.id,
      value: account.value,
      nanoUsd,
      fixed,
    })),
  };
}
