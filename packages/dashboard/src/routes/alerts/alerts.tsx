import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { openAlertsQuestion, useLiveAlerts } from "../../api/alerts.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { usePageState } from "../../filters/use-page-state.ts";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Page } from "../frame/page.tsx";
import { AlertDrawer } from "./alert-drawer.tsx";
import { AlertList } from "./alert-list.tsx";
import { readAlertsState, withoutSheets } from "./alerts-state.ts";
import type { AlertsState, Tab } from "./alerts-state.ts";
import { HistoryCard } from "./history-card.tsx";
import { RuleSheet } from "./rule-sheet.tsx";
import { RulesCard } from "./rules-card.tsx";
import { SilenceSheet } from "./silence-sheet.tsx";
import { SilencesCard } from "./silences-card.tsx";
import { TestSheet } from "./test-sheet.tsx";

/** What fired, what became of it, and the rules by which it does. Rules and silences are for administrators. */
export function Alerts() {
  useLiveAlerts();
  const { state, change } = usePageState(readAlertsState);
  const viewer = useViewer();
  const mayChange = viewer?.isAdministrator ?? false;
  const timeZone = useQuery(metaQuestion).data?.timeZone ?? "UTC";
  const open = useQuery(openAlertsQuestion).data?.alerts.length;
  const [isTesting, setIsTesting] = useState(false);
  const close = () => change(withoutSheets);
  const show = (what: Partial<AlertsState>) => change((before) => ({ ...withoutSheets(before), ...what }));
  const tab: Tab = (state.tab === "rules" || state.tab === "silences") && !mayChange ? "open" : (state.tab ?? "open");
  return (
    <Page
      title="Alerts"
      intro="What was noticed, and what became of it."
      actions={
        mayChange ? (
          <>
            <button type="button" onClick={() => setIsTesting(true)} className={smallButton}>
              <Icon name="bell" />
              Send a test
            </button>
            <Link to="/settings" search={{ tab: "channels" } as object} className={smallButton}>
              <Icon name="settings" />
              Channels
            </Link>
          </>
        ) : undefined
      }
    >
      <Segmented
        label="Shown"
        className="max-w-full self-start overflow-x-auto"
        options={[
          { value: "open", label: open === undefined || open === 0 ? "Alerts" : `Alerts (${open})` },
          { value: "history", label: "History" },
          ...(mayChange
            ? [
                { value: "rules" as const, label: "Rules" },
                { value: "silences" as const, label: "Silences" },
              ]
            : []),
        ]}
        value={tab}
        onChange={(next) => change(() => (next === "open" ? {} : { tab: next }))}
      />
      {tab === "open" ? (
        <AlertList
          shown={state.state ?? "open"}
          onShow={(next) => change(() => (next === "open" ? {} : { state: next }))}
          timeZone={timeZone}
          onOpen={(alert) => show({ alert })}
        />
      ) : null}
      {tab === "history" ? <HistoryCard timeZone={timeZone} onOpen={(alert) => show({ alert })} /> : null}
      {tab === "rules" ? <RulesCard timeZone={timeZone} onOpen={(form) => show({ form })} /> : null}
      {tab === "silences" ? <SilencesCard timeZone={timeZone} onNew={() => show({ silence: "new" })} /> : null}
      {state.alert === undefined ? null : (
        <AlertDrawer
          key={state.alert}
          id={state.alert}
          timeZone={timeZone}
          mayChange={mayChange}
          onSilence={() => show({ silence: state.alert! })}
          onClose={close}
        />
      )}
      {mayChange && state.form !== undefined ? <RuleSheet key={state.form} id={state.form} onClose={close} /> : null}
      {mayChange && state.silence !== undefined ? (
        <SilenceSheet
          alertId={state.silence === "new" ? null : state.silence}
          onClose={() => (state.silence === "new" ? close() : show({ alert: state.silence! }))}
        />
      ) : null}
      {isTesting ? <TestSheet rule={null} onClose={() => setIsTesting(false)} /> : null}
    </Page>
  );
}
