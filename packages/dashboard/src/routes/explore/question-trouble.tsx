import { ApiProblem } from "../../api/client.ts";
import { withPeriod } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { lowered } from "./choices-in-words.ts";
import { useChoices } from "./explore-state.ts";

/** The server does not answer this question: why, and which one it would answer. What is the network's is told on top of the page. */
export function QuestionTrouble({ error }: { error: Error }) {
  if (!(error instanceof ApiProblem)) return null;
  switch (error.code) {
    case "scan_too_large":
      return (
        <EmptyState title="Too many calls for this question" action={<Steps />}>
          Outlay keeps sums for single groups; for this question it would have to read every call of the period, and
          there are too many.
        </EmptyState>
      );
    case "raw_events_expired":
      return (
        <EmptyState title="The calls of this period are no longer kept one by one" action={<Steps />}>
          For this question Outlay has to read the calls themselves. Of older ones it keeps the sums of single groups.
        </EmptyState>
      );
    case "too_many_buckets":
    case "too_many_rows":
      return <TooFine />;
    default:
      return (
        <div className="px-4 pt-1 pb-4 sm:px-5">
          <ProblemNote error={error} />
        </div>
      );
  }
}

/** More steps of time than a chart shows. */
export function TooFine() {
  const { choose } = useChoices();
  return (
    <EmptyState
      title="Too many steps for one chart"
      action={
        <button type="button" onClick={() => choose({ grain: "auto" })} className={smallButton}>
          Choose steps that fit
        </button>
      }
    >
      The period is too long for steps this short.
    </EmptyState>
  );
}

function Steps() {
  const { choices, choose } = useChoices();
  const { change } = usePageSearch();
  const { group, second } = choices;
  return (
    <>
      {second === null || group === null ? null : (
        <button type="button" onClick={() => choose({ second: null })} className={smallButton}>
          Group by {lowered(group)} only
        </button>
      )}
      <button type="button" onClick={() => change((search) => withPeriod(search, "7d"))} className={smallButton}>
        Last 7 days
      </button>
      <button type="button" onClick={() => change((search) => withPeriod(search, "today"))} className={smallButton}>
        Today
      </button>
    </>
  );
}
