import { counted, exactMoney, headlineMoney, percent } from "@outlay/react";
import type { Compared } from "../../api/reconciliation.ts";
import { signedMoney } from "../../format/signed-money.ts";
import { isUnknown, knownDifference } from "./rows.ts";

/** Recorded, reported and billed side by side, and the difference. What nobody has said is not known, and no zero. */
export function ThreeFigures({
  of: compared,
  recordedCalls,
  unpricedCalls = 0,
  differencePercent,
}: {
  of: Compared;
  recordedCalls: number;
  unpricedCalls?: number;
  /** Of what is billed. */
  differencePercent?: number | null;
}) {
  const { recordedUsd, reportedUsd, billedUsd } = compared;
  const difference = knownDifference(compared);
  const isOnlyUnpriced = unpricedCalls > 0 && unpricedCalls === recordedCalls;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
      <Figure
        label="Recorded"
        text={
          isOnlyUnpriced
            ? "unpriced"
            : unpricedCalls > 0
              ? `≥ ${headlineMoney(recordedUsd)}`
              : headlineMoney(recordedUsd)
        }
        title={isOnlyUnpriced ? "No price is known" : exactMoney(recordedUsd)}
        note={counted(recordedCalls, "call")}
      />
      <Figure
        label="Reported"
        {...known(reportedUsd)}
        note={reportedUsd === null ? "no counts known" : "at our prices"}
      />
      <Figure label="Billed" {...known(billedUsd)} note={billedUsd === null ? "not known" : "by the provider"} />
      <Figure
        label="Difference"
        text={signedMoney(difference)}
        title={difference === null ? "Not known" : exactMoney(difference)}
        note={
          isUnknown(compared)
            ? "not known"
            : differencePercent == null
              ? `${billedUsd === null ? "reported" : "billed"} less recorded`
              : `${shareInWords(differencePercent)} of billed`
        }
      />
    </dl>
  );
}

/** `+14%`, `−3.4%`, `<0.1%`. */
function shareInWords(share: number): string {
  if (Math.abs(share) < 0.1) return percent(Math.abs(share) / 100);
  return `${share > 0 ? "+" : "−"}${percent(Math.abs(share) / 100)}`;
}

function known(usd: number | null): { text: string; title: string } {
  return { text: headlineMoney(usd), title: usd === null ? "Not known" : exactMoney(usd) };
}

function Figure({ label, text, title, note }: { label: string; text: string; title: string; note: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-[0.8125rem] text-muted">{label}</dt>
      <dd className="text-lg font-semibold tracking-[-0.01em] tabular-nums" title={title}>
        {text}
      </dd>
      <dd className="text-xs text-muted">{note}</dd>
    </div>
  );
}
