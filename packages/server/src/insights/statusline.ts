import type { QueryParams } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { metricValues } from "../ledger/metrics.ts";
import { FILTER_PARAMETERS, readParameters } from "../ledger/parameters.ts";
import { blocks, type BlockAnswer } from "./blocks.ts";
import { periodIn, readScope, totalsIn } from "./costs.ts";

/** What stands in the status line of a coding tool, as far as Outlay has recorded it. All of it is a local estimate. */
export interface StatuslineAnswer {
  /** When this was so. */
  at: string;
  /** Over all time; null: nothing of it has been recorded. */
  session: { id: string; cost: number | null; calls: number; unpricedCalls: number } | null;
  /** `until`: when the day ends. */
  today: { cost: number; calls: number; unpricedCalls: number; until: string };
  /** The block that is running; null: none is. */
  block: BlockAnswer | null;
}

const DEFAULT_FILTER = "source:claude-code";

/** Parameters: `session`, `filter` (default: Claude Code) and `tz`. InvalidInput as any question. */
export async function statusline(ledger: Ledger, params: QueryParams): Promise<StatuslineAnswer> {
  const parameters = readParameters(params, [...FILTER_PARAMETERS, "tz", "session"]);
  const told = parameters.all("filter").filter((text) => text !== "");
  const filter = told.length === 0 ? [DEFAULT_FILTER] : told;
  const tz = params["tz"];
  const scope = readScope(ledger, tz === undefined ? { filter } : { filter, tz });
  const nowMs = ledger.now();
  const day = periodIn(ledger, scope, "today");
  // a block that is running has begun no longer ago than it lasts
  const from = new Date(nowMs - BLOCK_REACH_MS).toISOString();
  const [today, running, session] = await Promise.all([
    totalsIn(ledger, scope, day, ["cost", "calls", "unpricedCalls"]),
    blocks(ledger, { filter, from: [from], active: ["true"] }),
    sessionOf(ledger, parameters.one("session")),
  ]);
  return {
    at: new Date(nowMs).toISOString(),
    session,
    today: {
      cost: today.cost ?? 0,
      calls: today.calls ?? 0,
      unpricedCalls: today.unpricedCalls ?? 0,
      until: new Date(day.endMs).toISOString(),
    },
    block: running.blocks.at(-1) ?? null,
  };
}

const BLOCK_REACH_MS = 6 * 3_600_000;

async function sessionOf(ledger: Ledger, id: string | undefined): Promise<StatuslineAnswer["session"]> {
  const stored = id === undefined ? null : await ledger.storage.getSession(id);
  if (stored === null) return null;
  const { cost = null } = metricValues(["cost"], {
    sums: stored.sums,
    sessions: null,
    users: null,
    sessionCostNanoUsd: null,
  });
  return {
    id: stored.id,
    cost,
    calls: Number(stored.sums.calls),
    unpricedCalls: Number(stored.sums.unpricedCalls),
  };
}
