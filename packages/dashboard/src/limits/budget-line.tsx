import { Link } from "@tanstack/react-router";
import type { LimitReport, Standing } from "../api/limits.ts";
import { validateSearch } from "../filters/search.ts";
import { StandingBar } from "./standing-bar.tsx";
import { periodInWords } from "./words.ts";

/** One budget in a list of other things: its name, which leads to it, its period, how full it is. */
export function BudgetLine({ report, standing }: { report: LimitReport; standing: Standing }) {
  const { limit } = report;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <Link
          to="/budgets"
          search={(before) => ({ ...validateSearch(before), budget: limit.id })}
          className="inline-flex min-h-6 max-w-full items-center font-medium underline-offset-4 hover:underline"
        >
          <span className="truncate">{limit.name}</span>
        </Link>
        <span className="text-[0.8125rem] text-muted">{periodInWords(limit.period)}</span>
      </p>
      <StandingBar report={report} standing={standing} />
    </div>
  );
}
