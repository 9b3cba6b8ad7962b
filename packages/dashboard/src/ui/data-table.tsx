import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

export interface Column<Row> {
  key: string;
  label: string;
  /** What the cell shows; numbers formatted, unknown as "—". */
  cell: (row: Row) => ReactNode;
  /** Every digit, or the whole of what is cut, on hover. */
  title?: (row: Row) => string | undefined;
  align?: "left" | "right";
  /** The table can be ordered by this column. */
  sortable?: boolean;
  /** From which width on the column is shown; absent: always. */
  from?: "sm" | "md" | "lg" | "xl";
  /** A share of the width for a column of names, which are cut: `w-[30%]`. */
  width?: string;
}

/** By which column the rows are ordered. */
export interface Order {
  key: string;
  descending: boolean;
}

/**
 * A table of things: a head that sorts, rows that open. It scrolls sideways within itself where it must; the first column
 * names the row and is its button.
 */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  order,
  onOrder,
  onOpen,
  openLabel,
  isOpen,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  order?: Order | undefined;
  onOrder?: ((order: Order) => void) | undefined;
  /** A click on the row's first cell; the whole row lights up. */
  onOpen?: ((row: Row) => void) | undefined;
  /** What opening a row does, for assistive technology: `Details of …`. */
  openLabel?: ((row: Row) => string) | undefined;
  isOpen?: ((row: Row) => boolean) | undefined;
}) {
  return (
    <div className="overflow-x-auto px-2 pt-1 pb-3 sm:px-3">
      <table className="w-full border-separate border-spacing-0">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-left text-xs text-muted">
            {columns.map((column) => (
              <Head key={column.key} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              aria-current={isOpen?.(row) === true ? "true" : undefined}
              className="group hover:bg-raised/60 aria-[current]:bg-raised"
            >
              {columns.map((column, index) => (
                <Cell
                  key={column.key}
                  column={column}
                  row={row}
                  onOpen={index === 0 ? onOpen : undefined}
                  openLabel={openLabel}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({
  column,
  order,
  onOrder,
}: {
  column: Column<Row>;
  order: Order | undefined;
  onOrder: ((order: Order) => void) | undefined;
}) {
  const isOrdered = order?.key === column.key;
  const direction = isOrdered ? (order.descending ? "descending" : "ascending") : "none";
  const canSort = column.sortable === true && onOrder !== undefined;
  return (
    <th
      scope="col"
      aria-sort={canSort ? direction : undefined}
      className={`px-2 py-1.5 font-normal whitespace-nowrap ${placeOf(column)}`}
    >
      {canSort ? (
        <button
          type="button"
          onClick={() => onOrder({ key: column.key, descending: isOrdered ? !order.descending : true })}
          className={`inline-flex min-h-6 items-center gap-1 rounded hover:text-ink ${column.align === "right" ? "flex-row-reverse" : ""} ${isOrdered ? "font-medium text-ink" : ""}`}
        >
          {column.label}
          <Icon
            name={isOrdered && !order.descending ? "up" : "down"}
            className={`size-3 ${isOrdered ? "" : "opacity-0 group-hover:opacity-60"}`}
          />
        </button>
      ) : (
        column.label
      )}
    </th>
  );
}

function Cell<Row>({
  column,
  row,
  onOpen,
  openLabel,
}: {
  column: Column<Row>;
  row: Row;
  onOpen: ((row: Row) => void) | undefined;
  openLabel: ((row: Row) => string) | undefined;
}) {
  const isNumber = column.align === "right";
  return (
    <td
      title={column.title?.(row)}
      className={`border-t border-line px-2 py-2 ${isNumber ? "whitespace-nowrap" : "normal-nums"} ${column.width === undefined ? "" : `max-w-0 truncate ${column.width}`} ${placeOf(column)}`}
    >
      {onOpen === undefined ? (
        column.cell(row)
      ) : (
        <button
          type="button"
          aria-label={openLabel?.(row)}
          onClick={() => onOpen(row)}
          className="block min-h-6 max-w-full truncate text-left font-medium underline-offset-4 group-hover:underline decoration-control"
        >
          {column.cell(row)}
        </button>
      )}
    </td>
  );
}

function placeOf<Row>({ align, from }: Column<Row>): string {
  const visible = from === undefined ? "" : VISIBLE[from];
  return `${align === "right" ? "text-right" : ""} ${visible}`;
}

const VISIBLE = {
  sm: "hidden sm:table-cell",
  md: "hidden md:table-cell",
  lg: "hidden lg:table-cell",
  xl: "hidden xl:table-cell",
} as const;
