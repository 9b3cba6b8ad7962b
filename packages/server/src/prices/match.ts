import type { PriceMatch, PriceVersion } from "@outlay/core";
import { canonicalProvider } from "./canonical-provider.ts";
import type { CatalogueRule } from "./catalogue.ts";
import { familyName, readModelId, snapshotName } from "./model-id.ts";
import { LAYERS, toPriceVersion, type ModelPrices, type PriceFacts } from "./price-layer.ts";
import { rulesBeside, rulesFor } from "./provider-rules.ts";

/** What a price list is made of. */
export interface PriceSources {
  /** Of all layers. */
  models: ModelPrices[];
  /** By provider: what changes the prices of many models, whichever layer they come from. */
  rules: Map<string, CatalogueRule[]>;
  /** By provider: others whose list prices it charges for their models. */
  fallbacks: Map<string, string[]>;
  /** The user's own names, such as Azure deployments: by provider, the name in lower case → the model. */
  names: Map<string, Map<string, string>>;
}

/** The prices of one id over time: ascending, the first from -Infinity, without holes. */
interface PriceTimeline {
  slices: { startMs: number; match: PriceMatch }[];
  /** The region or data zone that the id itself names. */
  geo: string | undefined;
}

/** Finds the prices of any spelling of any model. Built once for a set of sources. */
export interface PriceIndex {
  timeline(provider: string, model: string): PriceTimeline;
  /** Every model with a price, by canonical provider and id. */
  models(): { provider: string; model: string }[];
}

type Found = "exact" | "alias" | "approximate";

/** One price list's word on an id: these versions, in this time. Earlier candidates win. */
interface Candidate {
  prices: ModelPrices;
  startMs: number | null;
  endMs: number | null;
  how: Found;
  note?: string | undefined;
}

interface Sheet {
  /** By id in lower case: that model in each layer. */
  models: Map<string, ModelPrices[]>;
  /** By other id in lower case, best layer first. */
  aliases: Map<
    string,
    { target: string; rank: number; startMs: number | null; endMs: number | null; note?: string | undefined }[]
  >;
  bySnapshot: Map<string, string[]>;
  byFamily: Map<string, string[]>;
}

/** The sheet of a provider. */
type Sheets = (provider: string) => Sheet | undefined;

const RANKS = new Map<PriceVersion["layer"], number>(LAYERS.map((layer, i) => [layer, i]));

export function buildPriceIndex(sources: PriceSources): PriceIndex {
  const byProvider = Map.groupBy(sources.models, ({ provider }) => provider);
  const sheets = lazySheets(byProvider);
  return {
    timeline(provider, model) {
      const { payer, name } = readProvider(provider, model);
      const given = sources.names.get(payer)?.get(name.trim().toLowerCase());
      const asked = readModelId(payer, given ?? name);
      const candidates = findCandidates(sheets, sources.fallbacks, payer, asked.id, asked.variant);
      const rules = sources.rules.get(payer) ?? [];
      return {
        slices: toSlices(candidates, rules, asked.id, `${provider} has no price for "${model}"`),
        geo: asked.geo,
      };
    },
    models: () =>
      [...byProvider.keys()].flatMap((provider) =>
        [...sheets(provider)!.models.values()].map((layers) => ({ provider, model: layers[0]!.model })),
      ),
  };
}

/** LiteLLM names the provider in the model: `litellm` with `anthropic/claude-…`, or `litellm_proxy/anthropic/claude-…`. */
function readProvider(provider: string, model: string): { payer: string; name: string } {
  const payer = canonicalProvider(provider);
  const slash = model.indexOf("/");
  if (payer !== "litellm" || slash < 1) return { payer, name: model };
  return readProvider(model.slice(0, slash), model.slice(slash + 1));
}

/** Built when first asked for: nobody uses more than a few of the providers. */
function lazySheets(byProvider: Map<string, ModelPrices[]>): Sheets {
  const built = new Map<string, Sheet>();
  return (provider) => {
    const models = byProvider.get(provider);
    if (models === undefined) return undefined;
    let sheet = built.get(provider);
    if (sheet === undefined) built.set(provider, (sheet = buildSheet(provider, models)));
    return sheet;
  };
}

