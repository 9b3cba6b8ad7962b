import { dollars, percentText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { severityAtPercent } from "../severity.ts";
import type { Check } from "./check.ts";

/** Is so much of the month's budget over all sources used: fees of the month, what was metered, other charges? */
export const checkMonthlyBudget: Check<"monthlyBudget"> = async (rule, { subscriptions }) => {
  const budget = (await subscriptions?.budget()) ?? null;
  if (budget === null) return { findings: [], note: "No budget over all sources is set (monthlyBudgetUsd)." };
  const { amountUsd, usedUsd, usedPercent, feesUsd, meteredUsd, otherChargesUsd, month } = budget;
  if (usedUsd === null || usedPercent === null || usedPercent < rule.percent) return { findings: [], note: null };
  const finding: Finding = {
    subject: "",
    period: {
      key: `month ${month.start}`,
      startMs: Date.parse(month.start),
      endMs: Date.parse(month.end),
      form: "calendar",
    },
    level: severityAtPercent(usedPercent),
    against: String(amountUsd),
    users: null,
    texts: {
      title: `${percentText(usedPercent)} of the month's budget over all sources is used`,
      summary: `${dollars(usedUsd)} of ${dollars(amountUsd)}: subscriptions of the whole month, and what was charged by use so far.`,
      facts: [
        { label: "Fees of the month", value: dollars(feesUsd) },
        { label: "Metered so far", value: meteredUsd === null ? "not known" : dollars(meteredUsd) },
        { label: "Other charges so far", value: dollars(otherChargesUsd) },
      ],
      link: "/subscriptions",
    },
  };
  return { findings: [finding], note: null };
};
