import {
  compilePrice,
  explainCall,
  ProviderFailed,
  rateCall,
  type CompiledPrice,
  type CostLine,
  type KnownPrice,
  type Meter,
  type PriceMatch,
  type PriceVersion,
  type Rating,
  Turns,
} from "@outlay/core";
import { REMOTE_DATA_JSON_URL, waitForUpdate } from "@pydantic/genai-prices";
import type { Storage } from "../storage/storage.ts";
import { convertProviders, fallbackProviders } from "./bundled.ts";
import { canonicalProvider } from "./canonical-provider.ts";
import { catalogueLayer, openCatalogue } from "./catalogue.ts";
import { buildPriceIndex, type PriceIndex } from "./match.ts";
import { isSameModel, overrideLayer, readOverrides, writeOverrides, type PriceOverride } from "./overrides.ts";
import type { ModelPrices } from "./price-layer.ts";
import type { RateableCall } from "./rateable-call.ts";
import {
  fetchPriceList,
  readRefreshed,
  refreshedLayer,
  takeOver,
  writeRefreshed,
  type RefreshedState,
  type RefreshReport,
} from "./refreshed.ts";
import { repairUnpriced } from "./reprice.ts";

export type { RateableCall };

export interface PriceConfig {
  /** Overrides of the configuration file. Those set through the API go before them. */
  overrides?: PriceOverride[];
  /** The user's own names of models, such as Azure deployments. */
  names?: { provider: string; name: string; model: string }[];
  /** Looked at with each refresh. */
  refresh?: {
    /** Off: nothing is ever fetched. Default: on. */
    readonly enabled?: boolean;
    /** Where the public list is; for a mirror, or a test. */
    readonly url?: string | undefined;
  };
}

/** How fresh the public list is, for people to see. */
interface RefreshState {
  enabled: boolean;
  checkedAtMs: number | null;
  failedAtMs: number | null;
  failure: string | null;
  /** The list has not been read for longer than it should: prices of new models may be missing. */
  stale: boolean;
  held: RefreshedState["held"];
}

/** All prices, and the only place that knows them. */
export interface PriceBook {
  /** Which price would this model get at this instant? */
  match(provider: string, model: string, atMs: number): PriceMatch;
  /**
   * What a call costs. Unknown models are unpriced, never an error. InvalidInput `cost_too_large` when the counts
   * come to more than 1,000,000 USD.
   */
  rate(call: RateableCall): Rating;
  /** With lines and the price, for `outlay rate` and a call's detail; `missing`: counted meters without a rate. */
  explain(call: RateableCall): { rating: Rating; match: PriceMatch; lines: CostLine[]; missing: Meter[] };
  /** Every model's price at an instant (default: now), overrides first, then by provider and model. */
  list(options: { search?: string; provider?: string; atMs?: number; limit?: number; offset?: number }): {
    total: number;
    prices: PriceVersion[];
  };
  /** Whose prices our own catalogue or an override tells, by name: the few that everything else is compared with. */
  ownProviders(): string[];
  /** The prices of one id over time, in order. */
  history(provider: string, model: string): PriceVersion[];
  /** A price that has been matched since the start, by its id. */
  version(id: string): PriceVersion | null;
  /** Replaces the user's own names of models, and rates what was unpriced for want of one. */
  setNames(names: NonNullable<PriceConfig["names"]>): Promise<void>;
  /** Those of the data folder first, then those of the configuration file. */
  overrides(): PriceOverride[];
  /** Sets a price, or replaces the one with the same model and start, and rates what was unpriced for want of it. */
  setOverride(override: PriceOverride, actor?: string): Promise<void>;
  removeOverride(provider: string, model: string, startMs: number | null, actor?: string): Promise<void>;
  /**
   * Fetches the public list, takes over what passes the gate, and rates what was unpriced. `confirm` lets held
   * changes through, by id or "all". ProviderFailed when the list cannot be had; all prices stay as they were.
   */
  refresh(confirm?: readonly string[], actor?: string): Promise<RefreshReport>;
  refreshState(): RefreshState;
}

const DAY_MS = 86_400_000;
const STALE_AFTER_MS = 3 * DAY_MS;
/** Spellings kept compiled. Beyond that the oldest are forgotten: names of models come from outside. */
const MAX_KEPT = 20_000;

interface KeptTimeline {
  slices: { startMs: number; match: PriceMatch; known: KnownPrice }[];
  geo: string | undefined;
}