function buildSheet(provider: string, models: ModelPrices[]): Sheet {
  const sheet: Sheet = { models: new Map(), aliases: new Map(), bySnapshot: new Map(), byFamily: new Map() };
  for (const prices of models) {
    const id = prices.model.toLowerCase();
    const rank = RANKS.get(prices.layer)!;
    push(sheet.models, id, prices);
    for (const alias of prices.aliases) {
      push(sheet.aliases, alias.id.toLowerCase(), { ...alias, target: id, rank });
    }
    for (const name of [id, ...prices.aliases.map((alias) => alias.id.toLowerCase())]) {
      pushOnce(sheet.bySnapshot, snapshotName(provider, name), id);
      pushOnce(sheet.byFamily, familyName(provider, name), id);
    }
  }
  for (const layers of sheet.models.values()) layers.sort((a, b) => RANKS.get(a.layer)! - RANKS.get(b.layer)!);
  for (const list of sheet.aliases.values()) list.sort((a, b) => a.rank - b.rank);
  return sheet;
}

function findCandidates(
  sheets: Sheets,
  fallbacks: Map<string, string[]>,
  provider: string,
  id: string,
  variant: string | undefined,
): Candidate[] {
  const sheet = sheets(provider);
  const own = sheet === undefined ? [] : findInSheet(sheet, provider, id, variant);
  if (own.length > 0) return own;
  for (const other of fallbacks.get(provider) ?? []) {
    const otherSheet = sheets(other);
    const found = otherSheet === undefined ? [] : findInSheet(otherSheet, other, id, undefined);
    if (found.length > 0) {
      return found.map((it) => ({
        ...it,
        how: it.how === "exact" ? "alias" : it.how,
        note: it.note ?? `${provider} charges the list price of ${other}`,
      }));
    }
  }
  return [];
}

/** Nearest spelling first. Looser readings stay in the list: they fill times for which the nearer have no price. */
function findInSheet(sheet: Sheet, provider: string, id: string, variant: string | undefined): Candidate[] {
  if (variant !== undefined) {
    const whole = exactly(sheet, `${id}:${variant}`);
    if (whole.length > 0) return whole;
    if (variant === "free") return [FREE_VARIANT];
    const note = `The variant :${variant} may be served at another price than ${id}`;
    return findInSheet(sheet, provider, id, undefined).map((it) => ({ ...it, how: "approximate", note }));
  }
  const found = [...exactly(sheet, id), ...sameSnapshot(sheet, provider, id), ...sameFamily(sheet, provider, id)];
  return found.length > 0
    ? found
    : [...withoutGlobal(sheet, provider, id), ...resembling(sheet, id)].slice(0, LAYERS.length);
}

/** Layer by layer: the id itself, then what that layer says it is another name of. */
function exactly(sheet: Sheet, id: string): Candidate[] {
  const own = sheet.models.get(id) ?? [];
  const aliases = sheet.aliases.get(id) ?? [];
  const candidates: Candidate[] = [];
  for (const [rank] of LAYERS.entries()) {
    for (const prices of own) if (RANKS.get(prices.layer) === rank) candidates.push(always(prices, "exact"));
    for (const { target, rank: aliasRank, startMs, endMs, note } of aliases) {
      if (aliasRank !== rank || target === id) continue;
      const how = note === undefined ? "alias" : "approximate";
      for (const prices of sheet.models.get(target)!) candidates.push({ prices, startMs, endMs, how, note });
    }
  }
  return candidates;
}

function sameSnapshot(sheet: Sheet, provider: string, id: string): Candidate[] {
  return layered(sheet, sheet.bySnapshot.get(snapshotName(provider, id)) ?? [], "alias");
}

/**
 * Without the date. Where several snapshots of the family have entries of their own and none is undated, the
 * latest stands for the family, which is no more than likely.
 */
function sameFamily(sheet: Sheet, provider: string, id: string): Candidate[] {
  const family = familyName(provider, id);
  const undated = sheet.bySnapshot.get(family);
  if (undated !== undefined) return layered(sheet, undated, "alias");
  const members = sheet.byFamily.get(family) ?? [];
  const snapshots = [...new Set(members.map((member) => snapshotName(provider, member)))].toSorted();
  const latest = members.filter((member) => snapshotName(provider, member) === snapshots.at(-1));
  if (snapshots.length < 2) return layered(sheet, latest, "alias");
  const note = `Several snapshots of ${family} have prices of their own; taken as ${latest[0]}`;
  return layered(sheet, latest, "approximate", note);
}

