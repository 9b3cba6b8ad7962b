import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent, RefObject } from "react";
import type { SessionOrder } from "../api/outlay-client.ts";
import type { CostThresholds } from "../badge/cost-level.ts";
import { useOutlay } from "../outlay-provider.tsx";
import type { OutlayTheme } from "../theme.ts";
import { Drawer } from "./drawer.tsx";
import { Icon } from "./icon.tsx";
import { SessionCalls } from "./session-calls.tsx";
import { SessionList } from "./session-list.tsx";
import type { SessionScope } from "./session-list.tsx";

export interface SessionsViewProps extends SessionScope {
  /** `drawer`: over the page, from the right, on a phone from below. Default `inline`: where it stands. */
  mode?: "inline" | "drawer" | undefined;
  /** Of a drawer: whether it is to be seen. */
  open?: boolean | undefined;
  /** Of a drawer: somebody closes it. */
  onClose?: (() => void) | undefined;
  /** Only this session, with its calls. */
  session?: string | undefined;
  /** A session was opened from the list; null: back to the list. */
  onSession?: ((session: string | null) => void) | undefined;
  title?: string | undefined;
  order?: SessionOrder | undefined;
  /** Rows at first, and with each "show more"; default 20. */
  pageSize?: number | undefined;
  /** IANA zone for times and days; default: the reader's. */
  timeZone?: string | undefined;
  thresholds?: Partial<CostThresholds> | undefined;
  theme?: OutlayTheme | undefined;
  /** False: show what there is now, without a live connection. */
  live?: boolean | undefined;
}

/** The costs of sessions without the host that keeps the page's styles away. */
export function SessionsView(props: SessionsViewProps) {
  const { mode = "inline", open = false, onClose, theme = "page" } = props;
  if (mode === "inline") {
    return (
      // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- it only keeps keys from the page
      <div className="root" data-theme={theme} onKeyDown={keepKeys}>
        <section className="inline panel" aria-label={titleOf(props)}>
          <Panel {...props} />
        </section>
      </div>
    );
  }
  if (!open) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- it only keeps keys from the page
    <div className="root" data-theme={theme} onKeyDown={keepKeys}>
      <Drawer label={titleOf(props)} onClose={() => onClose?.()}>
        <div className="panel">
          <Panel {...props} />
        </div>
      </Drawer>
    </div>
  );
}

/** What is typed here is no shortcut of the page, which cannot see that it was typed into a field. */
function keepKeys(event: KeyboardEvent): void {
  const field = event.nativeEvent.composedPath()[0];
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) event.stopPropagation();
}

function Panel(props: SessionsViewProps) {
  const { mode, onClose, session: only, onSession, pageSize = 20, thresholds, order = "recent", live = true } = props;
  const { user, agent, project, timeZone = browserZone() } = props;
  const client = useOutlay();
  const [opened, setOpened] = useState<string | null>(null);
  const page = useRef<HTMLDivElement>(null);
  const session = only ?? opened;
  const show = (id: string | null) => {
    setOpened(id);
    onSession?.(id);
  };
  useFocusFollows(page, opened);
  const common = { client, pageSize, timeZone, thresholds, isLive: live };
  return (
    <>
      <div className={session !== null && only === undefined ? "back head" : "head"}>
        {session !== null && only === undefined ? (
          <button type="button" className="icon" data-back="" onClick={() => show(null)}>
            <Icon name="back" />
            <span className="unseen">All sessions</span>
          </button>
        ) : null}
        <h2 title={session ?? undefined}>{session !== null && only === undefined ? session : titleOf(props)}</h2>
        {mode === "drawer" ? (
          <button type="button" className="icon" onClick={onClose}>
            <Icon name="close" />
            <span className="unseen">Close</span>
          </button>
        ) : null}
      </div>
      {session === null ? null : <SessionCalls key={session} session={session} {...common} />}
      {only === undefined ? (
        // The list stays as it was while one of its sessions is looked at.
        <div ref={page} className="page" hidden={session !== null}>
          <SessionList scope={{ user, agent, project }} initialOrder={order} onOpen={show} {...common} />
        </div>
      ) : null}
    </>
  );
}

/** The focus goes with the view: to the way back, and back to the row that it came from. */
function useFocusFollows(list: RefObject<HTMLElement | null>, opened: string | null): void {
  const before = useRef(opened);
  useEffect(() => {
    const from = before.current;
    before.current = opened;
    if (from === opened) return;
    const inside = list.current?.parentElement;
    const target =
      opened === null
        ? [...(list.current?.querySelectorAll<HTMLElement>("[data-session]") ?? [])].find(
            (row) => row.dataset["session"] === from,
          )
        : inside?.querySelector<HTMLElement>("[data-back]");
    target?.focus();
  }, [list, opened]);
}

const titleOf = ({ title, session }: SessionsViewProps) =>
  title ?? (session === undefined ? "Costs of sessions" : "Costs of this session");

const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
