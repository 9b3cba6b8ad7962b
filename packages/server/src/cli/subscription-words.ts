import type { Api } from "./context.ts";
import { getJson } from "./get-json.ts";
import { UsageError } from "./problem.ts";

/** Of `GET /api/v1/subscriptions`. */
export interface Subscription {
  id: string;
  name: string;
  amountUsd: number;
  period: "monthly" | "yearly" | number;
  seats: number;
  start: string;
  end: string | null;
  cancelledOn: string | null;
  changes: { from: string; amountUsd: number | null; seats: number | null }[];
  people: { user: string; from: string | null; to: string | null }[];
}

/** Of `GET /api/v1/subscriptions/plans`. */
export interface Plan {
  id: string;
  name: string;
  origin: "catalogue" | "own";
  prices: {
    from: string | null;
    amountUsd: number;
    period: Subscription["period"];
    includedUsd: number | null;
    source: string | null;
    checkedOn: string | null;
  }[];
}

/** `a month`, `a year`, `every 3 months`. */
export function periodInWords(period: Subscription["period"]): string {
  if (period === "monthly") return "a month";
  return period === "yearly" ? "a year" : `every ${period} months`;
}

/** The one with this id, or with this name where only one has it. Throws UsageError. */
export async function findSubscription(api: Api, text: string): Promise<Subscription> {
  const { subscriptions } = await getJson<{ subscriptions: Subscription[] }>(api, "/api/v1/subscriptions");
  const found = subscriptions.filter(({ id, name }) => id === text || name === text);
  if (found.length > 1) throw new UsageError(`${found.length} subscriptions are called "${text}"; give the id of one.`);
  if (found[0] === undefined) throw new UsageError(`There is no subscription "${text}".`);
  return found[0];
}