/** Bedrock's global profile where only the regional price is known. */
function withoutGlobal(sheet: Sheet, provider: string, id: string): Candidate[] {
  if (provider !== "aws" || !id.startsWith("global.")) return [];
  const regional = id.slice("global.".length);
  const note = "No price of the global profile is known; priced as in a region";
  return [...exactly(sheet, regional), ...sameSnapshot(sheet, provider, regional)].map((it) => ({
    ...it,
    how: "approximate",
    note,
  }));
}

/** The first model whose loose pattern takes the id, in the order of the list that the pattern comes from. */
function resembling(sheet: Sheet, id: string): Candidate[] {
  for (const [target, layers] of sheet.models) {
    if (!layers.some((prices) => prices.resembles?.(id) === true)) continue;
    return layered(sheet, [target], "approximate", `Looks like ${layers[0]!.model}`);
  }
  return [];
}

function layered(sheet: Sheet, ids: string[], how: Found, note?: string): Candidate[] {
  const all = ids.flatMap((id) => sheet.models.get(id)!.map((prices) => ({ ...always(prices, how), note })));
  return all.toSorted((a, b) => RANKS.get(a.prices.layer)! - RANKS.get(b.prices.layer)!);
}

function always(prices: ModelPrices, how: Found): Candidate {
  return { prices, startMs: null, endMs: null, how };
}

/** OpenRouter's `:free` variants cost nothing, whichever model. */
const FREE_VARIANT: Candidate = always(
  {
    layer: "catalogue",
    provider: "openrouter",
    model: "*:free",
    aliases: [],
    versions: [
      {
        startMs: null,
        endMs: null,
        rates: { input: "0", output: "0", inputAudio: "0", outputAudio: "0", images: "0", requests: "0" },
        adjustments: [],
        source: "https://openrouter.ai/docs/guides/routing/model-variants/free",
        checkedOn: "2026-11-22",
      },
    ],
  },
  "exact",
);

/** A candidate's version with the time in which it holds: clipped by the alias, ended by the next version. */
interface Span {
  candidate: Candidate;
  facts: PriceFacts;
  fromMs: number;
  untilMs: number;
}

function toSlices(
  candidates: Candidate[],
  rules: CatalogueRule[],
  askedId: string,
  reason: string,
): PriceTimeline["slices"] {
  const spans = candidates.flatMap(toSpans);
  const starts = new Set([-Infinity]);
  for (const span of spans) starts.add(span.fromMs).add(span.untilMs);
  for (const rule of rules) starts.add(rule.from ?? -Infinity).add(rule.to ?? Infinity);
  const slices: PriceTimeline["slices"] = [];
  for (const startMs of [...starts].filter((it) => it < Infinity).toSorted((a, b) => a - b)) {
    const span = spans.find((it) => it.fromMs <= startMs && startMs < it.untilMs);
    const match: PriceMatch =
      span === undefined
        ? { found: false, reason: spans.length === 0 ? reason : `${reason} at that time` }
        : toMatch(span, rules, askedId, startMs);
    const last = slices.at(-1);
    if (last === undefined || !isSame(last.match, match)) slices.push({ startMs, match });
  }
  return slices;
}

function toSpans(candidate: Candidate): Span[] {
  const { versions } = candidate.prices;
  return versions.map((facts, i) => ({
    candidate,
    facts,
    fromMs: Math.max(facts.startMs ?? -Infinity, candidate.startMs ?? -Infinity),
    untilMs: Math.min(facts.endMs ?? Infinity, versions[i + 1]?.startMs ?? Infinity, candidate.endMs ?? Infinity),
  }));
}

/** The provider's rules become part of the price: what an event was rated with must explain it for ever. */
function toMatch(span: Span, rules: CatalogueRule[], askedId: string, atMs: number): PriceMatch {
  const { prices, how, note } = span.candidate;
  const fitting = rulesFor(rules, [askedId, prices.model.toLowerCase()], atMs);
  const applied = prices.layer === "override" ? rulesBeside(span.facts, fitting) : fitting;
  const version = toPriceVersion(prices, { ...span.facts, adjustments: [...span.facts.adjustments, ...applied] });
  return { found: true, version, how, ...(note === undefined ? {} : { note }) };
}

function isSame(a: PriceMatch, b: PriceMatch): boolean {
  if (a.found && b.found) return a.version.id === b.version.id && a.how === b.how && a.note === b.note;
  return !a.found && !b.found && a.reason === b.reason;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function pushOnce<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}
