import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { Call } from "../../api/answers.ts";
import type { CallsEdition } from "../../api/calls.ts";
import { neighboursOfOpenCall } from "../../calls/call-neighbours.ts";
import { useOpenCall } from "../../calls/use-open-call.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useNow } from "../../ui/use-now.ts";
import { useWidth } from "../../ui/use-width.ts";
import { DEFAULT_COLUMNS } from "./columns.tsx";
import type { CellContext } from "./columns.tsx";
import { fitColumns } from "./fit-columns.ts";
import type { FittedColumns } from "./fit-columns.ts";
import { useCallPages } from "./use-call-pages.ts";
import type { CallPages } from "./use-call-pages.ts";

const ROW_PX = 41;
/** A row of two lines. */
const NARROW_ROW_PX = 61;
const HEAD_PX = 34;
/** Rows drawn above and below those in sight. */
const SPARE_ROWS = 8;

/**
 * Calls, newest first, as many as there are: only the rows in sight are drawn, and only their pages are kept. The window
 * scrolls them. One tab stop; arrow keys, Home and Page keys walk, Enter opens. Mount anew for another edition.
 */
export function CallList({
  edition,
  columns,
  timeZone,
  total,
}: {
  edition: CallsEdition;
  /** Keys of the columns that were chosen. */
  columns: readonly string[];
  timeZone: string;
  /** How many calls match; null: not known. */
  total: number | null;
}) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const fitted = useMemo(() => fitColumns(columns, width), [columns, width]);
  return (
    <div ref={frame} className="@container min-h-96">
      {fitted.left.length === 0 || columns === DEFAULT_COLUMNS ? null : (
        <p className="px-2 pb-1 text-xs text-muted">No room for {fitted.left.join(", ")}.</p>
      )}
      {width === 0 ? null : <Rows edition={edition} fitted={fitted} timeZone={timeZone} total={total} />}
    </div>
  );
}

