import { setImmediate as otherWork } from "node:timers/promises";
import type { PriceVersion } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import type { StoredEvent } from "../storage/storage.ts";
import { rateElsewhere } from "./elsewhere-calls.ts";
import type { ModelName, WhichCalls } from "./elsewhere-tally.ts";

const MAX_MODELS = 8;
const MAX_OF_PROVIDER = 2;
/** The newest calls, to see what is used; some of these are rated at every model there is. */
const LOOKED_AT = 200;
const RATED = 12;
const RATED_AT_ONCE = 40;

/**
 * Models of the same kind that are near in price to what was used lately, from providers that our own catalogue covers. Of the same
 * kind is what has a price for everything that these calls use. Empty when there is nothing to go by.
 */
export async function comparableModels(ledger: Ledger, which: WhichCalls): Promise<ModelName[]> {
  const { events } = await ledger.storage.listEvents({ ...which, limit: LOOKED_AT });
  const sample = sampleOf(events);
  const recorded = costOf(sample);
  if (recorded === 0) return [];
  const distances: { version: PriceVersion; cost: number; distance: number }[] = [];
  for (const [index, version] of (await modelsOfKind(ledger, sample)).entries()) {
    if (index % RATED_AT_ONCE === 0) await otherWork();
    const cost = costThere(ledger, sample, version);
    if (cost !== null && cost > 0) distances.push({ version, cost, distance: Math.abs(Math.log(cost / recorded)) });
  }
  const chosen: typeof distances = [];
  for (const near of distances.toSorted((a, b) => a.distance - b.distance)) {
    const ofProvider = chosen.filter(({ version }) => version.provider === near.version.provider);
    // Names of the same price say nothing new.
    if (ofProvider.length >= MAX_OF_PROVIDER || ofProvider.some(({ cost }) => cost === near.cost)) continue;
    chosen.push(near);
    if (chosen.length === MAX_MODELS) break;
  }
  return chosen.map(({ version }) => ({ provider: version.provider, model: version.model }));
}

/** Calls of the operation that costs most. */
function sampleOf(events: readonly StoredEvent[]): StoredEvent[] {
  const priced = events.filter(({ costNanoUsd, cacheHit }) => costNanoUsd !== null && costNanoUsd > 0 && !cacheHit);
  const [dearest] = [...Map.groupBy(priced, ({ operation }) => operation).values()].toSorted(
    (a, b) => costOf(b) - costOf(a),
  );
  return dearest?.slice(0, RATED) ?? [];
}

/** Of calls with a price. */
function costOf(events: readonly StoredEvent[]): number {
  return events.reduce((sum, { costNanoUsd }) => sum + costNanoUsd!, 0);
}

/** One provider after the other: the prices of all that it sells are worked out when they are first asked for. */
async function modelsOfKind(ledger: Ledger, sample: readonly StoredEvent[]): Promise<PriceVersion[]> {
  const nowMs = ledger.now();
  const used = new Set(
    sample.flatMap(({ provider, model }) => {
      const match = ledger.prices.match(provider, model, nowMs);
      return match.found ? [nameOf(match.version)] : [];
    }),
  );
  const operation = sample[0]?.operation ?? "chat";
  const seen = new Set<string>(used);
  const models: PriceVersion[] = [];
  for (const provider of ledger.prices.ownProviders()) {
    await otherWork();
    const { prices } = ledger.prices.list({ provider, atMs: nowMs, limit: Infinity });
    if (prices.every(({ layer }) => layer === "bundled" || layer === "refreshed")) continue;
    for (const version of prices) {
      const name = nameOf(version);
      if (seen.has(name)) continue;
      seen.add(name);
      if (isOfKind(version, operation)) models.push(version);
    }
  }
  return models;
}

/** What rates alone do not tell: that something which speaks or draws is no substitute for something which writes. */
function isOfKind({ model, rates }: PriceVersion, operation: string): boolean {
  if (/embed/.test(operation)) return /embed|voyage/i.test(model);
  if (/rerank/.test(operation)) return /rerank/i.test(model);
  if (/image|video|audio|speech|transcri|tts/.test(operation)) return true;
  return rates.output !== undefined && rates.outputAudio === undefined && rates.outputImage === undefined;
}

/** null: it cannot do, or bill, everything that the sample does. */
function costThere(ledger: Ledger, sample: readonly StoredEvent[], version: PriceVersion): number | null {
  let sum = 0;
  for (const event of sample) {
    const { costNanoUsd } = rateElsewhere(ledger.prices, event, version, ledger.now());
    if (costNanoUsd === null) return null;
    sum += costNanoUsd;
  }
  return sum;
}

function nameOf({ provider, model }: PriceVersion): string {
  return `${provider}/${model}`;
}
