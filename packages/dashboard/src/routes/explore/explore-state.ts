import { DIMENSIONS, METRICS } from "@outlay/core";
import type { Metric, TimeUnit } from "@outlay/core";
import { isDate } from "../../filters/dates.ts";
import { oneIn, textIn, usePageState } from "../../filters/use-page-state.ts";

/** What this page keeps in its address beside the shared period and filters. Defaults are not written. */
interface ExploreState {
  /** Absent: charts and table. */
  mode?: "changes";
  /** Metric; absent: cost. */
  m?: Metric;
  /** What it is grouped by, or `none`; absent: model. */
  by?: string;
  /** Second group; absent: none. */
  and?: string;
  /** Groups shown; absent: 7. */
  top?: string;
  /** What the groups are ranked by: `calls`, `calls-up` for the fewest first; absent: the most of the metric first. */
  rank?: string;
  /** Absent: what fits the period. */
  grain?: Exclude<Grain, "auto">;
  /** Summed up from bucket to bucket. */
  sum?: "on";
  /** Order of the table of changes: `now`, `now-up`; absent: the largest difference first. */
  sort?: string;
  /** Days of the period that the changes are held against, the end excluded; absent: the period before. */
  cfrom?: string;
  cto?: string;
}

/** The same with the defaults filled in, and without what does not go together. */
export interface Choices {
  mode: Mode;
  metric: Metric;
  /** Null: everything together. */
  group: string | null;
  second: string | null;
  top: number;
  rank: Ranking;
  grain: Grain;
  isCumulative: boolean;
  sort: { key: string; descending: boolean } | null;
  compareDays: { from: string; to: string } | null;
}

export type Mode = "figures" | "changes";
export type Grain = (typeof GRAINS)[number];

interface Ranking {
  metric: Metric;
  descending: boolean;
}

export const GRAINS = ["auto", "hour", "day", "week", "month", "none"] as const satisfies readonly (
  | TimeUnit
  | "auto"
  | "none"
)[];

/** Seven, as many as there are colours, is the default. */
export const TOPS = ["5", "7", "10", "20", "50"] as const;

export const METRIC_NAMES = Object.keys(METRICS) as Metric[];

/** The choices of the page, and the way to change some of them. */
export function useChoices(): { choices: Choices; choose: (change: Partial<Choices>) => void } {
  const { state, change } = usePageState(readState);
  return {
    choices: choicesOf({ ...state }),
    choose: (next) => change((before) => withChoices({ ...before }, next)),
  };
}

export function readState(raw: Record<string, unknown>): ExploreState {
  return stateOf(choicesOf(raw));
}

/** The address with some choices made otherwise. A metric of one's own takes the ranking along, unless that was chosen apart. */
export function withChoices(before: Record<string, unknown>, next: Partial<Choices>): ExploreState {
  const known = choicesOf(before);
  const ranking =
    next.metric !== undefined && next.rank === undefined && known.rank.metric === known.metric
      ? { rank: { ...known.rank, metric: next.metric } }
      : {};
  return stateOf({ ...known, ...ranking, ...next });
}

export function choicesOf(raw: Record<string, unknown>): Choices {
  const metric = oneIn(raw, "m", METRIC_NAMES) ?? "cost";
  const by = textIn(raw, "by");
  const group = by === NONE ? null : (dimensionIn(by) ?? DEFAULT_GROUP);
  const second = dimensionIn(textIn(raw, "and"));
  const [cfrom, cto] = [textIn(raw, "cfrom"), textIn(raw, "cto")];
  const sort = textIn(raw, "sort");
  return {
    mode: raw["mode"] === "changes" ? "changes" : "figures",
    metric,
    group,
    second: group === null || second === undefined || second === group ? null : second,
    top: Number(oneIn(raw, "top", TOPS) ?? DEFAULT_TOP),
    rank: rankIn(textIn(raw, "rank"), metric),
    grain: oneIn(raw, "grain", GRAINS) ?? "auto",
    isCumulative: raw["sum"] === "on",
    sort: sort === undefined ? null : orderIn(sort),
    compareDays:
      cfrom !== undefined && cto !== undefined && isDate(cfrom) && isDate(cto) && cfrom < cto
        ? { from: cfrom, to: cto }
        : null,
  };
}

function stateOf(choices: Choices): ExploreState {
  const { mode, metric, group, second, top, rank, grain, isCumulative, sort, compareDays } = choices;
  const isUsualRank = rank.metric === metric && rank.descending;
  return {
    ...(mode === "changes" ? { mode } : {}),
    ...(metric === "cost" ? {} : { m: metric }),
    ...(group === DEFAULT_GROUP ? {} : { by: group ?? NONE }),
    ...(second === null || second === group ? {} : { and: second }),
    ...(String(top) === DEFAULT_TOP ? {} : { top: String(top) }),
    ...(isUsualRank ? {} : { rank: orderText({ key: rank.metric, descending: rank.descending }) }),
    ...(grain === "auto" ? {} : { grain }),
    ...(isCumulative ? { sum: "on" } : {}),
    ...(sort === null ? {} : { sort: orderText(sort) }),
    ...(compareDays === null ? {} : { cfrom: compareDays.from, cto: compareDays.to }),
  };
}

function rankIn(text: string | undefined, metric: Metric): Ranking {
  const { key, descending } = orderIn(text ?? metric);
  const known = METRIC_NAMES.find((name) => name === key);
  return known === undefined ? { metric, descending: true } : { metric: known, descending };
}

function dimensionIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const isKnown = (text.startsWith("tag:") && text.length > 4) || DIMENSIONS.some((name) => name === text);
  return isKnown ? text : undefined;
}

function orderIn(text: string): { key: string; descending: boolean } {
  const isUp = text.endsWith(UP);
  return { key: isUp ? text.slice(0, -UP.length) : text, descending: !isUp };
}

const orderText = (order: { key: string; descending: boolean }) => (order.descending ? order.key : order.key + UP);

const DEFAULT_GROUP = "model";
const DEFAULT_TOP = "7";
const NONE = "none";
const UP = "-up";
