import { dollars, countText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";

/** Does the fee of a subscription come due within so many days? There is still time to end it. */
export const checkSubscriptionRenewal: Check<"subscriptionRenewal"> = async (rule, { subscriptions }) => {
  const due = (subscriptions?.renewals(rule.days) ?? [])
    .filter(({ amountUsd }) => amountUsd > 0 && amountUsd >= rule.minimumUsd)
    .slice(0, MAX_SUBJECTS);
  return {
    findings: due.map(({ subscription, on, inDays, amountUsd }): Finding => {
      const when = inDays === 1 ? "tomorrow" : `in ${countText(inDays, "day")}`;
      return {
        subject: subscription.id,
        period: { key: `term ${on}`, startMs: null, endMs: null, form: "news" },
        level: rule.severity,
        against: null,
        users: null,
        texts: {
          title: `${subscription.name} is renewed ${when}`,
          summary: `${dollars(amountUsd)} come due on ${on}. If nobody needs it, end it before: outlay subscriptions end ${subscription.id}`,
          facts: [
            { label: "Subscription", value: subscription.name },
            { label: "Amount", value: dollars(amountUsd) },
            { label: "Day", value: on },
          ],
          link: "/subscriptions",
        },
      };
    }),
    note: null,
  };
};
