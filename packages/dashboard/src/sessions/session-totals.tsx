import { count, exactCount, exactMoney, money } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { MAX_CALLS_READ_UNASKED, sessionTotalsQuestion } from "../api/entities.ts";
import { totalsQuestion } from "../api/questions.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import type { View } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";

/** How many sessions had calls in the period, and what one cost on average. Not counted where that would read very many calls. Of the page's view, or `within` a narrower one. */
export function SessionTotals({ within }: { within?: View }) {
  const shared = usePageSearch().view;
  const view = within ?? shared;
  const { data: totals, isStale } = useKeptQuery(totalsQuestion(view));
  const calls = isStale ? null : (totals?.totals.calls ?? null);
  const { data } = useQuery({
    ...sessionTotalsQuestion(view),
    enabled: calls !== null && calls <= MAX_CALLS_READ_UNASKED,
  });
  const sessions = data?.totals.sessions ?? null;
  if (sessions === null) return null;
  const each = data?.totals.costPerSession ?? null;
  return (
    <p className="text-[0.8125rem] text-muted">
      <span title={`${exactCount(sessions)} sessions with calls in the period, under all filters`}>
        {count(sessions)} active
      </span>
      {each === null ? null : <span title={`${exactMoney(each)} within the period`}> · {money(each)} on average</span>}
    </p>
  );
}
