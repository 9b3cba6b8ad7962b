import { reconcile } from "../../reconciliation/reconcile.ts";
import { dayName } from "../../sync/utc-day.ts";
import { dollars, percentText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";
import { dayOf } from "./episode.ts";

const DAY_MS = 86_400_000;
/** Providers still count calls of the last days. */
const LATE_DAYS = 3;

/** Does a provider report or bill more than was recorded, or less, and nothing that is as it should be explains it? */
export const checkReconciliation: Check<"reconciliation"> = async (rule, { ledger }) => {
  const endMs = Math.floor(ledger.now() / DAY_MS - LATE_DAYS) * DAY_MS;
  const [from, to] = [dayName(endMs - rule.days * DAY_MS), dayName(endMs)];
  const { providers } = await reconcile(ledger, {
    from,
    to,
    provider: null,
    filters: rule.filters,
    tolerance: { percent: rule.percent, usd: rule.minimumUsd },
  });
  const beyond = providers.filter(({ withinTolerance }) => !withinTolerance).slice(0, MAX_SUBJECTS);
  return {
    findings: beyond.map((it): Finding => {
      const more = it.toCheckUsd > 0;
      const amount = dollars(Math.abs(it.toCheckUsd));
      const reasons = it.explanations.filter(({ expected }) => !expected);
      return {
        subject: it.provider,
        period: dayOf(ledger, { timeZone: "UTC" }),
        level: rule.severity,
        against: `${rule.percent} % ${rule.minimumUsd}`,
        users: null,
        texts: {
          title: `${it.provider} ${it.billedUsd === null ? "reports" : "bills"} ${amount} ${more ? "more" : "less"} than was recorded`,
          summary: `From ${from} to ${to} (UTC) ${dollars(it.recordedUsd)} were recorded. What differs and is not as it should be: ${amount}. Look closer: outlay reconcile --provider ${it.provider} --from ${from} --to ${to} --rows`,
          facts: [
            { label: "Recorded", value: dollars(it.recordedUsd) },
            ...(it.reportedUsd === null ? [] : [{ label: "Reported", value: dollars(it.reportedUsd) }]),
            ...(it.billedUsd === null ? [] : [{ label: "Billed", value: dollars(it.billedUsd) }]),
            ...(it.differencePercent === null
              ? []
              : [{ label: "Difference", value: percentText(it.differencePercent) }]),
            ...reasons.map(({ text, amountUsd }) => ({ label: text, value: dollars(amountUsd) })),
            ...(it.unexplainedUsd === 0 ? [] : [{ label: "not explained", value: dollars(it.unexplainedUsd) }]),
          ],
          link: linkToPage({ from, to, provider: it.provider }, rule.filters),
        },
      };
    }),
    note: providers.length === 0 ? "No provider is asked what it reports: outlay sync add" : null,
  };
};

function linkToPage(about: { from: string; to: string; provider: string }, filters: readonly string[]): string {
  const search = new URLSearchParams(about);
  for (const filter of filters) search.append("filter", filter);
  return `/reconciliation?${search.toString()}`;
}
