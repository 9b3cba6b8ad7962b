import { Suspense, lazy, useEffect, useRef } from "react";
import { useViewer } from "../../api/use-viewer.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Page } from "../frame/page.tsx";
import { useSettingsState } from "./settings-state.ts";
import type { TabName } from "./settings-state.ts";

/** The parts of the settings. Each comes with its own script. `forAll`: not for administrators only. */
const TABS = [
  { name: "general", label: "General", Part: lazy(async () => ({ default: (await import("./general.tsx")).General })) },
  { name: "people", label: "People", Part: lazy(async () => ({ default: (await import("./people.tsx")).People })) },
  { name: "keys", label: "Keys", Part: lazy(async () => ({ default: (await import("./keys.tsx")).Keys })) },
  {
    name: "providers",
    label: "Providers",
    Part: lazy(async () => ({ default: (await import("./providers.tsx")).Providers })),
  },
  {
    name: "channels",
    label: "Channels",
    Part: lazy(async () => ({ default: (await import("./channels.tsx")).Channels })),
  },
  {
    name: "subscriptions",
    label: "Subscriptions",
    forAll: true,
    Part: lazy(async () => ({ default: (await import("./subscriptions.tsx")).SubscriptionSettings })),
  },
  {
    name: "charges",
    label: "Charges",
    forAll: true,
    Part: lazy(async () => ({ default: (await import("./charges.tsx")).Charges })),
  },
  {
    name: "exports",
    label: "Exports",
    forAll: true,
    Part: lazy(async () => ({ default: (await import("./exports.tsx")).Exports })),
  },
  { name: "audit", label: "Audit trail", Part: lazy(async () => ({ default: (await import("./audit.tsx")).Audit })) },
] as const satisfies readonly { name: TabName; label: string; forAll?: true; Part: unknown }[];

/** How this Outlay runs, who may use it, and where its messages go. */
export function Settings() {
  const { state, showTab } = useSettingsState();
  const viewer = useViewer();
  const bar = useRef<HTMLDivElement>(null);
  const isKnown = viewer !== undefined;
  useEffect(() => {
    // On a phone the bar is longer than the window.
    const pressed = bar.current?.querySelector(`[aria-pressed="true"]`);
    if (isKnown) pressed?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [isKnown]);
  if (viewer === undefined) return <Page title="Settings">{null}</Page>;
  const tabs = TABS.filter((tab) => viewer.isAdministrator || "forAll" in tab);
  const shown = tabs.find(({ name }) => name === state.tab) ?? (state.tab === undefined ? tabs[0] : undefined);
  return (
    <Page title="Settings">
      <div ref={bar} className="-mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
        <Segmented
          label="Part of the settings"
          options={tabs.map(({ name, label }) => ({ value: name as TabName, label }))}
          value={shown?.name ?? null}
          onChange={(tab) => showTab(tab === tabs[0]?.name ? null : tab)}
        />
      </div>
      {shown === undefined ? (
        <EmptyState title="This is not open to you">Only administrators see this part of the settings.</EmptyState>
      ) : (
        <Suspense fallback={<div className="h-64" />}>
          <shown.Part />
        </Suspense>
      )}
    </Page>
  );
}
