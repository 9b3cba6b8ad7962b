import type { ReactNode } from "react";

/** The panel beside what the pointer or the focus is on: to its right in the left half of the drawing, else to its left. */
export function Tooltip({
  from,
  to,
  width,
  children,
}: {
  /** Where the thing begins and ends, in pixels from the left. */
  from: number;
  to: number;
  /** Of the drawing. */
  width: number;
  children: ReactNode;
}) {
  const own = Math.min(TOOLTIP_PX, width - 32);
  const besides = (from + to) / 2 > width / 2 ? from - GAP_PX - own : to + GAP_PX;
  // On a phone there is no room at either side: it then covers what it is about, but stays whole.
  const left = Math.max(0, Math.min(besides, width - own));
  return (
    <div role="presentation" className={`${TOOLTIP} top-0`} style={{ left }}>
      {children}
    </div>
  );
}

/** As wide as `w-64`. */
const TOOLTIP_PX = 256;
const GAP_PX = 8;

export const TOOLTIP =
  "pointer-events-none absolute z-10 w-64 max-w-[calc(100%-2rem)] rounded-lg border border-line bg-surface p-3 text-[0.8125rem] shadow-lg";

/** What stands in it: a name with its number, then lines of which each may have a colour. */
export function TooltipNumbers({
  title,
  value,
  notes = [],
  lines,
  footer,
}: {
  title: string;
  value: string;
  /** Beneath the title, without colours: what it is compared with. */
  notes?: readonly { name: string; value: string }[];
  lines: readonly { key: string; name: string; value: string; colour?: string; share?: string }[];
  footer?: string | null;
}) {
  return (
    <>
      <p className="flex justify-between gap-3 font-medium">
        <span className="min-w-0 truncate">{title}</span>
        <span className="shrink-0 tabular-nums">{value}</span>
      </p>
      {notes.map((note) => (
        <p key={note.name} className="flex justify-between gap-3 text-muted">
          <span className="min-w-0 truncate">{note.name}</span>
          <span className="shrink-0 tabular-nums">{note.value}</span>
        </p>
      ))}
      {lines.length === 0 ? null : (
        <ul className="mt-2 flex flex-col gap-1 border-t border-line pt-2">
          {lines.map((line) => (
            <li key={line.key} className="flex items-center gap-2">
              {line.colour === undefined ? null : (
                <span className="size-2.5 shrink-0 rounded-sm" style={{ background: line.colour }} />
              )}
              <span className="min-w-0 grow truncate">{line.name}</span>
              <span className="shrink-0 tabular-nums">{line.value}</span>
              {line.share === undefined ? null : (
                <span className="w-11 shrink-0 text-right text-muted tabular-nums">{line.share}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {footer ? <p className="mt-2 text-muted">{footer}</p> : null}
    </>
  );
}
