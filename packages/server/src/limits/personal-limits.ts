import { usdNumber, Turns } from "@outlay/core";
import { isExactly } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { periodAt } from "./limit-period.ts";
import type { Limit } from "./limit.ts";
import type { Limits } from "./limits.ts";

/** What each person may spend, in US dollars; null: no limit. */
export interface PersonalLimits {
  dailyLimit: number | null;
  weeklyLimit: number | null;
  monthlyLimit: number | null;
  sessionLimit: number | null;
  emailAlerts: boolean;
}

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

/** Whose use is asked for. */
export interface Whose {
  /** Default: everybody's together. */
  user?: string | undefined;
  session?: string | undefined;
  timeZone?: string | undefined;
}

/** Limits for each user and session: four real limits, known by their purpose. Until they are made, the defaults are told and nothing is refused. */
export interface PersonalLimitsDesk {
  /** `made`: they are real limits, which are enforced. */
  read(): Promise<PersonalLimits & { made: boolean }>;
  /** Makes those that are not there yet, changes those that are named, and removes those that are null. */
  change(changes: Partial<PersonalLimits>, actor: string): Promise<PersonalLimits>;
  /** The limits themselves; those that are switched off or removed are left out. */
  limits(): Promise<Limit[]>;
  /** How much of each is used: by one user or by all, and in one session when it is named. */
  use(ledger: Ledger, of: Whose): Promise<LimitsUse>;
}

const DOCUMENT_KEY = "limits.personal";
/** Part of a limit from which on it warns. */
const WARNING_PERCENT = 80;

const DEFAULTS: PersonalLimits = {
  dailyLimit: 1,
  weeklyLimit: 5,
  monthlyLimit: 20,
  sessionLimit: 0.5,
  emailAlerts: true,
};

const KINDS = {
  dailyLimit: { unit: "day", name: "Each user, a day" },
  weeklyLimit: { unit: "week", name: "Each user, a week" },
  monthlyLimit: { unit: "month", name: "Each user, a month" },
  sessionLimit: { unit: "session", name: "Each session" },
} as const;

type Name = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as Name[];

interface Stored extends Partial<PersonalLimits> {
  /** The limits that were made; absent: none were yet, and amounts are only told. */
  ids?: Partial<Record<Name, string>>;
}

/** Personal limits over the limits of a data folder. */
export function openPersonalLimits(ledger: Ledger, limits: Limits): PersonalLimitsDesk {
  const turns = new Turns();

  const stored = async () => ((await ledger.storage.getDocument(DOCUMENT_KEY)) ?? {}) as Stored;
  const limitOf = ({ ids }: Stored, name: Name): Limit | null => {
    const limit = ids?.[name] === undefined ? null : limits.get(ids[name]);
    return limit?.enabled === true ? limit : null;
  };
  const settingsOf = (document: Stored): PersonalLimits => {
    const { ids, ...said } = document;
    if (ids === undefined) return { ...DEFAULTS, ...said };
    const amounts = NAMES.map((name) => {
      const limit = limitOf(document, name);
      return [name, limit === null ? null : usdNumber(limit.amountNanoUsd)];
    });
    return { emailAlerts: said.emailAlerts ?? true, ...Object.fromEntries(amounts) } as PersonalLimits;
  };

  const change = async (changes: Partial<PersonalLimits>, actor: string): Promise<PersonalLimits> => {
    const before = await stored();
    const after = { ...settingsOf(before), ...changes };
    const ids: Stored["ids"] = { ...before.ids };
    // What is not named stays as it is, also switched off; the first time all are made.
    for (const name of NAMES.filter((it) => before.ids === undefined || changes[it] !== undefined)) {
      const id = await settle(limits, { name, id: ids[name], amountUsd: after[name], actor });
      if (id === null) delete ids[name];
      else ids[name] = id;
      // Kept at once: what was made must not be made again when the next one fails.
      await ledger.storage.putDocument(DOCUMENT_KEY, { emailAlerts: after.emailAlerts, ids } satisfies Stored);
    }
    await ledger.storage.putDocument(DOCUMENT_KEY, { emailAlerts: after.emailAlerts, ids } satisfies Stored);
    return after;
  };

  return {
    async read() {
      const document = await stored();
      return { ...settingsOf(document), made: document.ids !== undefined };
    },
    change: (changes, actor) => turns.take(() => change(changes, actor)),
    async limits() {
      const document = await stored();
      return NAMES.map((name) => limitOf(document, name)).filter((limit) => limit !== null);
    },
    async use(visible, of) {
      const document = await stored();
      const settings = settingsOf(document);
      const uses = await Promise.all(
        NAMES.map((name) => useOf({ ledger: visible, limits }, of, name, settings[name], limitOf(document, name))),
      );
      const known = uses.filter((use) => use !== null);
      return {
        allowed: known.every((use) => use.used < use.limit),
        warning: known.some((use) => use.percentage >= WARNING_PERCENT),
        limits: known,
      };
    },
  };
}

