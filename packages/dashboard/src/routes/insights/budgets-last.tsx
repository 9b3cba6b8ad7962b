import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { budgetsQuestion } from "../../api/limits.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { NotApplied } from "../../filters/not-applied.tsx";
import { validateSearch } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { BudgetLine } from "../../limits/budget-line.tsx";
import { StandingFacts } from "../../limits/standing-facts.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { otherButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";

/** Until when each budget lasts at the present pace. */
export function BudgetsLast() {
  const { view } = usePageSearch();
  const { data, error } = useKeptQuery(budgetsQuestion);
  const serverZone = useQuery(metaQuestion).data?.timeZone ?? "UTC";
  // One for each value has many ends; its page lists them.
  const budgets = data?.budgets.filter(({ standing, limit }) => standing !== null && limit.enabled) ?? [];
  return (
    <Card
      id="budgets"
      title="How long the budgets last"
      actions={
        <Link
          to="/budgets"
          search={validateSearch}
          className="inline-flex min-h-6 items-center text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          All budgets
        </Link>
      }
    >
      <div className="flex flex-col gap-3 px-4 pt-1 pb-4 sm:px-5">
        {error === null ? null : <ProblemNote error={error} />}
        <NotApplied filters={view.filters} why="A budget counts what it is for." />
        {data === undefined && error === null ? <div className="h-24" /> : null}
        {data !== undefined && budgets.length === 0 ? (
          <EmptyState
            title="No budget to hold it against"
            action={
              <Link to="/budgets" search={validateSearch} className={otherButton}>
                Budgets
              </Link>
            }
          >
            With a budget, this says how many days are left until it is used up.
          </EmptyState>
        ) : null}
        <ul className="grid gap-x-8 lg:grid-cols-2">
          {budgets.map((report) => {
            const { limit, standing } = report;
            return standing === null ? null : (
              <li key={limit.id} className="flex min-w-0 flex-col gap-2 border-b border-line py-3">
                <BudgetLine report={report} standing={standing} />
                <StandingFacts report={report} timeZone={limit.period.timeZone ?? serverZone} />
              </li>
            );
          })}
        </ul>
      </div>
    </Card>
  );
}
