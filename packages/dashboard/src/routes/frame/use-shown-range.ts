import type { TotalsAnswer } from "../../api/answers.ts";
import { useQuery } from "@tanstack/react-query";
import { metaQuestion, totalsQuestion } from "../../api/questions.ts";
import { pageTimeZone } from "../../api/server-url.ts";
import { expectedRange } from "../../filters/expected-range.ts";
import { useNow } from "../../ui/use-now.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import type { Kept } from "../../api/use-kept-query.ts";
import type { ShownRange } from "../../filters/filter-bar.tsx";
import { useTellDays } from "../../filters/use-tell-days.ts";
import { usePageSearch } from "../../filters/use-search.ts";

/** The totals of the view, and the stretch of time that the server understood it to be; before its first answer, the one expected. The keys are told of it. */
export function useShownRange(): { totals: Kept<TotalsAnswer>; shown: ShownRange | null } {
  const { view } = usePageSearch();
  const totals = useKeptQuery(totalsQuestion(view));
  const nowMs = useNow();
  const serverZone = useQuery(metaQuestion).data?.timeZone ?? pageTimeZone();
  const timeZone = view.timeZone ?? serverZone;
  const shown = shownRange(totals.data) ?? (timeZone === undefined ? null : expectedRange(view, timeZone, nowMs));
  useTellDays(shown);
  return { totals, shown };
}

function shownRange(answer: TotalsAnswer | undefined): ShownRange | null {
  if (answer === undefined) return null;
  const { period } = answer.query;
  const before = answer.comparison?.period;
  return { ...inMs(period), timeZone: period.timeZone, before: before === undefined ? null : inMs(before) };
}

const inMs = (range: { start: string; end: string }) => ({
  startMs: Date.parse(range.start),
  endMs: Date.parse(range.end),
});
