import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { callsQuestion, metaQuestion } from "../api/questions.ts";
import { CallsTable } from "../calls/calls-table.tsx";
import { validateSearch, withFilters } from "../filters/search.ts";
import type { View } from "../filters/search.ts";
import { Card } from "../ui/card.tsx";

/** The newest calls of the view, and the way to all of them. */
export function EntityCalls({ view }: { view: View }) {
  const meta = useQuery(metaQuestion).data;
  const { data, isPlaceholderData, error } = useInfiniteQuery(callsQuestion(view));
  const calls = data?.pages[0]?.events;
  return (
    <Card
      id="recent"
      title="Recent calls"
      waiting={isPlaceholderData}
      actions={
        <Link
          to="/calls"
          search={(before) => withFilters(validateSearch(before), view.filters)}
          className="text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          View all
        </Link>
      }
    >
      <div className="px-2 pt-1 pb-3 sm:px-3">
        {error === null ? null : <p className="px-2 py-4 text-high">{error.message}</p>}
        {calls === undefined ? (
          <div className="h-[34rem]" />
        ) : (
          <CallsTable
            caption="Recent calls, newest first"
            calls={calls}
            timeZone={view.timeZone ?? meta?.timeZone ?? "UTC"}
          />
        )}
      </div>
    </Card>
  );
}
