import { countText, percentText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { askAbout, askedRange, lastMs, linkTo, usersIn } from "../rule-question.ts";
import type { RuleOf } from "../rule.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";
import { hourOf } from "./episode.ts";

const MINUTE_MS = 60_000;
/** An alert ends only when clearly fewer calls fail again. */
const HOLD_SHARE = 0.8;

/** Do more calls fail than a percentage, of enough calls to say so? */
export const checkErrorRate: Check<"errorRate"> = async (rule, { ledger }) => {
  const answer = await askAbout(ledger, rule, {
    metrics: "errors,calls",
    ...lastMs(ledger, rule.windowMinutes * MINUTE_MS),
    ...(rule.each === null ? {} : { by: rule.each, order: "-errors", limit: String(MAX_SUBJECTS) }),
  });
  const { totals, rows } = answer;
  const groups = rule.each === null ? [{ ...totals, value: null }] : rows.filter((row) => row["other"] !== true);
  const findings: Finding[] = [];
  for (const group of groups) {
    const [errors, calls] = [Number(group["errors"] ?? 0), Number(group["calls"] ?? 0)];
    const percent = calls === 0 ? 0 : (errors / calls) * 100;
    if (calls < rule.minimumCalls || percent < rule.percent * HOLD_SHARE) continue;
    const value = rule.each === null ? null : ((group as Record<string, unknown>)[rule.each] as string | null);
    findings.push({
      ...about(rule, value, { errors, calls, percent }, askedRange(answer)),
      period: hourOf(ledger, rule),
      level: percent >= rule.percent ? rule.severity : "hold",
    });
  }
  return { findings, note: null };
};

function about(
  rule: RuleOf<"errorRate">,
  value: string | null,
  { errors, calls, percent }: { errors: number; calls: number; percent: number },
  range: { startMs: number; endMs: number },
): Omit<Finding, "period" | "level"> {
  const where = rule.each === null ? "" : ` of ${rule.each} ${value ?? "(none)"}`;
  const filters =
    rule.each === null ? rule.filters : [...rule.filters, `${rule.each}:${(value ?? "").replaceAll("*", "\\*")}`];
  return {
    subject: rule.each === null ? "" : `${rule.each}:${value ?? ""}`,
    against: String(rule.percent),
    users: usersIn(filters),
    texts: {
      title: `${percentText(percent)} of the calls${where} fail`,
      summary: `${countText(errors, "call")} of ${calls.toLocaleString("en-US")} failed in the last ${rule.windowMinutes} minutes. The rule "${rule.name}" tells of ${percentText(rule.percent)} or more, of at least ${countText(rule.minimumCalls, "call")}.`,
      facts: [
        { label: "Failed", value: percentText(percent) },
        { label: "Failed calls", value: errors.toLocaleString("en-US") },
        { label: "Calls", value: calls.toLocaleString("en-US") },
        ...filters.map((text) => ({ label: "Only", value: text })),
      ].slice(0, 8),
      link: linkTo([...filters, "status:error"], range, "/calls"),
    },
  };
}
