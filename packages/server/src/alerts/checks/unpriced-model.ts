import { countText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { askAbout, askedRange, linkTo, usersIn } from "../rule-question.ts";
import { MAX_SUBJECTS, type Check } from "./check.ts";
import { dayOf } from "./episode.ts";

/** Are there calls of a model without a price, whose cost is therefore in no sum? */
export const checkUnpricedModel: Check<"unpricedModel"> = async (rule, { ledger, open }) => {
  const answer = await askAbout(ledger, rule, {
    metrics: "unpricedCalls,unpricedTokens",
    by: "provider,model",
    period: "90d",
    limit: String(MAX_SUBJECTS),
  });
  const range = askedRange(answer);
  const findings = answer.rows
    .filter((row) => row["other"] !== true && Number(row["unpricedCalls"]) >= rule.minimumCalls)
    .map((row): Finding => {
      const [provider, model] = [String(row["provider"]), String(row["model"])];
      const [calls, tokens] = [Number(row["unpricedCalls"]), Number(row["unpricedTokens"])];
      const match = ledger.prices.match(provider, model, ledger.now());
      const filters = [`provider:${provider}`, `model:${model.replaceAll("*", "\\*")}`, "basis:unpriced"];
      return {
        subject: `${provider}/${model}`,
        period: dayOf(ledger, rule),
        level: rule.severity,
        against: null,
        users: usersIn(rule.filters),
        texts: {
          title: `${model} of ${provider} has no price`,
          summary: `What ${countText(calls, "call")} with ${countText(tokens, "token")} cost is not known, and in no total, budget or limit. Set a price (outlay prices set) and they are rated again.`,
          facts: [
            { label: "Model", value: `${provider}/${model}` },
            { label: "Calls", value: calls.toLocaleString("en-US") },
            { label: "Tokens", value: tokens.toLocaleString("en-US") },
            ...(match.found ? [] : [{ label: "Why", value: match.reason }]),
          ],
          link: linkTo(filters, range, "/calls"),
        },
      };
    });
  const unpriced = new Set(findings.map((finding) => finding.subject));
  // what is over is told with its reason
  for (const alert of open) {
    if (unpriced.has(alert.subject)) continue;
    const [provider = "", model = ""] = splitOnce(alert.subject);
    if (!ledger.prices.match(provider, model, ledger.now()).found) continue;
    findings.push({
      subject: alert.subject,
      period: alert.period,
      level: "over",
      against: null,
      users: alert.users,
      texts: {
        title: `${model} of ${provider} has a price now`,
        summary: "Its calls have been rated again and are in every total.",
        facts: [{ label: "Model", value: alert.subject }],
        link: linkTo([`provider:${provider}`, `model:${model.replaceAll("*", "\\*")}`], range),
      },
    });
  }
  return { findings, note: null };
};

/** Models have slashes too; providers have none. */
function splitOnce(subject: string): string[] {
  const slash = subject.indexOf("/");
  return [subject.slice(0, slash), subject.slice(slash + 1)];
}
