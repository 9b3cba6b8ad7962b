import { CALL_COLUMNS, NAMING_COLUMN, NARROW_COLUMNS } from "./columns.tsx";
import type { CallColumn } from "./columns.tsx";

/** Narrower than this, each call takes two lines. */
const NARROW_PX = 600;

/** The columns that have room, with their widths in pixels. */
export interface FittedColumns {
  columns: { column: CallColumn; width: number }[];
  isNarrow: boolean;
  /** Labels of those that were chosen and have no room. */
  left: string[];
}

/** What must give way goes in this order: first what is not here, from its end; these stay longest. */
const STAY_LONGEST = [NAMING_COLUMN, "cost", "time", "tokens"];

/** Lays the chosen columns into a width: the least important have to go, and what is left over is shared out. */
export function fitColumns(chosen: readonly string[], width: number): FittedColumns {
  if (width < NARROW_PX) return { columns: share(NARROW_COLUMNS, width), isNarrow: true, left: [] };
  const wanted = CALL_COLUMNS.filter(({ key }) => key === NAMING_COLUMN || chosen.includes(key));
  const byRank = [
    ...STAY_LONGEST.flatMap((key) => wanted.find((column) => column.key === key) ?? []),
    ...wanted.filter(({ key }) => !STAY_LONGEST.includes(key)),
  ];
  const fitting = new Set<string>();
  let used = 0;
  for (const { key, minWidth } of byRank) {
    if (fitting.size > 0 && used + minWidth > width) break;
    fitting.add(key);
    used += minWidth;
  }
  return {
    columns: share(
      wanted.filter(({ key }) => fitting.has(key)),
      width,
    ),
    isNarrow: false,
    left: wanted.filter(({ key }) => !fitting.has(key)).map(({ label }) => label),
  };
}

function share(columns: readonly CallColumn[], width: number): FittedColumns["columns"] {
  const spare = Math.max(0, width - sum(columns.map(({ minWidth }) => minWidth)));
  const growth = sum(columns.map(({ grow }) => grow));
  return columns.map((column) => ({
    column,
    width: column.minWidth + (growth === 0 ? 0 : (spare * column.grow) / growth),
  }));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