/** Opens the prices over a data folder, or without one (`storage: null`) as they are in this version of Outlay. */
export async function openPriceBook(options: {
  storage: Storage | null;
  config: PriceConfig;
  now: () => number;
}): Promise<PriceBook> {
  const { storage, config, now } = options;
  const providers = (await waitForUpdate()) ?? [];
  const bundled = convertProviders(providers);
  const files = openCatalogue();
  const catalogue = catalogueLayer(files);
  const rules = new Map(files.map((file) => [canonicalProvider(file.provider), file.rules]));
  const fallbacks = fallbackProviders(providers);
  let names = readNames(config.names ?? []);
  const configured = config.overrides ?? [];

  let stored = storage === null ? [] : await readOverrides(storage);
  let refreshed: RefreshedState | null = storage === null ? null : await readRefreshed(storage);
  let index: PriceIndex;
  const kept = new Map<string, Map<string, KeptTimeline>>();
  let keptCount = 0;
  const versions = new Map<string, PriceVersion>();
  const compiled = new Map<string, CompiledPrice>();

  const publicLayers = (): ModelPrices[] => [...(refreshed === null ? [] : refreshedLayer(refreshed)), ...bundled];
  const rebuild = () => {
    const models = [...overrideLayer(allOverrides()), ...catalogue, ...publicLayers()];
    index = buildPriceIndex({ models, rules, fallbacks, names });
    kept.clear();
    keptCount = 0;
  };
  const allOverrides = () =>
    [
      ...stored,
      ...configured.filter((it) => !stored.some((other) => isSameModel(it, other) && it.startMs === other.startMs)),
    ].map((it) => ({ ...it, adjustments: it.adjustments ?? [] }));
  rebuild();

  const compile = (version: PriceVersion): CompiledPrice => {
    let price = compiled.get(version.id);
    if (price === undefined) {
      price = compilePrice(version);
      if (compiled.size >= MAX_KEPT) compiled.clear();
      compiled.set(version.id, price);
    }
    return price;
  };

  const resolve = (provider: string, model: string): KeptTimeline => {
    const { slices, geo } = index.timeline(provider, model);
    const timeline = {
      geo,
      slices: slices.map(({ startMs, match }) => ({ startMs, match, known: toKnownPrice(match, compile) })),
    };
    for (const { match } of slices) if (match.found) versions.set(match.version.id, match.version);
    if (keptCount >= MAX_KEPT) {
      kept.clear();
      keptCount = 0;
    }
    let models = kept.get(provider);
    if (models === undefined) kept.set(provider, (models = new Map()));
    models.set(model, timeline);
    keptCount += 1;
    return timeline;
  };
  const timelineOf = (provider: string, model: string) => kept.get(provider)?.get(model) ?? resolve(provider, model);
  const find = (call: RateableCall) => {
    const timeline = timelineOf(call.provider, call.model);
    const slice = sliceAt(timeline.slices, call.occurredAtMs);
    const named = timeline.geo !== undefined && call.geo == null ? { ...call, geo: timeline.geo } : call;
    return { slice, call: named };
  };

  const audit = async (action: string, actor: string, detail: unknown) =>
    storage?.appendAudit({ atMs: now(), actor, action, detail });
  // Each change starts from what the one before has kept.
  const changes = new Turns();
  const replaceOverrides = async (next: PriceOverride[]) => {
    await writeOverrides(writable(), next);
    stored = next;
    rebuild();
  };
  const repair = async () => {
    if (storage !== null) await repairUnpriced({ storage, prices: book, now });
  };
  const writable = (): Storage => {
    if (storage === null) throw new Error("prices were opened without a data folder");
    return storage;
  };

  const book: PriceBook = {
    match: (provider, model, atMs) => sliceAt(timelineOf(provider, model).slices, atMs).match,
    rate(asked) {
      const { slice, call } = find(asked);
      return rateCall(slice.known, call);
    },
    explain(asked) {
      const { slice, call } = find(asked);
      return { ...explainCall(slice.known, call), match: slice.match };
    },
    list({ search = "", provider, atMs = now(), limit = 100, offset = 0 }) {
      const wanted = search.toLowerCase();
      const payer = provider === undefined ? undefined : canonicalProvider(provider);
      const prices = index
        .models()
        .filter((it) => payer === undefined || it.provider === payer)
        .filter((it) => `${it.provider}/${it.model}`.toLowerCase().includes(wanted))
        .flatMap((it) => {
          const { match } = sliceAt(index.timeline(it.provider, it.model).slices, atMs);
          return match.found ? [match.version] : [];
        })
        .toSorted(byListOrder);
      for (const price of prices) versions.set(price.id, price);
      return { total: prices.length, prices: prices.slice(offset, offset + limit) };
    },
    ownProviders: () =>
      [...new Set([...overrideLayer(allOverrides()), ...catalogue].map(({ provider }) => provider))].toSorted(),
    history: (provider, model) => toHistory(timelineOf(provider, model).slices),
    version: (id) => versions.get(id) ?? null,
    setNames: (wanted) =>
      changes.take(async () => {
        names = readNames(wanted);
        rebuild();
        await repair();
      }),
    overrides: allOverrides,
    setOverride: (override, actor = "settings") =>
      changes.take(async () => {
        const isReplaced = (it: PriceOverride) => isSameModel(it, override) && it.startMs === override.startMs;
        const before = stored.find(isReplaced) ?? null;
        await replaceOverrides([...stored.filter((it) => !isReplaced(it)), override]);
        await audit("price_override_set", actor, { before, after: override });
        await repair();
      }),
    removeOverride: (provider, model, startMs, actor = "settings") =>
      changes.take(async () => {
        const isRemoved = (it: PriceOverride) => isSameModel(it, { provider, model }) && it.startMs === startMs;
        const before = stored.find(isRemoved) ?? null;
        await replaceOverrides(stored.filter((it) => !isRemoved(it)));
        await audit("price_override_removed", actor, { provider, model, startMs, before });
      }),
    refresh: (confirm = [], actor = "outlay") =>
      changes.take(async () => {
        const state = refreshed ?? (await readRefreshed(writable()));
        try {
          const fetched = await fetchPriceList(config.refresh?.url ?? REMOTE_DATA_JSON_URL);
          const layers = publicLayers();
          const known = (provider: string, model: string) =>
            layers.filter((it) => it.provider === provider && it.model === model);
          const taken = takeOver(state, fetched, { nowMs: now(), confirm, known });
          await writeRefreshed(writable(), taken.state);
          refreshed = taken.state;
          rebuild();
          const { added } = taken.report;
          if (added.length > 0) await audit("prices_refreshed", actor, { added: added.length, confirmed: confirm });
          if (added.length > 0) await repair();
          return taken.report;
        } catch (error) {
          if (!(error instanceof ProviderFailed)) throw error;
          refreshed = { ...state, failedAtMs: now(), failure: error.message };
          await writeRefreshed(writable(), refreshed);
          throw error;
        }
      }),
    refreshState() {
      const { checkedAtMs = null, failedAtMs = null, failure = null, held = [] } = refreshed ?? {};
      const enabled = config.refresh?.enabled !== false;
      const stale = enabled && failedAtMs !== null && now() - (checkedAtMs ?? 0) > STALE_AFTER_MS;
      return { enabled, checkedAtMs, failedAtMs, failure, stale, held };
    },
  };
  return book;
}

