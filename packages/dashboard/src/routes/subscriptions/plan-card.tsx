import { counted, exactMoney, money } from "@outlay/react";
import type { PlanReport, Use } from "../../api/subscriptions.ts";
import { dateInWords } from "../../format/time.ts";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { Icon } from "../../ui/icon.tsx";
import { PlanLimits } from "./plan-limits.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

/** One plan: its three figures, whether it is worth it, and who uses it. */
export function PlanCard({ plan }: { plan: PlanReport }) {
  const heading = `plan-${plan.id}`;
  const { fee, metered, value, worth, seats, people, suggestions, limits } = plan;
  return (
    <section
      aria-labelledby={heading}
      className="flex min-w-0 flex-col gap-3 rounded-xl border border-line bg-surface pt-3 pb-4"
    >
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 sm:px-5">
        <h2 id={heading} className="min-w-0 text-[0.9375rem] font-semibold tracking-[-0.01em] wrap-anywhere">
          {plan.name}
        </h2>
        <p className="text-[0.8125rem] text-muted" title={exactMoney(fee.monthlyUsd)}>
          {stateInWords(plan)}
        </p>
      </header>
      <dl className="grid grid-cols-3 gap-x-4 px-4 sm:px-5">
        <Figure label="Fee" usd={fee.spreadUsd} />
        <Figure label="Metered" usd={metered.usd} />
        <Figure label="Value" usd={value?.usd ?? null} isMuted />
      </dl>
      <div className="flex flex-col gap-1.5 px-4 sm:px-5">
        <VerdictMark worth={worth} />
        <p className="text-[0.8125rem] text-muted">{worth.sentence}</p>
        {value === null ? null : <p className="text-[0.8125rem] text-muted">{usageInWords(plan, value)}</p>}
      </div>
      {limits.length === 0 ? null : (
        <div className="px-4 sm:px-5">
          <PlanLimits limits={limits} />
        </div>
      )}
      {people.length === 0 ? null : (
        <DataTable
          caption={`People with a seat of ${plan.name}`}
          columns={PEOPLE}
          rows={people}
          rowKey={({ user, from }) => `${user} ${from ?? ""}`}
        />
      )}
      {seats.unassigned === 0 ? null : (
        <p className="px-4 text-[0.8125rem] sm:px-5">
          <span className="font-medium">{counted(seats.unassigned, "seat")}</span> of {seats.paid} without a person
        </p>
      )}
      {suggestions.length === 0 ? null : (
        <ul className="flex flex-col gap-2 px-4 text-[0.8125rem] sm:px-5">
          {suggestions.map(({ kind, sentence }) => (
            <li key={kind} className="flex gap-2">
              <Icon name="bulb" className="mt-0.5 text-muted" />
              <span className="min-w-0">{sentence}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Figure({ label, usd, isMuted = false }: { label: string; usd: number | null; isMuted?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="text-[0.8125rem] text-muted">{label}</dt>
      <dd className={`text-lg font-semibold tabular-nums ${isMuted ? "text-muted" : ""}`} title={exactMoney(usd)}>
        {money(usd)}
      </dd>
    </div>
  );
}

function stateInWords({ state, endsOn, fee, renewal }: PlanReport): string {
  const monthly = `${money(fee.monthlyUsd)} a month`;
  if (state === "over") return `ended ${dateInWords(endsOn!, "short")}`;
  if (state === "ending") return `${monthly}, until ${dateInWords(endsOn!, "short")}`;
  return renewal === null ? monthly : `${monthly}, renewed ${dateInWords(renewal.on, "short")}`;
}

function usageInWords({ daysUsed, breakEvenOn, metered }: PlanReport, value: Use): string {
  const used = counted(value.calls, "call");
  const days = daysUsed === null ? [] : [`on ${counted(daysUsed, "day")}`];
  const even =
    breakEvenOn === null ? [] : [`the fee of the period was reached on ${dateInWords(breakEvenOn, "short")}`];
  const beyond =
    metered.beyondIncludedUsd === null || metered.beyondIncludedUsd === 0
      ? []
      : [`${money(metered.beyondIncludedUsd)} beyond what it includes`];
  return [[used, ...days].join(" "), ...even, ...beyond].filter((part) => part !== "").join("; ");
}

const PEOPLE: readonly Column<PlanReport["people"][number]>[] = [
  {
    key: "user",
    label: "Person",
    width: "w-[34%]",
    cell: ({ user }) => user,
    title: ({ user, from, to }) =>
      [user, from === null ? "" : `from ${from}`, to === null ? "" : `until ${to}`].filter(Boolean).join(", "),
  },
  {
    key: "fee",
    label: "Fee",
    align: "right",
    cell: ({ feeUsd }) => money(feeUsd),
    title: ({ feeUsd }) => exactMoney(feeUsd),
  },
  {
    key: "value",
    label: "Value",
    align: "right",
    cell: ({ value }) => money(value?.usd ?? null),
    title: ({ value }) => exactMoney(value?.usd ?? null),
  },
  {
    key: "days",
    label: "Days used",
    align: "right",
    from: "sm",
    cell: ({ daysUsed }) => daysUsed ?? "—",
  },
  { key: "worth", label: "Worth it?", align: "right", cell: ({ worth }) => <VerdictMark worth={worth} isShort /> },
];
