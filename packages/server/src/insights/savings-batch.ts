import { divideHalfEven } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import type { StoredEvent } from "../storage/storage.ts";
import type { Finding } from "./savings-finding.ts";
import { taskFilters, taskName, type Task, type Traffic } from "./savings-traffic.ts";
import { tokenCost } from "./token-costs.ts";
import { callsText, usdText } from "./amount-words.ts";

/** Fewer calls looked at say little about an activity. */
const MIN_LOOKED_AT = 10;
/** More than this share of steps within sessions and the work waits for its own answers. */
const MAX_STEPS = 0.1;

/**
 * Activities that nobody waits for, at the provider's batch price.
 *
 *   calls that cost 8 USD, at a price whose batch tier multiplies by 0.5 → 4 USD saved
 *
 * Only sums and a sample are known: an activity qualifies when no call of it that was looked at was streamed, by a source that
 * tells such things, had a tier of its own, or was one of several of its session.
 */
export function findBatches(ledger: Ledger, traffic: Traffic): Finding[] {
  const unhurried = unhurriedActivities(traffic.sample.events);
  return (traffic.byTask ?? []).flatMap((task) => {
    const lookedAt = task.activity === null ? undefined : unhurried.get(task.activity);
    const finding = lookedAt === undefined ? null : findingOf(ledger, traffic, task, lookedAt);
    return finding === null ? [] : [finding];
  });
}

function findingOf(ledger: Ledger, traffic: Traffic, task: Task, lookedAt: number): Finding | null {
  const { sums, provider, model } = task;
  const match = ledger.prices.match(provider, model, traffic.priceAtMs);
  if (!match.found || sums.unpricedCalls > 0n) return null;
  const atMs = traffic.priceAtMs;
  const plain = tokenCost(match.version, sums, { atMs });
  const batch = tokenCost(match.version, sums, { atMs, serviceTier: "batch" });
  if (plain === null || batch === null || plain <= 0n || batch >= plain) return null;
  const wouldCost = divideHalfEven(sums.costNanoUsd * batch, plain);
  const saved = sums.costNanoUsd - wouldCost;
  if (saved <= 0n) return null;
  return {
    kind: "batch",
    title: `Batches for ${taskName(task)}`,
    sentence: `Nobody seems to wait for these ${callsText(sums.calls)}; at the batch price of ${provider} they would have cost ${usdText(wouldCost)} instead of ${usdText(sums.costNanoUsd)}.`,
    savedNanoUsd: saved,
    ofCostNanoUsd: sums.costNanoUsd,
    calls: sums.calls,
    filters: taskFilters(task),
    basis: "estimate",
    assumptions: [
      `None of the ${lookedAt} calls of this activity that were looked at was streamed, and next to none was a step of a session.`,
      "The work can wait for a batch, which may take a day.",
    ],
    detail: { activity: task.activity, provider, model, lookedAt },
  };
}

/** Of activities without hurry: how many of their calls were looked at. */
function unhurriedActivities(events: StoredEvent[]): Map<string, number> {
  // A source that never says whether calls are streamed says nothing by leaving it out.
  const telling = new Set(events.filter((event) => event.streaming !== undefined).map((event) => event.source));
  const inSession = new Map<string, number>();
  for (const { session } of events) {
    if (session !== undefined) inSession.set(session, (inSession.get(session) ?? 0) + 1);
  }
  const isHurried = (event: StoredEvent) =>
    event.streaming === true || !telling.has(event.source) || (event.serviceTier ?? "standard") !== "standard";
  const isStep = ({ session }: StoredEvent) => session !== undefined && inSession.get(session)! > 1;
  const unhurried = new Map<string, number>();
  for (const [activity, calls] of Map.groupBy(events, (event) => event.activity)) {
    if (activity === undefined || calls.length < MIN_LOOKED_AT || calls.some(isHurried)) continue;
    if (calls.filter(isStep).length <= MAX_STEPS * calls.length) unhurried.set(activity, calls.length);
  }
  return unhurried;
}
