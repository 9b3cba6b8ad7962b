import type { OutlayEvent } from "../api/answers.ts";

/** The calls heard of, and what they come to. */
export interface HeardCosts {
  /** Newest first, at most as many as asked for. */
  events: OutlayEvent[];
  /** Of all calls heard of, also of those that `events` no longer holds. */
  sum: CostSum;
}

export interface CostSum {
  calls: number;
  /** Of the priced calls; null while none has a price. */
  costUsd: number | null;
  tokens: number;
  unpricedCalls: number;
  /** Calls whose tokens were estimated. */
  estimatedCalls: number;
}

export const NOTHING_HEARD: HeardCosts = {
  events: [],
  sum: { calls: 0, costUsd: null, tokens: 0, unpricedCalls: 0, estimatedCalls: 0 },
};

/** Adds calls as they arrive, oldest first. One that is told again, because it was revised, takes the place of its former self. */
export function hear(before: HeardCosts, arrived: readonly OutlayEvent[], limit: number): HeardCosts {
  if (arrived.length === 0) return before;
  const known = new Map(before.events.map((event) => [event.id, event]));
  let { sum } = before;
  for (const event of arrived) {
    const former = known.get(event.id);
    if (former !== undefined) sum = add(sum, former, -1);
    sum = add(sum, event, 1);
    // A Map keeps the place of a key that it knows: a revised call stays where it is.
    known.set(event.id, event);
  }
  const former = before.events.map(({ id }) => known.get(id)).filter((event) => event !== undefined);
  const ids = new Set(before.events.map(({ id }) => id));
  const fresh = [...known.values()].filter(({ id }) => !ids.has(id)).toReversed();
  return { events: [...fresh, ...former].slice(0, limit), sum };
}

/** What a list of calls comes to. */
export function sumOf(events: readonly OutlayEvent[]): CostSum {
  return events.reduce((sum, event) => add(sum, event, 1), NOTHING_HEARD.sum);
}

function add(sum: CostSum, event: OutlayEvent, times: 1 | -1): CostSum {
  const { costUsd, usage, basis } = event;
  const calls = sum.calls + times;
  const unpricedCalls = sum.unpricedCalls + (costUsd === null ? times : 0);
  const isAnyPriced = calls > unpricedCalls;
  return {
    calls,
    unpricedCalls,
    costUsd: isAnyPriced ? inNanoUsd((sum.costUsd ?? 0) + times * (costUsd ?? 0)) : null,
    tokens: sum.tokens + times * ((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)),
    estimatedCalls: sum.estimatedCalls + (basis === "estimated" ? times : 0),
  };
}

/** Dollars are exact to nine decimals; what floating point adds behind them is taken off. */
const inNanoUsd = (usd: number) => Math.round(usd * 1e9) / 1e9;
