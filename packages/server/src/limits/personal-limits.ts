import { buckets, resolvePeriod, usdNumber } from "@outlay/core";
import type { Filter } from "../storage/storage.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** What one person may spend, in US dollars; null: no limit. */
export interface PersonalLimits {
  dailyLimit: number | null;
  weeklyLimit: number | null;
  monthlyLimit: number | null;
  sessionLimit: number | null;
  emailAlerts: boolean;
}

const DEFAULT_LIMITS: PersonalLimits = {
  dailyLimit: 1,
  weeklyLimit: 5,
  monthlyLimit: 20,
  sessionLimit: 0.5,
  emailAlerts: true,
};

/** Part of a limit from which on it warns. */
const WARNING_RATIO = 0.8;
const DOCUMENT_KEY = "limits.personal";

/** One limit and how much of it is used. */
interface LimitUse {
  period: "day" | "week" | "month" | "session";
  limit: number;
  used: number;
  /** 0 to 100 and beyond, two decimals. */
  percentage: number;
  /** ISO instant; null: a session's limit never resets. */
  resetsAt: string | null;
}

export interface LimitsUse {
  /** No limit is used up. */
  allowed: boolean;
  /** At least one is used to 80 % or more. */
  warning: boolean;
  limits: LimitUse[];
}

/** How much of each personal limit is used: by one user or by all, and in one session when it is named. */
export async function personalLimitsUse(
  ledger: Ledger,
  of: { user?: string | undefined; session?: string | undefined; timeZone?: string | undefined },
): Promise<LimitsUse> {
  const limits = await readPersonalLimits(ledger);
  const uses = await Promise.all([
    calendarUse(ledger, of, "day", limits.dailyLimit),
    calendarUse(ledger, of, "week", limits.weeklyLimit),
    calendarUse(ledger, of, "month", limits.monthlyLimit),
    of.session === undefined ? null : sessionUse(ledger, of.session, limits.sessionLimit),
  ]);
  const known = uses.filter((use) => use !== null);
  return {
    allowed: known.every((use) => use.used < use.limit),
    warning: known.some((use) => use.used >= use.limit * WARNING_RATIO),
    limits: known,
  };
}

async function readPersonalLimits(ledger: Ledger): Promise<PersonalLimits> {
  const stored = (await ledger.storage.getDocument(DOCUMENT_KEY)) as Partial<PersonalLimits> | null | undefined;
  return { ...DEFAULT_LIMITS, ...stored };
}

/** Changes the limits that are named and keeps the others. */
export async function changePersonalLimits(ledger: Ledger, changes: Partial<PersonalLimits>): Promise<PersonalLimits> {
  const before = await readPersonalLimits(ledger);
  const after = { ...before, ...changes };
  await ledger.storage.putDocument(DOCUMENT_KEY, after);
  await ledger.storage.appendAudit({
    atMs: ledger.now(),
    actor: "local",
    action: "limits.change",
    detail: { before, after },
  });
  return after;
}

async function calendarUse(
  ledger: Ledger,
  of: { user?: string | undefined; timeZone?: string | undefined },
  unit: "day" | "week" | "month",
  limit: number | null,
): Promise<LimitUse | null> {
  if (limit === null) return null;
  const timeZone = of.timeZone ?? ledger.timeZone;
  const nowMs = ledger.now();
  const { startMs } = resolvePeriod({ period: unit === "day" ? "today" : unit }, { timeZone, nowMs });
  const filters: Filter[] =
    of.user === undefined ? [] : [{ dimension: "user", values: [of.user], patterns: [], exclude: false }];
  const resetMs = nextStartMs(startMs, unit, timeZone);
  const { totals } = await ledger.storage.sum({ startMs, endMs: resetMs, by: [], filters });
  return limitUse(unit, limit, totals.costNanoUsd, new Date(resetMs).toISOString());
}

async function sessionUse(ledger: Ledger, id: string, limit: number | null): Promise<LimitUse | null> {
  if (limit === null) return null;
  const session = await ledger.storage.getSession(id);
  return limitUse("session", limit, session?.sums.costNanoUsd ?? 0n, null);
}

function limitUse(period: LimitUse["period"], limit: number, nanoUsd: bigint, resetsAt: string | null): LimitUse {
  const used = usdNumber(nanoUsd);
  const percentage = limit === 0 ? 100 : Math.round((used / limit) * 10_000) / 100;
  return { period, limit, used, percentage, resetsAt };
}

/** Where the unit that begins here ends: the second start within a span that is longer than any one of them. */
function nextStartMs(startMs: number, unit: "day" | "week" | "month", timeZone: string): number {
  const next = buckets({ startMs, endMs: startMs + 40 * 86_400_000, timeZone }, unit)[1];
  if (next === undefined) throw new RangeError(`no ${unit} after ${startMs} in ${timeZone}`);
  return next.startMs;
}