function readNames(names: NonNullable<PriceConfig["names"]>): Map<string, Map<string, string>> {
  const byProvider = new Map<string, Map<string, string>>();
  for (const { provider, name, model } of names) {
    const payer = canonicalProvider(provider);
    const models = byProvider.get(payer) ?? new Map<string, string>();
    byProvider.set(payer, models.set(name.trim().toLowerCase(), model));
  }
  return byProvider;
}

function toKnownPrice(match: PriceMatch, compile: (version: PriceVersion) => CompiledPrice): KnownPrice {
  if (!match.found) return { price: null, reason: match.reason };
  return { price: compile(match.version), approximate: match.how === "approximate", note: match.note };
}

/** The slice in force: the last that has started. The first starts at -Infinity. */
function sliceAt<S extends { startMs: number }>(slices: S[], atMs: number): S {
  let i = slices.length - 1;
  while (i > 0 && slices[i]!.startMs > atMs) i -= 1;
  return slices[i]!;
}

/** Each price with the time in which it counts for this id, which may be shorter than its own. */
function toHistory(slices: KeptTimeline["slices"]): PriceVersion[] {
  return slices.flatMap(({ startMs, match }, i) => {
    const endMs = slices[i + 1]?.startMs ?? null;
    return match.found ? [{ ...match.version, startMs: startMs === -Infinity ? null : startMs, endMs }] : [];
  });
}

function byListOrder(a: PriceVersion, b: PriceVersion): number {
  const override = Number(b.layer === "override") - Number(a.layer === "override");
  return override || a.provider.localeCompare(b.provider) || a.model.localeCompare(b.model);
}
