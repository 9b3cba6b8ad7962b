import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { budgetsNowQuestion } from "../../api/limits.ts";
import { validateSearch } from "../../filters/search.ts";
import { BudgetLine } from "../../limits/budget-line.tsx";
import { Card } from "../../ui/card.tsx";

const MAX_SHOWN = 3;

/** The fullest budgets, whatever period is on screen: each counts its own. Nothing where there are none. */
export function Budgets() {
  const { data } = useQuery(budgetsNowQuestion);
  const budgets = (data?.budgets ?? []).flatMap((report) =>
    report.limit.enabled && report.standing !== null ? [{ ...report, standing: report.standing }] : [],
  );
  if (budgets.length === 0) return null;
  const shown = budgets.toSorted((a, b) => b.standing.usedPercent - a.standing.usedPercent).slice(0, MAX_SHOWN);
  return (
    <Card
      id="budgets"
      title="Budgets"
      actions={
        <Link
          to="/budgets"
          search={validateSearch}
          className="inline-flex h-9 items-center rounded-lg px-2.5 text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
        >
          View all
        </Link>
      }
    >
      <ul className="grid gap-x-8 gap-y-4 px-4 pt-1 pb-4 sm:px-5 md:grid-cols-2 xl:grid-cols-3">
        {shown.map((report) => (
          <li key={report.limit.id} className="min-w-0">
            <BudgetLine report={report} standing={report.standing} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
