import type { MarginRow } from "../../api/insights.ts";

/** What margins can be ordered by. */
export const MARGIN_ORDERS = [
  "margin",
  "revenue",
  "usageCost",
  "chargeCost",
  "cost",
  "marginRatio",
  "users",
] as const satisfies (keyof MarginRow)[];

export interface MarginOrder {
  key: (typeof MARGIN_ORDERS)[number];
  descending: boolean;
}

/** As the address has it; whoever loses most comes first unless it says something else. */
export function marginOrderIn(sort: string | undefined): MarginOrder {
  const isUp = sort?.endsWith(UP) === true;
  const name = isUp ? sort?.slice(0, -UP.length) : sort;
  const key = MARGIN_ORDERS.find((known) => known === name);
  return key === undefined ? USUAL : { key, descending: !isUp };
}

/** Undefined for the usual one. */
export function marginOrderText({ key, descending }: MarginOrder): string | undefined {
  if (key === USUAL.key && descending === USUAL.descending) return undefined;
  return descending ? key : `${key}${UP}`;
}

/** Named rows by the order, what is not known last; then what belongs to nobody, then the rest. */
export function sortMargins(rows: readonly MarginRow[], { key, descending }: MarginOrder): MarginRow[] {
  const rank = (row: MarginRow) => (row.other === true ? 3 : row.key === null ? 2 : row[key] === null ? 1 : 0);
  return rows.toSorted((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    const difference = (a[key] ?? 0) - (b[key] ?? 0);
    return descending ? -difference : difference;
  });
}

const UP = "-up";
const USUAL: MarginOrder = { key: "margin", descending: false };
