import { InvalidInput, shown, type Dimension } from "@outlay/core";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import { filterTexts } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { EventsPage, RecordedCharge, StoredEvent } from "../storage/storage.ts";
import { chargeTest } from "./limit-scope.ts";
import type { LimitPeriod } from "./limit.ts";
import type { KeptRefusal, Limits } from "./limits.ts";

/** What had filled a limit when it refused a call. */
export interface Explanation {
  refusal: KeptRefusal;
  /** Who spent it, those that spent most first, at most ten each. */
  top: Record<"users" | "models" | "keys" | "agents" | "projects", Spender[]>;
  /** The dearest calls, at most ten, of the newest that are looked at. */
  events: StoredEvent[];
  /** False: there were more events than are looked at for the dearest. */
  allEventsRead: boolean;
  /** Costs that are not usage and count too, largest first, at most ten. */
  charges: RecordedCharge[];
  /** What of the period is in the ledger now: it may have grown since, as running calls have ended. */
  spentNowNanoUsd: number;
  /** The same events as filters of the API. */
  filters: string[];
}

export interface Spender {
  /** null: the calls had none. */
  value: string | null;
  calls: number;
  /** Of the priced calls. */
  nanoUsd: number;
  /** Calls of models without a price: what they cost is not in it. */
  unpricedCalls: number;
}

/** The refusal's filters say all: whose account it is, and no session's besides. */
const TOTAL: LimitPeriod = { unit: "total", rolling: false, timeZone: null };
const TOP = 10;
const EVENTS_READ = 20_000;
const PAGE = 1_000;
const SPENDERS = {
  users: "user",
  models: "model",
  keys: "credential",
  agents: "agent",
  projects: "project",
} as const satisfies Record<string, Dimension>;

/** What the limit was filled with, for a refusal of the last day. InvalidInput `refusal_not_found`. */
export async function explainRefusal(
  parts: { ledger: Ledger; limits: Pick<Limits, "refusal"> },
  id: string,
): Promise<Explanation> {
  const { ledger, limits } = parts;
  const refusal = limits.refusal(id);
  if (refusal === null) {
    throw new InvalidInput("refusal_not_found", `there is no refusal ${shown(id)}; they are kept for a day`, {
      field: "id",
      status: 404,
    });
  }
  const [top, { events, all }, charges] = await Promise.all([
    spendersOf(ledger, refusal),
    dearestEvents(ledger, refusal),
    chargesOf(ledger, refusal),
  ]);
  return {
    refusal,
    top: top.spenders,
    events,
    allEventsRead: all,
    charges: charges.toSorted((a, b) => b.amountNanoUsd - a.amountNanoUsd).slice(0, TOP),
    spentNowNanoUsd: charges.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, top.nanoUsd),
    filters: filterTexts(refusal.filters),
  };
}

async function spendersOf(
  ledger: Ledger,
  { period, filters }: KeptRefusal,
): Promise<{ spenders: Explanation["top"]; nanoUsd: number }> {
  let nanoUsd = 0;
  const answers = await Promise.all(
    Object.entries(SPENDERS).map(async ([name, dimension]) => {
      const { rows, totals } = await ledger.storage.sum({
        ...period,
        by: [dimension],
        filters,
        top: { sum: "costNanoUsd", limit: TOP },
        scanLimit: SCAN_LIMIT,
      });
      nanoUsd = Number(totals.costNanoUsd);
      const spenders = rows.map(({ key, sums }) => spenderOf(key[0]!, sums));
      return [name, spenders.toSorted((a, b) => b.nanoUsd - a.nanoUsd)] as const;
    }),
  );
  return { spenders: Object.fromEntries(answers) as Explanation["top"], nanoUsd };
}

function spenderOf(
  value: string | null,
  { calls, costNanoUsd, unpricedCalls }: { calls: bigint; costNanoUsd: bigint; unpricedCalls: bigint },
): Spender {
  return {
    value,
    calls: Number(calls),
    nanoUsd: Number(costNanoUsd),
    unpricedCalls: Number(unpricedCalls),
  };
}

/** The newest are read, page by page, and the dearest of them kept. */
async function dearestEvents(
  ledger: Ledger,
  { period, filters }: KeptRefusal,
): Promise<{ events: StoredEvent[]; all: boolean }> {
  let dearest: StoredEvent[] = [];
  let cursor: string | null = null;
  for (let read = 0; read < EVENTS_READ; read += PAGE) {
    const page: EventsPage = await ledger.storage.listEvents({
      ...period,
      filters,
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    });
    dearest = [...dearest, ...page.events]
      .toSorted((a, b) => (b.costNanoUsd ?? 0) - (a.costNanoUsd ?? 0))
      .slice(0, TOP);
    cursor = page.nextCursor;
    if (cursor === null) return { events: dearest, all: true };
  }
  return { events: dearest, all: false };
}

async function chargesOf(ledger: Ledger, { period, filters }: KeptRefusal): Promise<RecordedCharge[]> {
  const counts = chargeTest({ filters, each: null, period: TOTAL }, null);
  if (counts === null) return [];
  const charges = await ledger.storage.listCharges(period);
  return charges.filter(counts);
}
