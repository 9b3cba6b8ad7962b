import { InvalidInput, shown } from "@outlay/core";
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

/** What was told last, newest first; `maySee` says of whom the asker may know. */
export async function planLimits(
  storage: Storage,
  { nowMs, tool, maySee }: { nowMs: number; tool?: string | undefined; maySee: (user: string | null) => boolean },
): Promise<ToldLimits[]> {
  const records = await storage.listRecords(COLLECTION);
  return records
    .map(({ body }) => body as PlanLimits)
    .filter((limits) => (tool === undefined || limits.tool === tool) && maySee(limits.user))
    .map((limits) => ({
      ...limits,
      label: "official",
      windows: limits.windows.map((window) => {
        const isOver = window.resetsAt !== null && Date.parse(window.resetsAt) <= nowMs;
        return isOver ? { ...window, usedPercent: null, label: "unknown" } : { ...window, label: "official" };
      }),
    }));
}
