import type { Worth } from "../../api/subscriptions.ts";

const LONG: Record<Worth["verdict"], string> = {
  worth_it: "Worth it",
  below_fee: "Not worth its fee",
  unused: "Not used",
  no_fee: "Costs nothing",
  too_early: "Too early to say",
  unknown: "Not known",
};
const SHORT: Record<Worth["verdict"], string> = {
  worth_it: "yes",
  below_fee: "no",
  unused: "not used",
  no_fee: "free",
  too_early: "too early",
  unknown: "not known",
};

/** Whether what was used is worth the fee, with the value for each dollar of it. In words, never by colour alone. */
export function VerdictMark({ worth, isShort = false }: { worth: Worth; isShort?: boolean }) {
  const { verdict, valuePerDollar } = worth;
  const isBad = verdict === "unused" || verdict === "below_fee";
  const ratio = valuePerDollar === null || verdict === "unused" ? null : valuePerDollar.toFixed(2);
  if (isShort) {
    return (
      <span title={worth.sentence} className={isBad ? "font-medium text-middle" : ""}>
        {SHORT[verdict]}
      </span>
    );
  }
  return (
    <p className="flex flex-wrap items-baseline gap-x-2">
      <span className={`font-medium ${isBad ? "text-middle" : ""}`}>{LONG[verdict]}</span>
      {ratio === null ? null : <span className="text-[0.8125rem] text-muted">${ratio} of value for each dollar</span>}
    </p>
  );
}
