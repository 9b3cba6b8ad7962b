import { ProviderFailed, type Adjustment, type Meter, type Rates } from "@outlay/core";
import { REMOTE_DATA_JSON_URL, type Provider } from "@pydantic/genai-prices";
import { z } from "zod";
import type { Storage } from "../storage/storage.ts";
import { convertProviders } from "./bundled.ts";
import type { ModelPrices, PriceFacts } from "./price-layer.ts";

/** A public price that differs from what was known, kept with the start from which it counts. */
interface RefreshedPrice {
  provider: string;
  model: string;
  aliases: string[];
  startMs: number | null;
  rates: Rates;
  adjustments: Adjustment[];
}

/** A change that waits for a person: too large to be believed unseen. */
interface HeldPrice extends RefreshedPrice {
  id: string;
  /** In words: `input 2.5 → 0.25`. */
  change: string;
}

/** What is kept of the public price list besides the bundled copy. Prices are appended, never replaced. */
export interface RefreshedState {
  /** When the list was last fetched and read. */
  checkedAtMs: number | null;
  /** When the last attempt failed, and why; null when it did not. */
  failedAtMs: number | null;
  failure: string | null;
  prices: RefreshedPrice[];
  held: HeldPrice[];
  /** Held changes that a person let through or that came again after that are not held twice. */
  confirmed: string[];
}

export interface RefreshReport {
  checkedAtMs: number;
  /** Prices taken over. */
  added: { provider: string; model: string; startMs: number | null }[];
  /** Changes that wait for a confirmation. */
  held: HeldPrice[];
}

const DOCUMENT = "prices.refreshed";
const NOTHING: RefreshedState = {
  checkedAtMs: null,
  failedAtMs: null,
  failure: null,
  prices: [],
  held: [],
  confirmed: [],
};

export async function readRefreshed(storage: Storage): Promise<RefreshedState> {
  return { ...NOTHING, ...((await storage.getDocument(DOCUMENT)) as RefreshedState | null | undefined) };
}

export async function writeRefreshed(storage: Storage, state: RefreshedState): Promise<void> {
  await storage.putDocument(DOCUMENT, state);
}

/** Refreshed prices in the form of all layers. */
export function refreshedLayer(state: RefreshedState): ModelPrices[] {
  const models = new Map<string, ModelPrices>();
  for (const { provider, model, aliases, startMs, rates, adjustments } of state.prices) {
    const key = `${provider}/${model}`;
    const entry = models.get(key) ?? { layer: "refreshed", provider, model, aliases: [], versions: [] };
    entry.aliases = aliases.map((id) => ({ id, startMs: null, endMs: null }));
    entry.versions.push({ startMs, endMs: null, rates, adjustments, source: REMOTE_DATA_JSON_URL });
    models.set(key, entry);
  }
  for (const entry of models.values()) {
    entry.versions.sort((a, b) => (a.startMs ?? -Infinity) - (b.startMs ?? -Infinity));
  }
  return [...models.values()];
}

const rate = z.number().min(0).max(1_000_000);
const tiered = z.object({
  base: rate,
  tiers: z.array(z.object({ start: z.number().int().min(0), price: rate })),
});
const modelPrices = z.record(z.string(), z.union([rate, tiered]));
const constraint = z.union([
  z.object({ start_date: z.iso.date(), type: z.literal("start_date").default("start_date") }),
  z.object({
    start_time: z.string().regex(/^\d\d:\d\d:\d\d/),
    end_time: z.string().regex(/^\d\d:\d\d:\d\d/),
    type: z.literal("time_of_date").default("time_of_date"),
  }),
]);
const matchLogic: z.ZodType = z.lazy(() =>
  z.union([
    z.object({ or: z.array(matchLogic) }),
    z.object({ and: z.array(matchLogic) }),
    z.object({ equals: z.string() }),
    z.object({ starts_with: z.string() }),
    z.object({ ends_with: z.string() }),
    z.object({ contains: z.string() }),
    z.object({ regex: z.string() }),
  ]),
);
const providersSchema = z
  .array(
    z.object({
      id: z.string().min(1),
      models: z.array(
        z.object({
          id: z.string().min(1),
          match: matchLogic,
          prices: z.union([
            z.array(z.object({ constraint: constraint.optional(), prices: modelPrices })).min(1),
            modelPrices,
          ]),
        }),
      ),
    }),
  )
  .min(10);

const TIMEOUT_MS = 30_000;

/**
 * Fetches the public price list. ProviderFailed `price_list_unreachable` or `price_list_unreadable`: then what is
 * known stays in force.
 */
