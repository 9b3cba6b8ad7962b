import { Link, Outlet } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { live } from "../api/live.ts";
import { FIGURES, metaQuestion } from "../api/questions.ts";
import { PanelsProvider } from "../filters/panels.tsx";
import { usePanels } from "../filters/use-panels.ts";
import { Icon } from "../ui/icon.tsx";
import { Logo } from "../ui/logo.tsx";
import { iconButton } from "../ui/sheet.tsx";
import { AccountMenu } from "./account/account-menu.tsx";
import { LiveStatus } from "./live-status.tsx";
import { ThemeButton } from "./theme-button.tsx";
import { UnrecordedCalls } from "./unrecorded-calls.tsx";

/** What every page of the dashboard stands in: the head line, the keys and panels, the live connection. */
export function Shell() {
  useLiveFigures();
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
      <Head />
      <UnrecordedCalls />
      <Outlet />
    </PanelsProvider>
  );
}

function Head() {
  const { open } = usePanels();
  return (
    <header className="mx-auto flex min-h-14 w-full max-w-[84rem] flex-wrap items-center gap-x-3 px-4 sm:px-6">
      <Link to="/" className="flex items-center gap-2.5 text-base font-semibold tracking-[-0.02em]">
        <Logo />
        Outlay
      </Link>
      <Pages />
      <div className="ml-auto flex h-14 items-center gap-1">
        <LiveStatus />
        <ThemeButton />
        <div className="hidden sm:block">
          <button type="button" title="Keyboard shortcuts (?)" onClick={() => open("keys")} className={iconButton}>
            <Icon name="keys" />
            <span className="sr-only">Keyboard shortcuts</span>
          </button>
        </div>
        <AccountMenu />
      </div>
    </header>
  );
}

/** The pages, one of them the present one. On a phone a line of their own. */
function Pages() {
  return (
    <nav
      aria-label="Pages"
      className="order-last -mx-2 flex w-[calc(100%+1rem)] gap-1 pb-2 sm:order-none sm:mx-3 sm:w-auto sm:pb-0"
    >
      {PAGES.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          search
          activeOptions={{ exact: true, includeSearch: false }}
          className="rounded-lg px-2.5 py-1.5 text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink aria-[current=page]:bg-raised aria-[current=page]:text-ink"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

const PAGES = [
  { to: "/", label: "Overview" },
  { to: "/playground", label: "Playground" },
] as const;

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
    live.open();
    return () => {
      clearTimeout(timer);
      stop();
      live.close();
    };
  }, [queries]);
}

/** Calls that arrive together cause one refresh. */
const SETTLE_MS = 150;
const REFRESH_MS = 2_500;
