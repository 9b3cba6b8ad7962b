import type { OutlayEvent } from "../api/answers.ts";
import type { SessionOrder, SessionsQuestion } from "../api/outlay-client.ts";
import { localDate } from "../format/time.ts";

/** What a reader has narrowed a list to; texts as they stand in the fields, empty where nothing is asked. */
export interface Narrowing {
  /** First local day, `2026-11-22`. */
  from: string;
  /** Last local day, included. */
  to: string;
  minCostUsd: string;
  maxCostUsd: string;
  /** The model's whole name for sessions; any part of it for calls. */
  model: string;
}

export const NOTHING_NARROWED: Narrowing = { from: "", to: "", minCostUsd: "", maxCostUsd: "", model: "" };

/** How many of days, cost and model are narrowed. */
export function narrowedCount({ from, to, minCostUsd, maxCostUsd, model }: Narrowing): number {
  return [from + to, minCostUsd + maxCostUsd, model.trim()].filter((text) => text !== "").length;
}

/** The same as a question to the server. A range of days needs both ends there: the missing one is far away. */
export function questionOf(narrowing: Narrowing, timeZone: string): SessionsQuestion {
  const { from, to, model } = narrowing;
  const days = from === "" && to === "" ? {} : { from: from || FIRST_DAY, to: dayAfter(to || LAST_DAY), tz: timeZone };
  return {
    ...days,
    minCostUsd: dollars(narrowing.minCostUsd),
    maxCostUsd: dollars(narrowing.maxCostUsd),
    model: model.trim() === "" ? undefined : model.trim(),
  };
}

/** The calls that are left, in the order asked for. Those without a price come last by cost, and are in no range of cost. */
export function narrowCalls(
  events: readonly OutlayEvent[],
  narrowing: Narrowing,
  order: SessionOrder,
  timeZone: string,
): OutlayEvent[] {
  const { from, to } = narrowing;
  const min = dollars(narrowing.minCostUsd);
  const max = dollars(narrowing.maxCostUsd);
  const model = narrowing.model.trim().toLowerCase();
  const left = events.filter((event) => {
    const date = from === "" && to === "" ? "" : localDate(Date.parse(event.occurredAt), timeZone);
    if ((from !== "" && date < from) || (to !== "" && date > to)) return false;
    if (!event.model.toLowerCase().includes(model)) return false;
    if (min === undefined && max === undefined) return true;
    return event.costUsd !== null && event.costUsd >= (min ?? 0) && event.costUsd <= (max ?? Number.POSITIVE_INFINITY);
  });
  return order === "cost" || order === "tokens" ? left.toSorted(DEAREST[order]) : left;
}

/** Tokens of a call; what it did not say counts for nothing in an order. */
const tokensOf = ({ usage }: OutlayEvent) => (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);

const DEAREST = {
  cost: (a: OutlayEvent, b: OutlayEvent) => (b.costUsd ?? -1) - (a.costUsd ?? -1),
  tokens: (a: OutlayEvent, b: OutlayEvent) => tokensOf(b) - tokensOf(a),
};

/** Undefined for what is no amount: it then narrows nothing. */
function dollars(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) || value < 0 ? undefined : value;
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;
const FIRST_DAY = "2000-01-01";
const LAST_DAY = "2099-12-30";
