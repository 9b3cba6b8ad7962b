import { InvalidInput, parseUsd, shown, Turns, usdNumber } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { canonicalProvider } from "../prices/canonical-provider.ts";
import { dayName } from "../sync/utc-day.ts";
import { listAdjustments } from "./adjusted.ts";
import { reconcile, type ReconcileQuestion } from "./reconcile.ts";

export interface WantedAdjustment extends Pick<ReconcileQuestion, "period" | "from" | "to" | "filters"> {
  provider: string;
  reason: string;
}

export interface PostedAdjustment {
  /** false: nothing is left to post. */
  posted: boolean;
  /** Of the charge; null: none was posted. */
  id: string | null;
  amountUsd: number;
  from: string;
  to: string;
}

/** One after the other: each looks at what the one before has posted. */
const turns = new Turns();

/**
 * Posts what is billed beyond what was recorded (or less) as a charge of the kind adjustment, with its reason; recorded calls
 * stay as they are. Only what was not posted before for the same days: again it posts nothing, and after late data the rest.
 * InvalidInput `nothing_reported`, `adjustment_overlaps`, and as `reconcile`.
 */
export function postAdjustment(ledger: Ledger, wanted: WantedAdjustment, actor: string): Promise<PostedAdjustment> {
  return turns.take(async () => {
    const { storage } = ledger;
    const name = canonicalProvider(wanted.provider);
    const { period, providers } = await reconcile(ledger, {
      ...wanted,
      provider: name,
      tolerance: { percent: 0, usd: 0 },
    });
    const provider = providers.find((it) => it.provider === name);
    if (provider === undefined || (provider.billedUsd === null && provider.reportedUsd === null)) {
      throw new InvalidInput(
        "nothing_reported",
        `Nothing is reported of ${shown(wanted.provider)} in this time; see GET /api/v1/sync`,
        {
          field: "provider",
        },
      );
    }
    const range = { startMs: Date.parse(period.start), endMs: Date.parse(period.end) };
    const [from, to] = [dayName(range.startMs), dayName(range.endMs)];
    const before = await listAdjustments(storage, name, range);
    const other = before.find(({ of }) => of.from !== from || of.to !== to);
    if (other !== undefined) {
      throw new InvalidInput(
        "adjustment_overlaps",
        `An adjustment was posted for ${other.of.from} to ${other.of.to}: these days would be corrected twice. Choose that time, or one beside it`,
        { field: "from", status: 409 },
      );
    }
    const { remainingUsd } = provider;
    if (remainingUsd === 0) return { posted: false, id: null, amountUsd: 0, from, to };
    const id = `reconciliation/${name}/${from}/${to}/${before.length + 1}`;
    const amountNanoUsd = Number(parseUsd(remainingUsd));
    await storage.appendCharges([
      {
        id,
        occurredAtMs: Math.min(range.endMs - 1, ledger.now()),
        kind: "adjustment",
        amountNanoUsd,
        provider: name,
        description: wanted.reason,
        metadata: { reconciliation: { provider: name, from, to } },
      },
    ]);
    const detail = { id, provider: name, from, to, amountUsd: usdNumber(amountNanoUsd), reason: wanted.reason };
    await storage.appendAudit({ atMs: ledger.now(), actor, action: "adjustment_posted", detail });
    return { posted: true, id, amountUsd: remainingUsd, from, to };
  });
}
