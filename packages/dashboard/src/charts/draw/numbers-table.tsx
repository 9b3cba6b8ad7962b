import type { ReactNode } from "react";

export interface NumbersRow {
  key: string;
  name: ReactNode;
  cells: readonly { text: string; title?: string | undefined }[];
}

/** A chart's numbers as a table: names stay at the left and heads on top while it scrolls. */
export function NumbersTable({
  caption,
  columns,
  rows,
}: {
  caption: string;
  /** The first is over the names. */
  columns: readonly string[];
  rows: readonly NumbersRow[];
}) {
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="max-h-80 overflow-auto" aria-label={caption} tabIndex={0}>
      <table className="w-full border-collapse text-[0.8125rem]">
        <thead className="sticky top-0 z-[1] bg-surface text-left text-xs text-muted">
          <tr>
            {columns.map((column, index) => (
              <th
                // Two groups may have one name.
                // oxlint-disable-next-line react/no-array-index-key
                key={index}
                scope="col"
                className={
                  index === 0
                    ? "sticky left-0 bg-surface py-2 pr-4 font-normal whitespace-nowrap"
                    : "max-w-48 truncate py-2 pl-4 text-right font-normal"
                }
                title={column}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className="border-t border-line">
              <th
                scope="row"
                className="sticky left-0 max-w-36 truncate bg-surface py-1.5 pr-4 text-left font-normal sm:max-w-xs"
              >
                {row.name}
              </th>
              {row.cells.map(({ text, title }, index) => (
                <td
                  // The cells of a row keep their places.
                  // oxlint-disable-next-line react/no-array-index-key
                  key={index}
                  title={title}
                  className={`py-1.5 pl-4 text-right whitespace-nowrap ${index === 0 ? "font-medium" : "text-muted"}`}
                >
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
