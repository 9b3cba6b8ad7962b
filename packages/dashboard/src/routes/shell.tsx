import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { Suspense, lazy, useEffect } from "react";
import { live } from "../api/live.ts";
import { FIGURES, metaQuestion } from "../api/questions.ts";
import { useOpenCall } from "../calls/use-open-call.ts";
import { PanelsProvider } from "../filters/panels.tsx";
import { usePanels } from "../filters/use-panels.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { Icon } from "../ui/icon.tsx";
import { Later } from "../ui/later.tsx";
import { useIsWide } from "../ui/use-is-wide.ts";
import { whenIdle } from "../ui/when-idle.ts";
import { iconButton } from "../ui/sheet.tsx";
import { AccountMenu } from "./account/account-menu.tsx";
import { ChartTables } from "./frame/chart-tables.tsx";
import { LiveStatus } from "./live-status.tsx";
import { Brand, Navigation, NavigationMenu } from "./navigation.tsx";
import { ThemeButton } from "./theme-button.tsx";
import { UnrecordedCalls } from "./unrecorded-calls.tsx";

/** What every page of the dashboard stands in: the pages, who looks, the keys and panels, the live connection. */
export function Shell() {
  useLiveFigures();
  const isWide = useIsWide();
  return (
    <PanelsProvider>
      <a
        href="#main"
        onClick={(event) => {
          // An address that is only a fragment would lead to where Outlay is mounted, not to this page.
          event.preventDefault();
          document.querySelector<HTMLElement>("#main")?.focus();
        }}
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-20 focus:rounded-lg focus:bg-strong focus:px-4 focus:py-2 focus:text-on-strong"
      >
        Skip to the content
      </a>
      <div className="mx-auto w-full max-w-[112rem] lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
        {isWide ? <SideBar /> : null}
        <div className="min-w-0">
          {isWide ? null : <TopBar />}
          <div className="lg:pt-5">
            <Later room="hidden">
              <UnrecordedCalls />
            </Later>
            <ChartTables>
              <Outlet />
            </ChartTables>
          </div>
        </div>
      </div>
      <ChartTables>
        <OpenCall />
      </ChartTables>
    </PanelsProvider>
  );
}

/** On a desk: the pages at the left, and below them who looks and how the page stands. */
function SideBar() {
  return (
    <header className="sticky top-0 flex h-dvh flex-col gap-4 border-r border-line px-3 pt-5 pb-3">
      <div className="px-2.5">
        <Brand />
      </div>
      <div className="min-h-0 grow overflow-y-auto">
        <Navigation />
      </div>
      <div className="flex flex-col gap-1 border-t border-line pt-3">
        <LiveStatus />
        <div className="flex items-center">
          <AccountMenu />
          <ThemeButton />
          <KeysButton />
        </div>
      </div>
    </header>
  );
}

/** On a phone and a tablet: a line on top, with the pages behind a button. */
function TopBar() {
  return (
    <header className="flex h-14 items-center gap-1 px-4 sm:px-6">
      <NavigationMenu />
      <Brand />
      <div className="ml-auto flex items-center gap-1">
        <LiveStatus />
        <ThemeButton />
        <div className="hidden sm:block">
          <KeysButton />
        </div>
        <AccountMenu />
      </div>
    </header>
  );
}

function KeysButton() {
  const { open } = usePanels();
  return (
    <button type="button" title="Keyboard shortcuts (?)" onClick={() => open("keys")} className={iconButton}>
      <Icon name="keys" />
      <span className="sr-only">Keyboard shortcuts</span>
    </button>
  );
}

/** The sheet of one call, on whatever page it was opened; its address says which. */
function OpenCall() {
  const { id, close } = useOpenCall();
  const { view } = usePageSearch();
  const serverZone = useQuery(metaQuestion).data?.timeZone;
  if (id === undefined) return null;
  return (
    <Suspense fallback={null}>
      <CallSheet id={id} timeZone={view.timeZone ?? serverZone ?? "UTC"} onClose={close} />
    </Suspense>
  );
}

const CallSheet = lazy(async () => ({ default: (await import("../calls/call-sheet.tsx")).CallSheet }));

/** Events that arrive make the figures stale: they are asked again, at most every few seconds, while the old ones stay. */
function useLiveFigures(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lastMs = Number.NEGATIVE_INFINITY;
    const refresh = () => {
      const waitMs = Math.max(SETTLE_MS, lastMs + REFRESH_MS - performance.now());
      timer ??= setTimeout(() => {
        timer = undefined;
        lastMs = performance.now();
        void queries.invalidateQueries({ queryKey: [FIGURES] });
      }, waitMs);
    };
    const refreshAll = () => void queries.invalidateQueries();
    // Calls that came between the first answers and the opening of the stream are told by nobody.
    const catchUp = async () => {
      const before = queries.getQueryData(metaQuestion.queryKey)?.events;
      const now = await queries.fetchQuery({ ...metaQuestion, staleTime: 0 }).catch(() => null);
      if (before !== undefined && now !== null && now.events !== before) refreshAll();
    };
    const stop = live.listen({ calls: refresh, open: () => void catchUp(), reset: refreshAll });
    // After the first picture: what it misses is caught up with.
    const callOff = whenIdle(() => live.open());
    return () => {
      callOff();
      clearTimeout(timer);
      stop();
      live.close();
    };
  }, [queries]);
}

/** Calls that arrive together cause one refresh. */
const SETTLE_MS = 150;
const REFRESH_MS = 2_500;
