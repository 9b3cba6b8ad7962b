import type { ReactNode } from "react";

export interface BarListRow {
  key: string;
  label: ReactNode;
  /** Plain words for the same, for assistive technology and hover. */
  name: string;
  /** Share of the whole, 0 to 1, which the bar shows; null draws none. */
  share: number | null;
  /** CSS colour of the bar; absent: neutral. */
  colour?: string | undefined;
  cells: { text: ReactNode; title?: string | undefined }[];
  /** Filters by this row; absent for rows that are no single value. */
  onSelect?: (() => void) | undefined;
  isSelected?: boolean | undefined;
}

/** A ranking: each row a label over a bar as long as its share, with numbers at the right. A table, so that it reads as one. */
export function BarList({ caption, columns, rows }: { caption: string; columns: string[]; rows: BarListRow[] }) {
  return (
    <table className="w-full table-fixed border-separate border-spacing-0">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="text-left text-xs text-muted">
          {columns.map((column, index) => (
            <th
              key={column}
              scope="col"
              className={`pb-1.5 font-normal ${index === 0 ? "pl-2" : "text-right"} ${columnWidth(index, columns.length)}`}
            >
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <BarRow key={row.key} row={row} columns={columns.length} />
        ))}
      </tbody>
    </table>
  );
}

function BarRow({ row, columns }: { row: BarListRow; columns: number }) {
  return (
    <tr className="group">
      <th scope="row" className="max-w-0 py-0.5 pr-2 text-left font-normal">
        <span className="relative flex h-8 items-center rounded-md">
          {row.share === null || row.share <= 0 ? null : (
            <span
              aria-hidden="true"
              className="absolute inset-y-0 left-0 min-w-0.5 rounded-md"
              style={{
                width: `${Math.min(100, row.share * 100)}%`,
                background: `color-mix(in oklab, ${row.colour ?? "var(--series-other)"} 22%, transparent)`,
              }}
            />
          )}
          {row.onSelect === undefined ? (
            <span title={row.name} className="relative truncate px-2 text-muted">
              {row.label}
            </span>
          ) : (
            <button
              type="button"
              title={row.isSelected ? `Remove the filter ${row.name}` : `Show only ${row.name}`}
              aria-pressed={row.isSelected ?? false}
              onClick={row.onSelect}
              className="relative flex h-8 w-full min-w-0 items-center gap-2 rounded-md px-2 text-left group-hover:underline decoration-control underline-offset-4"
            >
              {row.colour === undefined ? null : (
                <span aria-hidden="true" className="size-2 shrink-0 rounded-sm" style={{ background: row.colour }} />
              )}
              <span className="truncate">{row.label}</span>
            </button>
          )}
        </span>
      </th>
      {row.cells.map((cell, index) => (
        <td
          // The cells of a row keep their places.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          title={cell.title}
          className={`text-right whitespace-nowrap ${index === 0 ? "font-medium" : "text-muted"} ${columnWidth(index + 1, columns)}`}
        >
          {cell.text}
        </td>
      ))}
    </tr>
  );
}

// The middle columns give way on a phone; the first and the last two stay.
function columnWidth(index: number, columns: number): string {
  if (index === 0) return "";
  if (index === 1) return "w-20";
  return index === columns - 1 ? "w-16 pr-2" : "hidden w-20 sm:table-cell";
}
