import { listFailing } from "../../sync/list-failing.ts";
import { timeText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";
import { dayOf } from "./episode.ts";

const HOUR_MS = 3_600_000;

/** Has a provider not told for so many hours what was used, because asking it fails? */
export const checkSyncFailing: Check<"syncFailing"> = async (rule, { ledger }) => {
  const nowMs = ledger.now();
  const failing = (await listFailing(ledger.storage))
    .filter(({ goodAtMs }) => nowMs - goodAtMs >= rule.hours * HOUR_MS)
    .slice(0, MAX_SUBJECTS);
  return {
    findings: failing.map(({ id, name, problem, failures, goodAtMs }): Finding => ({
      subject: id,
      period: dayOf(ledger, { timeZone: null }),
      level: rule.severity,
      against: String(rule.hours),
      users: null,
      texts: {
        title: `${name} cannot be asked what was used`,
        summary: `${problem.message}. Reports and reconciliation stand still until it works again: outlay sync`,
        facts: [
          { label: "Connection", value: name },
          { label: "Last good run", value: timeText(goodAtMs, ledger.timeZone) },
          { label: "Failed since", value: `${failures} ${failures === 1 ? "time" : "times"}` },
        ],
        link: "/reconciliation",
      },
    })),
    note: null,
  };
};
