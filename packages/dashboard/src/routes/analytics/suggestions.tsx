import { exactMoney, money } from "@outlay/react";
import { Link } from "@tanstack/react-router";
import { savingsQuestion } from "../../api/insights.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { validateSearch } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { Card } from "../../ui/card.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { SAVING_NAMES } from "../insights/saving-names.ts";

const SHOWN = 3;

/** What would save most, in short. */
export function Suggestions() {
  const { view } = usePageSearch();
  const { data, error, isWaiting } = useKeptQuery(savingsQuestion(view));
  const shown = data?.recommendations.slice(0, SHOWN) ?? [];
  return (
    <Card
      id="suggestions"
      title="What would save most"
      waiting={isWaiting && data !== undefined}
      actions={
        <Link
          to="/insights"
          search={(before) => ({ ...validateSearch(before), tab: "savings" })}
          className="inline-flex min-h-6 items-center text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          All savings{data === undefined ? "" : ` (${data.recommendations.length})`}
        </Link>
      }
    >
      <div className="px-4 pt-1 pb-4 sm:px-5">
        {error === null ? null : <ProblemNote error={error} />}
        {data === undefined ? (
          error === null ? (
            <div className="h-32" />
          ) : null
        ) : shown.length === 0 ? (
          <p className="py-2 text-muted">Nothing stands out in this period.</p>
        ) : (
          <>
            <ul>
              {shown.map(({ kind, title, sentence, savedUsd, filter }) => (
                <li
                  key={`${kind}:${title}:${filter.join()}`}
                  className="flex flex-wrap items-baseline gap-x-6 gap-y-1 border-b border-line py-3 last:border-0"
                >
                  <div className="min-w-0 grow basis-80">
                    <h3 className="font-medium wrap-anywhere">
                      {title.startsWith(SAVING_NAMES[kind]) ? null : (
                        <span className="font-normal text-muted">{SAVING_NAMES[kind]}: </span>
                      )}
                      {title}
                    </h3>
                    <p className="mt-0.5 text-[0.8125rem] text-muted">{sentence}</p>
                  </div>
                  <p className="font-semibold whitespace-nowrap tabular-nums" title={exactMoney(savedUsd)}>
                    {money(savedUsd)} <span className="font-normal text-muted">less</span>
                  </p>
                </li>
              ))}
            </ul>
            <p className="text-[0.8125rem] text-muted">
              These overlap: one call may be in several, so their sums do not add up.
            </p>
          </>
        )}
      </div>
    </Card>
  );
}
