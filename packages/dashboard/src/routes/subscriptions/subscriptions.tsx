import { Link } from "@tanstack/react-router";
import { counted, exactMoney, money } from "@outlay/react";
import { subscriptionsReportQuestion } from "../../api/subscriptions.ts";
import type { PlanReport, SubscriptionsReport } from "../../api/subscriptions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { FilterBar } from "../../filters/filter-bar.tsx";
import { NotApplied } from "../../filters/not-applied.tsx";
import { validateSearch } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Page } from "../frame/page.tsx";
import { useShownRange } from "../frame/use-shown-range.ts";
import { MonthlyBudget } from "./monthly-budget.tsx";
import { PlanLimits } from "./plan-limits.tsx";
import { PlanCard } from "./plan-card.tsx";
import { Renewals } from "./renewals.tsx";
import { ThreeFigures } from "./three-figures.tsx";
import { Uncovered } from "./uncovered.tsx";

/** Flat fees beside usage: what they cost, what was used under them, and one budget over all sources. */
export function Subscriptions() {
  const { view } = usePageSearch();
  const { shown } = useShownRange();
  const { data, error, isWaiting } = useKeptQuery(subscriptionsReportQuestion(view));
  const mayChange = useViewer()?.isAdministrator ?? false;
  const isEmpty = data !== undefined && data.subscriptions.length === 0;
  return (
    <Page
      title="Subscriptions"
      intro="What flat fees cost, what was used under them, and what is charged besides."
      busy={isWaiting}
      actions={mayChange && !isEmpty ? <ManageLink /> : undefined}
    >
      {error === null ? null : <ProblemNote error={error} />}
      <FilterBar shown={shown} hasComparison={false} />
      <NotApplied filters={view.filters} why="Plans cover calls by tool, provider, model and person." />
      <ThreeFigures report={data} />
      {data === undefined ? null : <InWords report={data} />}
      {isEmpty ? (
        <div className="rounded-xl border border-line bg-surface">
          <EmptyState
            title={mayChange ? "There is no subscription yet" : "No subscription of yours"}
            action={mayChange ? <AddLink /> : undefined}
          >
            {mayChange
              ? "Add the plans that you or your team pay for, such as Claude Max or GitHub Copilot: their fees are spread over their term, and calls of their tools count as value instead of money."
              : "You hold no seat of a plan that is known here."}
          </EmptyState>
        </div>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {data?.subscriptions.toSorted(byFee).map((plan) => (
          <PlanCard key={plan.id} plan={plan} />
        ))}
        {data === undefined && error === null
          ? [0, 1].map((place) => <div key={place} className="h-64 rounded-xl border border-line bg-surface" />)
          : null}
      </div>
      {data === undefined || data.otherLimits.length === 0 ? null : (
        <Card id="other-limits" title="Limits of tools that no plan covers">
          <div className="px-4 pb-4 sm:px-5">
            <PlanLimits limits={data.otherLimits} />
          </div>
        </Card>
      )}
      {data === undefined ? null : (
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <MonthlyBudget budget={data.budget} mayChange={mayChange} />
          <Renewals renewals={data.renewals} />
        </div>
      )}
      {data === undefined ? null : <Uncovered report={data} />}
    </Page>
  );
}

/** Dearest first. */
const byFee = (one: PlanReport, other: PlanReport) => other.fee.monthlyUsd - one.fee.monthlyUsd;

/** What may be added to what. */
function InWords({ report: { moneyUsd, otherChargesUsd, sameCharges } }: { report: SubscriptionsReport }) {
  return (
    <p className="text-[0.8125rem] text-muted">
      Fees, metered costs
      {otherChargesUsd === 0 ? (
        ""
      ) : (
        <span title={exactMoney(otherChargesUsd)}> and {money(otherChargesUsd)} of other charges</span>
      )}{" "}
      are{" "}
      <span className="font-medium text-ink" title={exactMoney(moneyUsd)}>
        {money(moneyUsd)}
      </span>{" "}
      of real money. Value is what the covered calls would have cost at list price, and is added to nothing.
      {sameCharges.length === 0
        ? null
        : ` ${counted(sameCharges.length, "charge")} entered by hand for the same plans ${sameCharges.length === 1 ? "is" : "are"} not counted again.`}
    </p>
  );
}

function ManageLink() {
  return (
    <Link
      to="/settings"
      search={(before) => ({ ...validateSearch(before), tab: "subscriptions" })}
      className={smallButton}
    >
      <Icon name="edit" />
      Manage
    </Link>
  );
}

function AddLink() {
  return (
    <Link
      to="/settings"
      search={(before) => ({ ...validateSearch(before), tab: "subscriptions", subscription: "new" })}
      className={mainButton}
    >
      Add the first subscription
    </Link>
  );
}
