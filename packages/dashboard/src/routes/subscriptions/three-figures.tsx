import { roundUsd } from "@outlay/core";
import { counted, exactMoney, money } from "@outlay/react";
import type { SubscriptionsReport } from "../../api/subscriptions.ts";
import { StatCard, StatNote } from "../../ui/stat-card.tsx";

/** Paid in advance, charged by use, and worth at list price: side by side, never added. */
export function ThreeFigures({ report }: { report: SubscriptionsReport | undefined }) {
  const fees = report === undefined ? undefined : allFees(report);
  const { metered, value } = report ?? {};
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <StatCard title="Fees" value={fees === undefined ? undefined : money(fees)} exact={exactMoney(fees ?? null)}>
        {report === undefined ? null : <FeeNotes fees={report.fees} />}
      </StatCard>
      <StatCard
        title="Metered"
        value={metered === undefined ? undefined : money(metered.usd)}
        exact={exactMoney(metered?.usd ?? null)}
      >
        {metered === undefined ? null : <MeteredNotes metered={metered} />}
      </StatCard>
      <StatCard
        title="Value, no money"
        value={value === undefined ? undefined : money(value?.usd ?? null)}
        exact={exactMoney(value?.usd ?? null)}
      >
        {value === undefined ? null : (
          <StatNote>
            {value === null
              ? "Single calls of this time have expired"
              : `${counted(value.calls, "covered call")} at list price`}
          </StatNote>
        )}
        {value != null && value.unpricedCalls > 0 ? (
          <StatNote>{counted(value.unpricedCalls, "call")} without a price</StatNote>
        ) : null}
      </StatCard>
    </div>
  );
}

/** Known as subscriptions, and known as charges alone. */
function allFees({ fees }: SubscriptionsReport): number {
  return roundUsd(fees.spreadUsd + fees.chargesUsd);
}

function FeeNotes({ fees: { paidUsd, chargesUsd } }: { fees: SubscriptionsReport["fees"] }) {
  return (
    <>
      <StatNote>The part of the period, day by day</StatNote>
      {paidUsd === null ? null : <StatNote title={exactMoney(paidUsd)}>{money(paidUsd)} was paid in it</StatNote>}
      {chargesUsd === 0 ? null : (
        <StatNote title={exactMoney(chargesUsd)}>{money(chargesUsd)} is known as charges only</StatNote>
      )}
    </>
  );
}

function MeteredNotes({ metered }: { metered: SubscriptionsReport["metered"] }) {
  const { uncoveredUsd, beyondIncludedUsd, chargesUsd, calls, unpricedCalls } = metered;
  return (
    <>
      <StatNote title={exactMoney(uncoveredUsd)}>
        {calls === null ? "Not known" : `${counted(calls, "call")} that no plan covers`}
      </StatNote>
      {unpricedCalls === null || unpricedCalls === 0 ? null : (
        <StatNote>{counted(unpricedCalls, "call")} of them without a price</StatNote>
      )}
      {beyondIncludedUsd === null || beyondIncludedUsd === 0 ? null : (
        <StatNote title={exactMoney(beyondIncludedUsd)}>{money(beyondIncludedUsd)} beyond what fees include</StatNote>
      )}
      {chargesUsd === 0 ? null : (
        <StatNote title={exactMoney(chargesUsd)}>{money(chargesUsd)} charged as extra use</StatNote>
      )}
    </>
  );
}
