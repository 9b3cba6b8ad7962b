import { Link } from "@tanstack/react-router";
import { exactMoney, money } from "@outlay/react";
import type { SubscriptionsReport } from "../../api/subscriptions.ts";
import { BudgetBar } from "../../charts/draw/budget-bar.tsx";
import { validateSearch } from "../../filters/search.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";

/** The calendar month over all sources, whatever period is shown: its fees in full, everything else so far. */
export function MonthlyBudget({ budget, mayChange }: { budget: SubscriptionsReport["budget"]; mayChange: boolean }) {
  return (
    <Card
      id="monthly-budget"
      title="This month, over all sources"
      actions={mayChange && budget !== null ? <SetLink words="Change" /> : undefined}
    >
      {budget === null ? (
        <EmptyState title="No budget over all sources" action={mayChange ? <SetLink words="Set one" /> : undefined}>
          It counts real money: the fees of the month, and what is charged by use. What plans cover is not in it.
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-3 px-4 pb-4 sm:px-5">
          <BudgetBar
            name="This month, over all sources"
            amountUsd={budget.amountUsd}
            spentUsd={budget.usedUsd ?? 0}
            reservedUsd={0}
            projectedUsd={null}
            thresholdsPercent={THRESHOLDS}
          />
          <dl className="flex flex-wrap gap-x-8 gap-y-2 text-[0.8125rem]">
            <Part label="Fees of the whole month" usd={budget.feesUsd} />
            <Part label="Metered so far" usd={budget.meteredUsd} />
            {budget.otherChargesUsd === 0 ? null : <Part label="Other charges so far" usd={budget.otherChargesUsd} />}
          </dl>
        </div>
      )}
    </Card>
  );
}

/** As budgets have them that nobody has changed. */
const THRESHOLDS = [70, 90, 100];

function Part({ label, usd }: { label: string; usd: number | null }) {
  return (
    <div>
      <dt className="text-muted">{label}</dt>
      <dd className="font-medium tabular-nums" title={exactMoney(usd)}>
        {money(usd)}
      </dd>
    </div>
  );
}

function SetLink({ words }: { words: string }) {
  return (
    <Link
      to="/settings"
      search={(before) => ({ ...validateSearch(before), setting: "monthlyBudgetUsd" })}
      className={smallButton}
    >
      {words}
    </Link>
  );
}
