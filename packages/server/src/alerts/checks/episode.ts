import { buckets, resolvePeriod } from "@outlay/core";
import type { Ledger } from "../../ledger/ledger.ts";
import type { AlertPeriod } from "../finding.ts";
import { zoneOf } from "../rule-question.ts";

/** What goes on until it is over, and begins at most once in a day of the rule's zone. */
export function dayOf(ledger: Ledger, scope: { timeZone: string | null }): AlertPeriod {
  const { startMs, endMs } = resolvePeriod(
    { period: "today" },
    { timeZone: zoneOf(ledger, scope), nowMs: ledger.now() },
  );
  return { key: `day ${new Date(startMs).toISOString()}`, startMs, endMs, form: "lasting" };
}

/** What goes on until it is over, and begins at most once in an hour of the rule's zone. */
export function hourOf(ledger: Ledger, scope: { timeZone: string | null }): AlertPeriod {
  const nowMs = ledger.now();
  const today = resolvePeriod({ period: "today" }, { timeZone: zoneOf(ledger, scope), nowMs });
  const { startMs, endMs } = buckets(today, "hour").findLast((hour) => hour.startMs <= nowMs)!;
  return { key: `hour ${new Date(startMs).toISOString()}`, startMs, endMs, form: "lasting" };
}