function Rows({
  edition,
  fitted,
  timeZone,
  total,
}: {
  edition: CallsEdition;
  fitted: FittedColumns;
  timeZone: string;
  total: number | null;
}) {
  const nowMs = useNow();
  const openCall = useOpenCall();
  const table = useRef<HTMLTableElement>(null);
  const [listTop, setListTop] = useState(0);
  const [range, setRange] = useState({ first: 0, last: 0 });
  const pages = useCallPages(edition, range.first, range.last);
  const rowPx = fitted.isNarrow ? NARROW_ROW_PX : ROW_PX;
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized: what the list says is used where it is said
  const rows = useWindowVirtualizer({
    count: pages.rows,
    estimateSize: () => rowPx,
    overscan: SPARE_ROWS,
    scrollMargin: listTop,
    scrollPaddingStart: HEAD_PX,
  });
  // Rows of another height: what was laid out before does not hold.
  useLayoutEffect(() => rows.measure(), [rows, rowPx]);
  useLayoutEffect(() => {
    const measure = () => {
      const top = table.current?.tBodies[0]?.getBoundingClientRect().top;
      if (top !== undefined) setListTop(Math.round(top + window.scrollY));
    };
    // Whatever stands above may grow or go.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  const drawn = rows.getVirtualItems();
  const first = drawn[0]?.index ?? 0;
  const last = drawn.at(-1)?.index ?? 0;
  if (first !== range.first || last !== range.last) setRange({ first, last });

  const walk = useWalk(pages, rows.scrollToIndex, table, Math.max(1, last - first - 2 * SPARE_ROWS));
  const tabStop = walk.active >= first && walk.active <= last ? walk.active : first;
  useTellNeighbours(pages, openCall.id, walk);
  const act = useStable((index, what) => {
    if (what.kind === "open") openCall.open(what.call);
    else if (what.kind === "focus") walk.setActive(index);
    else walk.onKeyDown(what.event);
  });

  const before = (drawn[0]?.start ?? listTop) - listTop;
  const after = rows.getTotalSize() - ((drawn.at(-1)?.end ?? listTop) - listTop);
  return (
    <>
      <table
        ref={table}
        aria-rowcount={(total ?? -2) + 1}
        className="w-full table-fixed border-separate border-spacing-0 [overflow-anchor:none]"
      >
        <caption className="sr-only">Calls, newest first</caption>
        <colgroup>
          {fitted.columns.map(({ column, width }) => (
            <col key={column.key} style={{ width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {fitted.columns.map(({ column }) => (
              <th
                key={column.key}
                scope="col"
                style={{ height: HEAD_PX }}
                className={`sticky top-0 z-10 truncate border-b border-line bg-surface px-2 text-xs font-normal text-muted ${column.align === "right" ? "text-right" : "text-left"}`}
              >
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={before} />
          {drawn.map(({ index }) => {
            const call = pages.callAt(index);
            return call === undefined ? (
              <tr key={`row-${index}`} aria-rowindex={index + 2} style={{ height: rowPx }}>
                <td colSpan={fitted.columns.length} className="border-b border-line px-2 py-0 text-muted">
                  …
                </td>
              </tr>
            ) : (
              <Row
                key={call.id}
                index={index}
                height={rowPx}
                isOpen={call.id === openCall.id}
                isTabStop={index === tabStop}
                columns={fitted.columns}
                call={call}
                timeZone={timeZone}
                nowMs={nowMs}
                act={act}
              />
            );
          })}
          <Gap height={after} />
        </tbody>
      </table>
      {pages.error === null ? null : (
        <div className="p-4">
          <ProblemNote error={pages.error} />
        </div>
      )}
    </>
  );
}

/** What can be done with a row; the same function always, so that rows that stay are not drawn again. */
type Act = (
  index: number,
  what: { kind: "open"; call: string } | { kind: "focus" } | { kind: "key"; event: KeyboardEvent },
) => void;

interface RowProps {
  index: number;
  height: number;
  isOpen: boolean;
  isTabStop: boolean;
  columns: FittedColumns["columns"];
  call: Call;
  timeZone: string;
  nowMs: number;
  act: Act;
}

const Row = memo(function Row({ index, height, isOpen, isTabStop, columns, call, timeZone, nowMs, act }: RowProps) {
  const open = () => act(index, { kind: "open", call: call.id });
  const context: CellContext = {
    call,
    timeZone,
    nowMs,
    isTabStop,
    onOpen: open,
    onKeyDown: (event) => act(index, { kind: "key", event }),
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- a larger target for the pointer; the button in the row is the way for everybody else
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      aria-current={isOpen ? "true" : undefined}
      style={{ height }}
      className="group cursor-pointer hover:bg-raised/60 aria-[current]:bg-raised"
      onFocus={() => act(index, { kind: "focus" })}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("button") !== null) return;
        // Somebody marks text to copy it.
        if (document.getSelection()?.isCollapsed === false) return;
        open();
      }}
    >
      {columns.map(({ column }) => (
        <td
          key={column.key}
          title={column.title?.(call)}
          className={`truncate border-b border-line px-2 py-0 ${column.align === "right" ? "text-right" : "normal-nums"}`}
        >
          {column.cell(context)}
        </td>
      ))}
    </tr>
  );
});

/** The room of the rows that are not drawn. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return <tr aria-hidden="true" style={{ height }} />;
}

interface Walk {
  active: number;
  setActive: (index: number) => void;
  /** Makes it the active row and brings it into sight, without taking the focus. */
  show: (index: number) => void;
  /** Makes it the active row, which gets the focus as soon as it is there. */
  focus: (index: number) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** One row is active. The keys make another one so, which then comes into sight and gets the focus as soon as it is there. */
function useWalk(
  pages: CallPages,
  scrollToIndex: (index: number, options: { align: "auto" }) => void,
  table: React.RefObject<HTMLTableElement | null>,
  rowsInSight: number,
): Walk {
  const [active, setActive] = useState(0);
  const wantsFocus = useRef<number | null>(null);
  useEffect(() => {
    if (wantsFocus.current === null) return;
    const button = table.current?.querySelector<HTMLElement>(`tr[data-row="${wantsFocus.current}"] button`);
    if (button == null) return;
    wantsFocus.current = null;
    button.focus({ preventScroll: true });
  });
  const show = (index: number) => {
    setActive(index);
    scrollToIndex(index, { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = TARGETS[event.key]?.(active, pages.rows, rowsInSight);
    if (to === undefined) return;
    event.preventDefault();
    const index = Math.min(pages.rows - 1, Math.max(0, to));
    wantsFocus.current = index;
    show(index);
  };
  const [, setAsked] = useState(0);
  const focus = (index: number) => {
    wantsFocus.current = index;
    setActive(index);
    // Also when it was the active one.
    setAsked((times) => times + 1);
  };
  return { active, setActive, show, focus, onKeyDown };
}

const TARGETS: Record<string, (active: number, rows: number, inSight: number) => number> = {
  ArrowDown: (active) => active + 1,
  ArrowUp: (active) => active - 1,
  PageDown: (active, _rows, inSight) => active + inSight,
  PageUp: (active, _rows, inSight) => active - inSight,
  Home: () => 0,
  End: (_active, rows) => rows - 1,
};

/** Stays the same and does what the latest one does. */
function useStable(latest: Act): Act {
  const current = useRef(latest);
  useEffect(() => {
    current.current = latest;
  });
  return useCallback<Act>((index, what) => current.current(index, what), []);
}

/** The sheet of the open call gets to know the calls beside it, and the list goes along; closed, it leaves the focus here. */
function useTellNeighbours(pages: CallPages, openId: string | undefined, walk: Walk): void {
  const index = openId === undefined ? -1 : pages.indexOf(openId);
  const previous = index < 0 ? null : idOf(pages.callAt(index - 1));
  const next = index < 0 ? null : idOf(pages.callAt(index + 1));
  useEffect(() => {
    neighboursOfOpenCall.tell(openId === undefined || index < 0 ? null : { of: openId, previous, next });
    return () => neighboursOfOpenCall.tell(null);
  }, [openId, index, previous, next]);
  const latestWalk = useRef(walk);
  useEffect(() => {
    latestWalk.current = walk;
  });
  useEffect(() => {
    if (index < 0) return undefined;
    latestWalk.current.show(index);
    return () => latestWalk.current.focus(index);
  }, [index]);
}

const idOf = (call: Call | undefined) => call?.id ?? null;
