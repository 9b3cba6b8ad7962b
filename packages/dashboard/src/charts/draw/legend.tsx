import type { ReactNode } from "react";
import type { SeriesKey } from "../prepare/cap-series.ts";
import { seriesId } from "../prepare/series-name.ts";

/** The names behind the colours, with their sums. A click on one shows only that. */
export function Legend<S extends SeriesKey>({
  series,
  colour,
  name,
  value,
  onSelect,
  onPoint,
  note,
  action,
}: {
  series: readonly S[];
  colour: (series: S) => string;
  name: (series: S) => string;
  /** Null: a number would say nothing. */
  value: (series: S) => string | null;
  /** Absent where nothing can be narrowed. */
  onSelect?: ((series: S) => void) | undefined;
  /** The pointer or the focus is on a name; null: on none any more. */
  onPoint?: ((series: S | null) => void) | undefined;
  note?: string | undefined;
  /** At the end of the line. */
  action: ReactNode;
}) {
  return (
    <div className="-mx-2 flex flex-wrap items-center gap-x-1 gap-y-0.5 text-[0.8125rem]">
      {series.map((one) => {
        const content = (
          <>
            <span aria-hidden="true" className="size-2.5 shrink-0 rounded-sm" style={{ background: colour(one) }} />
            <span className="truncate">{name(one)}</span>
            {value(one) === null ? null : <span className="text-muted tabular-nums">{value(one)}</span>}
          </>
        );
        const pointed = {
          onPointerEnter: () => onPoint?.(one),
          onPointerLeave: () => onPoint?.(null),
        };
        const shape = "flex h-7 max-w-full min-w-0 items-center gap-1.5 rounded-md px-2";
        return one.kind === "other" || onSelect === undefined ? (
          <span key={seriesId(one)} className={shape} {...pointed}>
            {content}
          </span>
        ) : (
          <button
            key={seriesId(one)}
            type="button"
            title={`Show only ${name(one)}`}
            onClick={() => onSelect(one)}
            className={`${shape} hover:bg-raised`}
            {...pointed}
            onFocus={() => onPoint?.(one)}
            onBlur={() => onPoint?.(null)}
          >
            {content}
          </button>
        );
      })}
      {note === undefined ? null : <span className="px-2 text-muted">{note}</span>}
      <span className="ml-auto">{action}</span>
    </div>
  );
}
