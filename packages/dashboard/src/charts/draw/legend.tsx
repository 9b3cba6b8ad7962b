import type { ReactNode } from "react";
import type { PreparedSeries } from "../prepare/stacked-bars.ts";

/** The names behind the colours, with their sums. A click on one shows only that. */
export function Legend({
  series,
  colour,
  name,
  value,
  onSelect,
  note,
  action,
}: {
  series: readonly PreparedSeries[];
  colour: (series: PreparedSeries) => string;
  name: (series: PreparedSeries) => string;
  value: (series: PreparedSeries) => string;
  onSelect: (series: PreparedSeries) => void;
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
            <span className="text-muted tabular-nums">{value(one)}</span>
          </>
        );
        const shape = "flex h-7 max-w-full min-w-0 items-center gap-1.5 rounded-md px-2";
        return one.kind === "other" ? (
          <span key="other" className={shape}>
            {content}
          </span>
        ) : (
          <button
            key={one.name}
            type="button"
            title={`Show only ${name(one)}`}
            onClick={() => onSelect(one)}
            className={`${shape} hover:bg-raised`}
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