/** Makes, changes or removes one limit, whatever is missing to what is wanted. Gives its id; null: there is none. */
async function settle(
  limits: Limits,
  { name, id, amountUsd, actor }: { name: Name; id: string | undefined; amountUsd: number | null; actor: string },
): Promise<string | null> {
  const known = id === undefined ? null : limits.get(id);
  if (amountUsd === null) {
    if (known !== null) await limits.remove(known.id, actor);
    return null;
  }
  if (known !== null) {
    if (!known.enabled || usdNumber(known.amountNanoUsd) !== amountUsd) {
      await limits.change(known.id, { amountUsd, enabled: true }, actor);
    }
    return known.id;
  }
  const { unit, name: label } = KINDS[name];
  const made = await limits.create(
    {
      name: label,
      kind: "limit",
      each: unit === "session" ? null : "user",
      amountUsd,
      period: unit,
      thresholdsPercent: [WARNING_PERCENT, 100],
      atLimit: "block",
    },
    actor,
  );
  return made.id;
}

/** As the limit counts it where it is one user's or session's; otherwise as the ledger adds it up. */
async function useOf(
  parts: { ledger: Ledger; limits: Limits },
  of: Whose,
  name: Name,
  amountUsd: number | null,
  limit: Limit | null,
): Promise<LimitUse | null> {
  const { unit } = KINDS[name];
  const value = unit === "session" ? of.session : of.user;
  if (amountUsd === null || (unit === "session" && value === undefined)) return null;
  if (limit !== null && value !== undefined && of.timeZone === undefined) {
    const state = (await parts.limits.states(limit.id, value))[0];
    if (state !== undefined) {
      const resetsAt = state.resetsAtMs === null ? null : new Date(state.resetsAtMs).toISOString();
      return limitUse(unit, usdNumber(state.amountNanoUsd), state.spentNanoUsd, resetsAt);
    }
  }
  return unit === "session"
    ? sessionUse(parts.ledger, value!, amountUsd)
    : calendarUse(parts.ledger, of, unit, amountUsd);
}

async function calendarUse(
  ledger: Ledger,
  of: Whose,
  unit: "day" | "week" | "month",
  amountUsd: number,
): Promise<LimitUse> {
  const timeZone = of.timeZone ?? ledger.timeZone;
  const { startMs, endMs } = periodAt({ period: { unit, rolling: false, timeZone } }, ledger.now(), timeZone);
  const filters = of.user === undefined ? [] : [isExactly("user", of.user)];
  const { totals } = await ledger.storage.sum({ startMs, endMs, by: [], filters });
  return limitUse(unit, amountUsd, totals.costNanoUsd, new Date(endMs).toISOString());
}

async function sessionUse(ledger: Ledger, id: string, amountUsd: number): Promise<LimitUse> {
  const session = await ledger.storage.getSession(id);
  return limitUse("session", amountUsd, session?.sums.costNanoUsd ?? 0n, null);
}

function limitUse(
  period: LimitUse["period"],
  limit: number,
  nanoUsd: bigint | number,
  resetsAt: string | null,
): LimitUse {
  const used = usdNumber(nanoUsd);
  const percentage = limit === 0 ? 100 : Math.round((used / limit) * 10_000) / 100;
  return { period, limit, used, percentage, resetsAt };
}
