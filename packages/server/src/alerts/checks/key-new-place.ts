import { timeText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";

const DAY_MS = 86_400_000;
/** A place stays new for so long; then it is one of the usual ones. */
const NEW_DAYS = 7;

/** Is a key used from a network that it was never used from before? */
export const checkKeyNewPlace: Check<"keyNewPlace"> = async (rule, { ledger, keys, keyPlaces }) => {
  const nowMs = ledger.now();
  const listed = keys.list();
  const names = new Map(listed.map((key) => [key.id, key]));
  const findings: Finding[] = [];
  for (const { keyId, firstUseMs, places } of await keyPlaces.learn(listed)) {
    const key = names.get(keyId);
    if (key === undefined) continue;
    for (const { prefix, firstMs } of places) {
      const isUsual = firstMs === firstUseMs || firstMs < firstUseMs + rule.learnDays * DAY_MS;
      if (isUsual || firstMs <= nowMs - NEW_DAYS * DAY_MS) continue;
      findings.push({
        subject: `${keyId} ${prefix}`,
        period: { key: "once", startMs: null, endMs: null, form: "news" },
        level: rule.severity,
        against: null,
        users: key.attribution.user === undefined ? null : [key.attribution.user],
        texts: {
          title: `Key ${key.name} is used from a new place`,
          summary: `A call came from ${prefix}, where it has never been used before. If that was none of yours, revoke it: outlay keys revoke ${keyId}`,
          facts: [
            { label: "Key", value: `${key.name} (…${key.lastFour})` },
            { label: "From", value: prefix },
            { label: "First seen", value: timeText(firstMs, ledger.timeZone) },
            { label: "Places before", value: String(places.filter((place) => place.firstMs < firstMs).length) },
          ],
          link: `/settings?tab=keys&key=${encodeURIComponent(keyId)}`,
        },
      });
    }
  }
  return { findings: findings.slice(0, MAX_SUBJECTS), note: null };
};