export async function fetchPriceList(url: string): Promise<ModelPrices[]> {
  let body: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    body = await response.json();
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new ProviderFailed("price_list_unreachable", `The public price list could not be fetched: ${reason}`, {
      retryable: true,
      cause,
    });
  }
  const result = providersSchema.safeParse(body);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new ProviderFailed(
      "price_list_unreadable",
      `The public price list is not in the known form: ${issue.path.join(".")}: ${issue.message}`,
      { retryable: true },
    );
  }
  return convertProviders(result.data as Provider[], "refreshed");
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message || error.cause.name}` : error.message;
}

/**
 * Takes over what is new in a fetched list. `known` answers what counted so far for a model of the public lists.
 *
 * A price that carries a start date counts from that date; one that just reads differently counts from now on,
 * so that the past stays as it was. A model that was never known counts since ever. Changes of more than 3x, or
 * to 0, are held back until `confirm` names them ("all" for every one).
 */
export function takeOver(
  state: RefreshedState,
  fetched: ModelPrices[],
  options: {
    nowMs: number;
    confirm: readonly string[];
    known: (provider: string, model: string) => ModelPrices[];
  },
): { state: RefreshedState; report: RefreshReport } {
  const { nowMs, confirm, known } = options;
  const added: RefreshedPrice[] = [];
  const held: HeldPrice[] = [];
  const confirmed = new Set(state.confirmed);
  for (const prices of fetched) {
    const before = known(prices.provider, prices.model);
    for (const facts of newVersions(prices, before, nowMs)) {
      const aliases = prices.aliases.map((alias) => alias.id);
      const { startMs, rates, adjustments } = facts;
      const price = { provider: prices.provider, model: prices.model, aliases, startMs, rates, adjustments };
      const id = `${prices.provider}/${prices.model}#${JSON.stringify(rates)}`;
      const change = suspiciousChange(priceAt(before, startMs ?? nowMs), facts);
      const isConfirmed = confirmed.has(id) || confirm.includes(id) || confirm.includes("all");
      if (change !== null && !isConfirmed) {
        held.push({ ...price, id, change });
        continue;
      }
      if (change !== null) confirmed.add(id);
      added.push(price);
    }
  }
  return {
    state: {
      checkedAtMs: nowMs,
      failedAtMs: null,
      failure: null,
      prices: [...state.prices, ...added],
      held,
      confirmed: [...confirmed],
    },
    report: {
      checkedAtMs: nowMs,
      added: added.map(({ provider, model, startMs }) => ({ provider, model, startMs })),
      held,
    },
  };
}

/** Versions that were not known, with the start from which they may count. */
function newVersions(prices: ModelPrices, before: ModelPrices[], nowMs: number): PriceFacts[] {
  if (before.length === 0) return prices.versions;
  const isKnown = (facts: PriceFacts) =>
    before.some((it) => it.versions.some((other) => isSamePrice(other, facts) && other.startMs === facts.startMs));
  const dated = prices.versions.filter((facts) => facts.startMs !== null && !isKnown(facts));
  const current = priceAt([prices], nowMs);
  const expected = priceAt([{ ...prices, versions: dated }], nowMs) ?? priceAt(before, nowMs);
  if (current === null || (expected !== null && isSamePrice(current, expected))) return dated;
  return [...dated, { ...current, startMs: nowMs }];
}

/** The price in force in the first of these layers that has one. */
function priceAt(layers: ModelPrices[], atMs: number): PriceFacts | null {
  for (const { versions } of layers) {
    const found = versions.findLast((facts) => (facts.startMs ?? -Infinity) <= atMs);
    if (found !== undefined) return found;
  }
  return null;
}

function isSamePrice(a: PriceFacts, b: PriceFacts): boolean {
  return JSON.stringify([sorted(a.rates), a.adjustments]) === JSON.stringify([sorted(b.rates), b.adjustments]);
}

function sorted(rates: Rates): [string, string][] {
  return Object.entries(rates).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const LARGEST_FACTOR = 3;

/** In words when a rate moves by more than three times either way, or to 0; null when the change is believable. */
function suspiciousChange(before: PriceFacts | null, after: PriceFacts): string | null {
  if (before === null) return null;
  const changes = (Object.keys(before.rates) as Meter[]).flatMap((meter) => {
    const [old, now] = [Number(before.rates[meter]), Number(after.rates[meter] ?? Number.NaN)];
    if (Number.isNaN(now) || old === now) return [];
    const isSmall = old > 0 && now > 0 && now / old <= LARGEST_FACTOR && old / now <= LARGEST_FACTOR;
    return isSmall ? [] : [`${meter} ${before.rates[meter]} → ${after.rates[meter]}`];
  });
  return changes.length === 0 ? null : changes.join(", ");
}
