import type { Ledger } from "./ledger.ts";
import type { RollupVerdict } from "../storage/storage.ts";

export async function expireEvents(
  _ledger: Ledger,
  _options: { olderThanDays: number },
): Promise<{ deleted: number; horizon: string }> {
  throw new Error("in work");
}
export async function verifyRollups(_ledger: Ledger, _options: { repair: boolean }): Promise<RollupVerdict> {
  throw new Error("in work");
}
