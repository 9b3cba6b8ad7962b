import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { budgetsQuestion } from "../../api/limits.ts";
import type { LimitReport, Standing } from "../../api/limits.ts";
import { BudgetBar } from "../../charts/draw/budget-bar.tsx";
import { validateSearch } from "../../filters/search.ts";
import { periodInWords } from "../../limits/words.ts";
import { Card } from "../../ui/card.tsx";

const MAX_SHOWN = 3;

/** The fullest budgets, whatever period is on screen: each counts its own. Nothing where there are none. */
export function Budgets() {
  const { data } = useQuery(budgetsQuestion);
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
            <Budget report={report} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Budget({ report }: { report: LimitReport & { standing: Standing } }) {
  const { limit, standing, projection } = report;
  return (
    <>
      <p className="mb-1.5 flex items-baseline justify-between gap-3">
        <Link
          to="/budgets"
          search={(before) => ({ ...validateSearch(before), budget: limit.id })}
          className="truncate font-medium underline-offset-4 hover:underline"
        >
          {limit.name}
        </Link>
        <span className="text-[0.8125rem] whitespace-nowrap text-muted">{periodInWords(limit.period)}</span>
      </p>
      <BudgetBar
        name={limit.name}
        amountUsd={standing.state.amountUsd}
        spentUsd={standing.state.spentUsd}
        reservedUsd={standing.state.leasedUsd}
        projectedUsd={projection?.endUsd ?? null}
        thresholdsPercent={limit.thresholdsPercent}
      />
    </>
  );
}
