import { useQuery } from "@tanstack/react-query";
import { useLiveAlerts } from "../../api/alerts.ts";
import { limitsQuestion } from "../../api/limits.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { usePageState } from "../../filters/use-page-state.ts";
import { LimitFormSheet } from "../../limits/limit-sheets.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Page } from "../frame/page.tsx";
import { Applying } from "./applying.tsx";
import { LimitDrawer } from "./limit-drawer.tsx";
import { LimitTable } from "./limit-table.tsx";
import { readLimitsState, withoutSheets } from "./limits-state.ts";
import { PersonalCard } from "./personal-card.tsx";
import { PersonalSheet } from "./personal-sheet.tsx";
import { RaiseSheet } from "./raise-sheet.tsx";
import { RefusalSheet } from "./refusal-sheet.tsx";
import { RefusalsCard } from "./refusals-card.tsx";
import { ReplaySheet } from "./replay-sheet.tsx";
import { RunningCard } from "./running-card.tsx";

/** What is enforced: how full, what was refused and why, what runs now. */
export function Limits() {
  useLiveAlerts();
  const { state, change } = usePageState(readLimitsState);
  const { data, error, isWaiting } = useKeptQuery(limitsQuestion);
  const serverZone = useQuery(metaQuestion).data?.timeZone ?? "UTC";
  const mayChange = useViewer()?.isAdministrator ?? false;
  const close = () => change(withoutSheets);
  const make = () => change((before) => ({ ...withoutSheets(before), form: "new" }));
  const open = (limit: string, value?: string | null) =>
    change((before) => ({ ...withoutSheets(before), limit, ...(value == null ? {} : { value }) }));
  const limits = data?.limits.filter(({ kind }) => kind === "limit");
  const find = (id: string | undefined) => data?.limits.find((limit) => limit.id === id);
  const [edited, raised, replayed] = [find(state.form), find(state.raise), find(state.replay)];
  return (
    <Page
      title="Limits"
      intro="What is enforced: calls that would go beyond a limit are refused, slowed down, or sent to a cheaper model."
      busy={isWaiting}
      actions={
        mayChange ? (
          <button type="button" onClick={make} className={smallButton}>
            <Icon name="plus" />
            New limit
          </button>
        ) : undefined
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {limits?.length === 0 ? (
        <div className="rounded-xl border border-line bg-surface">
          <EmptyState
            title="There is no limit yet"
            action={
              mayChange ? (
                <button type="button" onClick={make} className={mainButton}>
                  Make the first limit
                </button>
              ) : undefined
            }
          >
            A limit holds before the call is made: a dollar a day for each user, say. It can be tried on the calls of
            the last 30 days before it is made.
          </EmptyState>
        </div>
      ) : (
        <LimitTable limits={limits} onOpen={open} isOpen={(id) => state.limit === id} />
      )}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Applying onOpen={open} />
          <RefusalsCard
            timeZone={serverZone}
            onOpen={(refusal) => change((before) => ({ ...withoutSheets(before), refusal }))}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <PersonalCard
            mayChange={mayChange}
            onSet={() => change((before) => ({ ...withoutSheets(before), personal: "set" }))}
          />
          <RunningCard limits={data?.limits ?? []} mayChange={mayChange} timeZone={serverZone} onOpen={open} />
        </div>
      </div>
      {state.limit === undefined ? null : (
        <LimitDrawer
          key={state.limit}
          id={state.limit}
          value={state.value}
          serverZone={serverZone}
          onValue={(value) => change(({ value: _value, ...rest }) => (value === undefined ? rest : { ...rest, value }))}
          onSheet={(sheet) =>
            change((before) => ({
              ...withoutSheets(before),
              [sheet]: state.limit!,
              ...(sheet === "raise" && state.value !== undefined ? { value: state.value } : {}),
            }))
          }
          onClose={close}
        />
      )}
      {state.refusal === undefined ? null : (
        <RefusalSheet id={state.refusal} timeZone={serverZone} onOpenLimit={open} onClose={close} />
      )}
      {mayChange && (state.form === "new" || edited !== undefined) ? (
        <LimitFormSheet
          key={state.form}
          kind={edited?.kind ?? "limit"}
          before={edited ?? null}
          onDone={(id) => open(id)}
          onClose={() => (edited === undefined ? close() : open(edited.id))}
        />
      ) : null}
      {mayChange && raised !== undefined ? (
        <RaiseSheet
          limit={raised}
          value={state.value}
          onDone={() => open(raised.id, state.value)}
          onClose={() => open(raised.id, state.value)}
        />
      ) : null}
      {mayChange && replayed !== undefined ? <ReplaySheet limit={replayed} onClose={() => open(replayed.id)} /> : null}
      {mayChange && state.personal === "set" ? <PersonalSheet onClose={close} /> : null}
    </Page>
  );
}
