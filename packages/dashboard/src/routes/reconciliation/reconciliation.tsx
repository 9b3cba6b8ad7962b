import { useQuery } from "@tanstack/react-query";
import { exactMoney, headlineMoney } from "@outlay/react";
import { connectionsQuestion, reconciliationQuestion } from "../../api/reconciliation.ts";
import type { Reconciliation } from "../../api/reconciliation.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { FilterBar } from "../../filters/filter-bar.tsx";
import { usePageState } from "../../filters/use-page-state.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { useTellDays } from "../../filters/use-tell-days.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Page } from "../frame/page.tsx";
import { AdjustSheet } from "./adjust-sheet.tsx";
import { attentionOf } from "./attention.ts";
import { ConnectionsCard } from "./connections-card.tsx";
import { DaysCard } from "./days-card.tsx";
import { HowToBegin } from "./how-to-begin.tsx";
import { InvoicesCard } from "./invoices-card.tsx";
import { NeedsAttention } from "./needs-attention.tsx";
import { ProviderCard } from "./provider-card.tsx";
import { readReconciliationState, withoutSheets } from "./reconciliation-state.ts";
import { RowDrawer } from "./row-drawer.tsx";
import { rowName } from "./rows.ts";
import { ToleranceSheet } from "./tolerance-sheet.tsx";

const TITLE = "Reconciliation";

/** What was recorded, what providers report and what they bill, side by side. For administrators: bills are everybody's calls. */
export function ReconciliationPage() {
  const viewer = useViewer();
  if (viewer === undefined) return <Page title={TITLE}>{null}</Page>;
  if (viewer.isAdministrator) return <Compared />;
  return (
    <Page title={TITLE}>
      <section aria-label={TITLE} className="rounded-xl border border-line bg-surface">
        <EmptyState title="This is not open to you">Only administrators see what providers report and bill.</EmptyState>
      </section>
    </Page>
  );
}

function Compared() {
  const { view } = usePageSearch();
  const { state, change } = usePageState(readReconciliationState);
  const { tolerancePercent: percent, toleranceUsd: usd } = state;
  const { data, error, isWaiting } = useKeptQuery(reconciliationQuestion(view, { percent, usd }));
  const asked = useQuery(connectionsQuestion);
  const shown = data === undefined ? null : { ...inMs(data), timeZone: "UTC", before: null };
  useTellDays(shown);
  const providers = data?.providers ?? [];
  const connections = asked.data?.connections;
  const close = () => change(withoutSheets);
  const chosen = providers.find(({ provider }) => provider === state.provider) ?? providers[0];
  const adjusted = providers.find(({ provider }) => provider === state.adjust);
  const showDays = (provider: string, only: { only?: "look" } = {}) => {
    change((before) => ({ ...withoutSheets(before), provider, ...only }));
    document.querySelector("#days")?.scrollIntoView({ block: "start" });
  };
  return (
    <Page
      title={TITLE}
      intro="What was recorded, what providers report, and what they bill. Days are UTC, as providers count them."
      busy={isWaiting}
    >
      {error === null ? null : <ProblemNote error={error} />}
      {asked.error === null ? null : <ProblemNote error={asked.error} />}
      <FilterBar shown={shown} hasComparison={false} hasTimeZone={false} />
      {view.filters.length === 0 ? null : (
        <p role="note" className="rounded-lg bg-raised px-3 py-2 text-[0.8125rem] text-muted">
          The filters choose which recorded calls are meant. What providers say is not narrowed by them.
        </p>
      )}
      {connections?.length === 0 && data !== undefined && providers.length === 0 ? <HowToBegin /> : null}
      {data !== undefined && providers.length > 0 && connections !== undefined ? (
        <>
          <NeedsAttention
            attention={attentionOf(providers, connections)}
            onDays={(provider) => showDays(provider, { only: "look" })}
          />
          <ToleranceLine
            tolerance={data.tolerance}
            onSet={() => change((before) => ({ ...withoutSheets(before), tolerance: "set" }))}
          />
        </>
      ) : null}
      {data === undefined && error === null ? (
        <div aria-busy="true" className="h-80 rounded-xl border border-line bg-surface" />
      ) : null}
      <div
        aria-busy={isWaiting}
        className={`grid items-start gap-4 ${providers.length > 1 ? "xl:grid-cols-2" : ""} ${isWaiting ? "opacity-60" : ""}`}
      >
        {providers.map((one) => (
          <ProviderCard
            key={one.provider}
            provider={one}
            onDays={() => showDays(one.provider)}
            onAdjust={() => change((before) => ({ ...withoutSheets(before), adjust: one.provider }))}
          />
        ))}
      </div>
      {chosen === undefined ? null : <DaysCard of={chosen} providers={providers} state={state} onChange={change} />}
      {data !== undefined && providers.length === 0 && connections !== undefined && connections.length > 0 ? (
        <NothingTold connections={connections.map(({ name }) => name)} />
      ) : null}
      <div className={`grid items-start gap-4 ${connections?.length === 0 ? "" : "xl:grid-cols-2"}`}>
        <InvoicesCard
          names={providers.map(({ provider }) => provider)}
          open={state.invoice}
          onOpen={(invoice) => change((before) => ({ ...withoutSheets(before), invoice }))}
          onClose={close}
        />
        {connections === undefined || connections.length === 0 ? null : <ConnectionsCard connections={connections} />}
      </div>
      {state.row === undefined || chosen === undefined ? null : (
        <RowDrawer
          provider={chosen.provider}
          row={chosen.rows.find((row) => rowName(row) === state.row) ?? null}
          onClose={close}
        />
      )}
      {adjusted === undefined || data === undefined ? null : (
        <AdjustSheet of={adjusted} period={data.period} filters={view.filters} onClose={close} />
      )}
      {state.tolerance === "set" && data !== undefined ? (
        <ToleranceSheet
          now={data.tolerance}
          onSet={(set) =>
            change((before) => ({ ...withoutSheets(before), tolerancePercent: set.percent, toleranceUsd: set.usd }))
          }
          onClose={close}
        />
      ) : null}
    </Page>
  );
}

const inMs = ({ period }: Reconciliation) => ({ startMs: Date.parse(period.start), endMs: Date.parse(period.end) });

function ToleranceLine({
  tolerance: { percent, usd },
  onSet,
}: {
  tolerance: Reconciliation["tolerance"];
  onSet: () => void;
}) {
  return (
    <p className="text-[0.8125rem] text-muted">
      What has to be looked into may be {percent} % of what is billed, or{" "}
      <span title={exactMoney(usd)}>{headlineMoney(usd)}</span>, whichever is more.{" "}
      <button type="button" onClick={onSet} className="min-h-6 font-medium text-accent underline underline-offset-4">
        Change
      </button>
    </p>
  );
}

/** Somebody is asked, but has said nothing yet. */
function NothingTold({ connections }: { connections: readonly string[] }) {
  return (
    <section aria-label="Nothing reported" className="rounded-xl border border-line bg-surface">
      <EmptyState title="Nothing has been reported yet">
        {connections.join(", ")} {connections.length === 1 ? "is" : "are"} asked within minutes of being added. A year
        of days takes some more.
      </EmptyState>
    </section>
  );
}
