import { timeText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";
import { dayOf } from "./episode.ts";

const DAY_MS = 86_400_000;

/** Is there a key that nobody has used for so many days? It could be revoked. */
export const checkKeyUnused: Check<"keyUnused"> = async (rule, { ledger, keys }) => {
  const nowMs = ledger.now();
  const unused = keys
    .list()
    .map((key) => ({ ...key, sinceMs: key.lastUsedAtMs ?? key.createdAtMs }))
    .filter(({ sinceMs }) => nowMs - sinceMs >= rule.days * DAY_MS)
    .toSorted((one, other) => one.sinceMs - other.sinceMs)
    .slice(0, MAX_SUBJECTS);
  return {
    findings: unused.map(({ id, name, lastFour, sinceMs, lastUsedAtMs, createdAtMs, attribution }): Finding => {
      const days = Math.floor((nowMs - sinceMs) / DAY_MS);
      return {
        subject: id,
        period: dayOf(ledger, { timeZone: null }),
        level: rule.severity,
        against: String(rule.days),
        users: attribution.user === undefined ? null : [attribution.user],
        texts: {
          title: `Key ${name} is not used any more`,
          summary: `${lastUsedAtMs === null ? "It has never been used, and was made" : "It was last used"} ${days} days ago. If nobody needs it, revoke it: outlay keys revoke ${id}`,
          facts: [
            { label: "Key", value: `${name} (…${lastFour})` },
            { label: "Last used", value: lastUsedAtMs === null ? "never" : timeText(lastUsedAtMs, ledger.timeZone) },
            { label: "Made", value: timeText(createdAtMs, ledger.timeZone) },
          ],
          link: `/settings?tab=keys&key=${encodeURIComponent(id)}`,
        },
      };
    }),
    note: null,
  };
};
