import { InvalidInput, shown } from "@outlay/core";
import { isExactly } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Storage } from "../storage/storage.ts";

/** A window of a plan, as the provider itself told the tool. */
export interface PlanWindow {
  /** As the tool names it: `five_hour`, `seven_day`, `primary`. */
  name: string;
  /** Length; null: not said. */
  minutes: number | null;
  usedPercent: number;
  /** When it is empty again; null: not said. */
  resetsAt: string | null;
}

/** What a tool was told of the limits of a subscription. */
export interface PlanLimits {
  /** `claude-code` */
  tool: string;
  /** Which of a user's several accounts or machines. */
  account: string;
  /** Whose it is; null: not said. */
  user: string | null;
  /** `max`, `plus`; null: not said. */
  plan: string | null;
  windows: PlanWindow[];
  /** When the tool was told. */
  reportedAt: string;
}

/** As it is answered: official numbers, where they have not been overtaken by a reset. */
export interface ToldLimits extends Omit<PlanLimits, "windows"> {
  /** The provider's own numbers. */
  label: "official";
  windows: (Omit<PlanWindow, "usedPercent"> & {
    /** null: the window has begun anew since it was told. */
    usedPercent: number | null;
    label: "official" | "unknown";
  })[];
}

const COLLECTION = "plan-limits";
const MOST_ACCOUNTS = 1_000;

/** Keeps what was told last for each tool and account; what is older than that changes nothing. InvalidInput `too_many_accounts`. */
export async function keepPlanLimits(storage: Storage, limits: PlanLimits): Promise<{ kept: boolean }> {
  const id = JSON.stringify([limits.tool, limits.user, limits.account]);
  const atMs = Date.parse(limits.reportedAt);
  const [known] = await storage.listRecords(COLLECTION, { ids: [id] });
  if (known !== undefined && known.atMs > atMs) return { kept: false };
  if (known === undefined && (await storage.listRecords(COLLECTION)).length >= MOST_ACCOUNTS) {
    throw new InvalidInput(
      "too_many_accounts",
      `${shown(limits.account)} would be one account more than ${MOST_ACCOUNTS}`,
      { field: "account" },
    );
  }
  await storage.putRecords(COLLECTION, [{ id, atMs, body: limits }]);
  return { kept: true };
}

/**
 * What was told last, newest first; `maySee` says of whom the asker may know. Codex writes what it is told beside its calls: of
 * those that `ledger` has, the newest of each user speaks.
 */
export async function planLimits(
  storage: Storage,
  ledger: Ledger,
  { tool, maySee }: { tool?: string | undefined; maySee: (user: string | null) => boolean },
): Promise<ToldLimits[]> {
  const records = await storage.listRecords(COLLECTION);
  const sent = records.map(({ body }) => body as PlanLimits).filter(({ user }) => maySee(user));
  const codex = tool === undefined || tool === CODEX ? await limitsOfCodex(ledger) : [];
  const nowMs = ledger.now();
  return [...sent, ...codex]
    .filter((limits) => tool === undefined || limits.tool === tool)
    .toSorted((a, b) => (a.reportedAt < b.reportedAt ? 1 : -1))
    .map((limits) => ({
      ...limits,
      label: "official",
      windows: limits.windows.map((window) => {
        const isOver = window.resetsAt !== null && Date.parse(window.resetsAt) <= nowMs;
        return isOver ? { ...window, usedPercent: null, label: "unknown" } : { ...window, label: "official" };
      }),
    }));
}

const CODEX = "codex";
const CODEX_DAYS = 30;
/** Whoever made none of the newest so many calls is not told of. */
const CODEX_CALLS = 1_000;

/** As the importer keeps them: `metadata.limits` of a call. */
async function limitsOfCodex({ storage, now }: Ledger): Promise<PlanLimits[]> {
  const endMs = now() + 1;
  const startMs = endMs - CODEX_DAYS * 86_400_000;
  const page = await storage.listEvents({ startMs, endMs, filters: [isExactly("source", CODEX)], limit: CODEX_CALLS });
  const told = page.events.filter(({ metadata }) => windowsOf(metadata).length > 0);
  const newest = [...Map.groupBy(told, ({ user }) => user ?? null).values()].map(([first]) => first!);
  return newest.map(({ metadata, occurredAtMs, user }): PlanLimits => {
    const { plan } = fieldsOf(metadata?.["limits"]);
    return {
      tool: CODEX,
      account: "default",
      user: user ?? null,
      plan: typeof plan === "string" ? plan : null,
      windows: windowsOf(metadata),
      reportedAt: new Date(occurredAtMs).toISOString(),
    };
  });
}

function windowsOf(metadata: Record<string, unknown> | null | undefined): PlanWindow[] {
  const told = fieldsOf(metadata?.["limits"]);
  return ["primary", "secondary"].flatMap((name) => windowOf(name, fieldsOf(told[name])));
}

function windowOf(name: string, { usedPercent, minutes, resetsAtMs }: Record<string, unknown>): PlanWindow[] {
  if (typeof usedPercent !== "number") return [];
  return [
    {
      name,
      minutes: typeof minutes === "number" ? Math.round(minutes) : null,
      usedPercent,
      resetsAt: typeof resetsAtMs === "number" ? new Date(resetsAtMs).toISOString() : null,
    },
  ];
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
