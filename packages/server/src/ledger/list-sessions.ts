import { InvalidInput, parseUsd, shown, usdNumber, type Dimension } from "@outlay/core";
import type { SessionsQuestion, StoredSession } from "../storage/storage.ts";
import type { QueryParams, Row, SessionAnswer, SessionDetail, SessionsAnswer } from "./answers.ts";
import { SCAN_LIMIT } from "./ask.ts";
import { findPeriod, parsePeriod } from "./asked-period.ts";
import { isExactly } from "./filters.ts";
import { gather } from "./gather.ts";
import type { Ledger } from "./ledger.ts";
import { metricValues } from "./metrics.ts";
import { PERIOD_PARAMETERS, readParameters, type Parameters } from "./parameters.ts";
import { PART_METRICS } from "./summary.ts";
import { wireEvent } from "./wire-event.ts";

const ORDERS = ["recent", "cost", "tokens", "calls"] as const satisfies SessionsQuestion["order"][];
const NAMES = ["user", "agent", "project", "model"] as const;
const MAX_COST_USD = 9_000_000;
const NEWEST_EVENTS = 1_000;

/** Sessions whose last call lies in the period (of all time unless one is asked), with their totals over all time. */
export async function listSessions(ledger: Ledger, params: QueryParams): Promise<SessionsAnswer> {
  const parameters = readParameters(params, [
    ...PERIOD_PARAMETERS,
    ...NAMES,
    "minCost",
    "maxCost",
    "order",
    "limit",
    "cursor",
  ]);
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone }, "all");
  const question: Omit<SessionsQuestion, "startMs" | "endMs"> = {
    order: readOrder(parameters),
    limit: parameters.whole("limit", 1, 1_000) ?? 50,
  };
  for (const name of NAMES) {
    const value = parameters.one(name);
    if (value !== undefined) question[name] = value;
  }
  const minCostNanoUsd = readCost(parameters, "minCost");
  const maxCostNanoUsd = readCost(parameters, "maxCost");
  if (minCostNanoUsd !== undefined) question.minCostNanoUsd = minCostNanoUsd;
  if (maxCostNanoUsd !== undefined) question.maxCostNanoUsd = maxCostNanoUsd;
  const cursor = parameters.one("cursor");
  if (cursor !== undefined) question.cursor = cursor;
  const { startMs, endMs } = await findPeriod(ledger, asked);
  const page = await ledger.storage.listSessions({ ...question, startMs, endMs });
  return { sessions: page.sessions.map(sessionAnswer), nextCursor: page.nextCursor };
}

/** One session with its calls. Throws InvalidInput `session_not_found` (404). */
export async function getSession(ledger: Ledger, id: string, params: QueryParams): Promise<SessionDetail> {
  const parameters = readParameters(params, ["limit"]);
  const limit = parameters.whole("limit", 1, NEWEST_EVENTS) ?? NEWEST_EVENTS;
  const stored = await ledger.storage.getSession(id);
  if (stored === null) {
    throw new InvalidInput("session_not_found", `there is no session ${shown(id)}`, { field: "id", status: 404 });
  }
  const filters = [isExactly("session", id)];
  const range = { startMs: stored.firstMs, endMs: stored.lastMs + 1 };
  const [byModel, byCategory, page] = await Promise.all([
    rowsBy(ledger, "model", range, filters),
    rowsBy(ledger, "category", range, filters),
    ledger.storage.listEvents({ ...range, filters, limit }),
  ]);
  return { session: sessionAnswer(stored), byModel, byCategory, events: page.events.map(wireEvent) };
}

/** Empty when the session's single calls have expired: its totals stay. */
async function rowsBy(
  ledger: Ledger,
  dimension: Dimension,
  range: { startMs: number; endMs: number },
  filters: ReturnType<typeof isExactly>[],
): Promise<Row[]> {
  try {
    const { groups } = await gather(ledger.storage, {
      ...range,
      bucketStartsMs: null,
      by: [dimension],
      filters,
      metrics: [...PART_METRICS],
      order: { metric: "cost", descending: true },
      limit: 1_000,
      scanLimit: SCAN_LIMIT,
    });
    return groups.map((group) => ({ [dimension]: group.key[0] ?? null, ...metricValues(PART_METRICS, group.whole) }));
  } catch (error) {
    if (error instanceof InvalidInput && error.code === "raw_events_expired") return [];
    throw error;
  }
}

function sessionAnswer(stored: StoredSession): SessionAnswer {
  const { sums } = stored;
  const { cost = null, costPerCall = null } = metricValues(["cost", "costPerCall"], {
    sums,
    sessions: null,
    users: null,
    sessionCostNanoUsd: null,
  });
  return {
    session: stored.id,
    firstAt: new Date(stored.firstMs).toISOString(),
    lastAt: new Date(stored.lastMs).toISOString(),
    calls: Number(sums.calls),
    errors: Number(sums.errors),
    cost,
    tokens: Number(sums.inputTokens + sums.outputTokens),
    inputTokens: Number(sums.inputTokens),
    outputTokens: Number(sums.outputTokens),
    cacheReadTokens: Number(sums.cacheReadTokens),
    cacheSavings: usdNumber(sums.cacheSavingsNanoUsd),
    unpricedCalls: Number(sums.unpricedCalls),
    user: stored.user ?? null,
    agent: stored.agent ?? null,
    project: stored.project ?? null,
    models: stored.models,
    costPerCall,
  };
}

function readOrder(parameters: Parameters): SessionsQuestion["order"] {
  const text = parameters.one("order") ?? "recent";
  const order = ORDERS.find((known) => known === text);
  if (order !== undefined) return order;
  throw new InvalidInput("unknown_order", `order is ${shown(text)}; expected one of ${ORDERS.join(", ")}`, {
    field: "order",
  });
}

function readCost(parameters: Parameters, name: string): number | undefined {
  const text = parameters.one(name);
  if (text === undefined) return undefined;
  const nanoUsd = Number(parseUsd(text, name));
  if (nanoUsd >= 0 && nanoUsd <= MAX_COST_USD * 1e9) return nanoUsd;
  throw new InvalidInput("out_of_range", `${name} is ${shown(text)}; expected dollars from 0 to ${MAX_COST_USD}`, {
    field: name,
  });
}
