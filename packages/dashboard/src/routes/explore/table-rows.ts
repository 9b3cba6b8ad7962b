import { METRICS } from "@outlay/core";
import type { Metric } from "@outlay/core";
import type { BreakdownRow, Numbers } from "../../api/answers.ts";
import type { Asked, RowsAnswer } from "../../api/explore.ts";
import { exactly } from "../../entities/entity-view.ts";
import { UNATTRIBUTED } from "../../filters/filter.ts";
import { METRIC_NAMES } from "./explore-state.ts";

/** A group, or within it a second one. */
export interface TableRow {
  id: string;
  depth: 0 | 1;
  kind: "named" | "unattributed" | "other" | "all";
  name: string;
  /** Filters that keep exactly this row; null: it is no single group. */
  filters: string[] | null;
  numbers: Numbers;
  /** Of the metric's total; null where shares say nothing. */
  share: number | null;
  /** The period before; null: there is none. */
  before: Numbers | null;
  /** By the second group. */
  parts: TableRow[];
}

/** What a row is before its share is known. */
type Unshared = Omit<TableRow, "share" | "parts">;

/** The groups in the order asked, each with its parts; what the limit cuts off stands last as "Other". */
export function tableRows(asked: Asked, groups: RowsAnswer, pairs: RowsAnswer | null): TableRow[] {
  const { group } = asked;
  const total = METRICS[asked.metric].additive ? (groups.totals[asked.metric] ?? null) : null;
  const finish = (row: Unshared): TableRow => ({
    ...row,
    share: shareOf(total, row.numbers[asked.metric]),
    parts: [],
  });
  if (group === null) {
    const before = groups.comparison?.totals ?? null;
    return [
      finish({ id: "all", depth: 0, kind: "all", name: "All calls", filters: null, numbers: groups.totals, before }),
    ];
  }
  const named = groups.rows.filter((row) => row.other !== true).length;
  return groups.rows.map((row) => {
    const key = keyOf(row, [group]);
    const parent = finish({
      ...key,
      depth: 0,
      name: row.other === true ? otherName((groups.meta.groups ?? 0) - named) : key.name,
      numbers: row,
      before: beforeOf(groups, [group], key.id),
    });
    if (pairs === null || row.other === true) return parent;
    return { ...parent, parts: partsOf(asked, pairs, row, parent).map(finish) };
  });
}

function partsOf(asked: Asked, pairs: RowsAnswer, row: BreakdownRow, parent: TableRow): Unshared[] {
  const group = asked.group ?? "";
  const by = [group, asked.second ?? ""];
  const own = pairs.rows.filter((pair) => pair.other !== true && (pair[group] ?? null) === (row[group] ?? null));
  const shown = own.slice(0, asked.top).map((pair) => {
    const key = keyOf(pair, by);
    return { ...key, depth: 1 as const, numbers: pair as Numbers, before: beforeOf(pairs, by, key.id) };
  });
  const isCut = pairs.rows.some((pair) => pair.other === true);
  const numbers = restOf(
    parent.numbers,
    shown.map((part) => part.numbers),
  );
  if ((numbers.calls ?? 0) === 0) return shown;
  const befores = shown.flatMap((part) => part.before ?? []);
  return [
    ...shown,
    {
      id: `other of ${parent.id}`,
      depth: 1,
      kind: "other",
      name: isCut ? "Other" : otherName(own.length - shown.length),
      filters: null,
      numbers,
      before: parent.before === null ? null : restOf(parent.before, befores),
    },
  ];
}

/** `Other (12 more)` */
const otherName = (more: number) => (more > 0 ? `Other (${more} more)` : "Other");

function keyOf(row: BreakdownRow, by: readonly string[]): Pick<TableRow, "id" | "kind" | "name" | "filters"> {
  if (row.other === true) return { id: "other", kind: "other", name: "Other", filters: null };
  const values = by.map((dimension) => {
    const value = row[dimension];
    return typeof value === "string" ? value : null;
  });
  const last = values.at(-1) ?? null;
  return {
    id: JSON.stringify(values),
    kind: last === null ? "unattributed" : "named",
    name: last ?? UNATTRIBUTED,
    filters: by.map((dimension, index) => exactly(dimension, values[index] ?? "")),
  };
}

function beforeOf(answer: RowsAnswer, by: readonly string[], id: string): Numbers | null {
  if (answer.comparison === undefined) return null;
  return answer.comparison.rows.find((row) => keyOf(row, by).id === id) ?? NOTHING;
}

/** What remains of the whole without the parts, of what adds up; nothing else is known of a rest. */
function restOf(whole: Numbers, parts: readonly Numbers[]): Numbers {
  const rest: Numbers = {};
  for (const metric of ADDITIVE) {
    const value = whole[metric];
    if (value === undefined) continue;
    const sum = parts.reduce((all, part) => all + (part[metric] ?? 0), 0);
    // Exact to nine decimals, as the parts are.
    rest[metric] = value === null ? null : Number((value - sum).toFixed(9));
  }
  const isUnpriced = (rest.calls ?? 0) > 0 && rest.calls === rest.unpricedCalls;
  return isUnpriced ? { ...rest, cost: null } : rest;
}

function shareOf(total: number | null, value: number | null | undefined): number | null {
  return total === null || total <= 0 || value === null || value === undefined ? null : value / total;
}

const ADDITIVE = METRIC_NAMES.filter((metric): metric is Metric => METRICS[metric].additive);
/** A group without a call. */
const NOTHING: Numbers = Object.fromEntries(ADDITIVE.map((metric) => [metric, 0]));
