import type { CostReport } from "./cost-report.ts";

/** Dollars for people: cents; of less than a cent two digits that count, so that nothing small looks like nothing. */
export function money(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return "\u2013";
  const amount = Math.abs(usd);
  const text =
    amount === 0 || amount >= 0.01
      ? amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
      : amount.toLocaleString("en-US", { maximumSignificantDigits: 2 });
  return `${usd < 0 ? "\u2212" : ""}$${text}`;
}

export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return "\u2013";
  if (value >= 1_000_000) return value.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 1 });
  return value.toLocaleString("en-US");
}

/** `+12 %`, against what was before; null: there was nothing. */
export function change(now: number | null | undefined, before: number | null | undefined): string | null {
  if (now == null || before == null || before === 0) return null;
  const percent = Math.round(((now - before) / before) * 100);
  return `${percent > 0 ? "+" : percent < 0 ? "\u2212" : ""}${Math.abs(percent)} %`;
}

/** What a reader has to know besides the numbers, each a sentence. */
export function notesOf(report: CostReport): string[] {
  const { totals, finished, filters, period } = report;
  const notes: string[] = [];
  if (!finished) notes.push(`It was not over when the numbers were taken: they go on growing.`);
  const unpriced = totals.unpricedCalls ?? 0;
  if (unpriced > 0) {
    notes.push(
      `${count(unpriced)} ${unpriced === 1 ? "call has" : "calls have"} no known price (${count(totals.unpricedTokens)} tokens) and ${unpriced === 1 ? "is" : "are"} in no cost.`,
    );
  }
  if ((totals.estimatedCalls ?? 0) > 0) {
    notes.push(
      `Of ${count(totals.estimatedCalls)} calls the tokens are estimated, because their provider gave no count.`,
    );
  }
  if (filters.length > 0) notes.push(`Only calls with ${filters.join(" and ")}; charges and budgets are left out.`);
  notes.push(`Days are those of ${period.timeZone}. Costs in US dollars, as rated by Outlay; charges are not in them.`);
  return notes;
}
