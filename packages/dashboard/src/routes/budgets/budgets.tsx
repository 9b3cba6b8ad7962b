import { useQuery } from "@tanstack/react-query";
import { useLiveAlerts } from "../../api/alerts.ts";
import { budgetsQuestion } from "../../api/limits.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { textIn, usePageState } from "../../filters/use-page-state.ts";
import { LimitFormSheet } from "../../limits/limit-sheets.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Page } from "../frame/page.tsx";
import { BudgetCard } from "./budget-card.tsx";
import { BudgetDrawer } from "./budget-drawer.tsx";

interface State {
  /** The one that is looked at. */
  budget?: string;
  /** Of its `each`. */
  value?: string;
  /** `new`, or the id of the one that is being changed. */
  form?: string;
}

function readState(raw: Record<string, unknown>): State {
  const [budget, value, form] = ["budget", "value", "form"].map((key) => textIn(raw, key));
  return {
    ...(budget === undefined ? {} : { budget }),
    ...(value === undefined || budget === undefined ? {} : { value }),
    ...(form === undefined ? {} : { form }),
  };
}

/** What may be spent, and whether it lasts. */
export function Budgets() {
  useLiveAlerts();
  const { state, change } = usePageState(readState);
  const { data, error, isWaiting } = useKeptQuery(budgetsQuestion);
  const serverZone = useQuery(metaQuestion).data?.timeZone ?? "UTC";
  const mayChange = useViewer()?.isAdministrator ?? false;
  const make = () => change(() => ({ form: "new" }));
  const budgets = data?.budgets ?? [];
  const edited = budgets.find(({ limit }) => limit.id === state.form)?.limit;
  return (
    <Page
      title="Budgets"
      intro="What may be spent, what is, and whether it lasts. A budget tells; a limit is enforced."
      busy={isWaiting}
      actions={
        mayChange && budgets.length > 0 ? (
          <button type="button" onClick={make} className={smallButton}>
            <Icon name="plus" />
            New budget
          </button>
        ) : undefined
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {data !== undefined && budgets.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <EmptyState
            title="There is no budget yet"
            action={
              mayChange ? (
                <button type="button" onClick={make} className={mainButton}>
                  Make the first budget
                </button>
              ) : undefined
            }
          >
            A budget says how much may be spent in a month, a week or for good, of everything or of a part. It tells
            when it fills and when it will not last; calls go on.
          </EmptyState>
        </div>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {budgets.map((report) => (
          <BudgetCard
            key={report.limit.id}
            report={report}
            timeZone={report.limit.period.timeZone ?? serverZone}
            onOpen={(value) => change(() => ({ budget: report.limit.id, ...(value === undefined ? {} : { value }) }))}
          />
        ))}
        {data === undefined && error === null
          ? [0, 1].map((place) => <div key={place} className="h-40 rounded-xl border border-line bg-surface" />)
          : null}
      </div>
      {state.budget === undefined ? null : (
        <BudgetDrawer
          key={state.budget}
          id={state.budget}
          value={state.value}
          serverZone={serverZone}
          onValue={(value) => change(({ value: _value, ...rest }) => (value === undefined ? rest : { ...rest, value }))}
          onEdit={() => change(() => ({ form: state.budget! }))}
          onClose={() => change(() => ({}))}
        />
      )}
      {mayChange && (state.form === "new" || edited !== undefined) ? (
        <LimitFormSheet
          key={state.form}
          kind="budget"
          before={edited ?? null}
          onDone={(id) => change(() => ({ budget: id }))}
          onClose={() => change(() => (edited === undefined ? {} : { budget: edited.id }))}
        />
      ) : null}
    </Page>
  );
}
