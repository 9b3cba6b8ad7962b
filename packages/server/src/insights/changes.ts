import { InvalidInput, previousPeriod, resolvePeriod, usdNumber, type Dimension, type Period } from "@outlay/core";
import type { QueryParams, RangeAnswer, ResolvedQuery } from "../ledger/answers.ts";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import { findPeriod, parsePeriod, periodAnswer, rangeAnswer } from "../ledger/asked-period.ts";
import { parseDimension, parseFilters } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters, type Parameters } from "../ledger/parameters.ts";
import { parseCompare } from "../ledger/question.ts";
import { emptySums, restOf, totalOf } from "../ledger/sums.ts";
import type { Filter, SumRow, Sums } from "../storage/storage.ts";
import { splitDifference, type ChangeParts, type ModelChange } from "./changes-parts.ts";
import { priceDifference, stretchesOf, type Stretch } from "./changes-price.ts";

/** Dollars, exact to nine decimals. They add up to the difference. */
export interface PartsAnswer {
  calls: number;
  length: number;
  model: number;
  price: number;
}

export interface ChangeAnswer {
  /** Dollars; null: there are calls, and none of them has a price. */
  before: number | null;
  now: number | null;
  /** Of what is known of both. */
  difference: number;
  callsBefore: number;
  callsNow: number;
  /** Of these, the calls that are in no cost here. */
  unpricedBefore: number;
  unpricedNow: number;
  parts: PartsAnswer;
}

export interface ChangesAnswer extends ChangeAnswer {
  query: Pick<ResolvedQuery, "filters" | "period"> & { by: string; compare: RangeAnswer; limit: number };
  by: string;
  /** Largest difference first, whichever way; null: unattributed. The last one may be everything else. */
  rows: (ChangeAnswer & { key: string | null; other?: true })[];
  meta: {
    /** Groups before the limit cut them. */
    groups: number;
    /** Used in both periods, and one of their prices is not known: a change of it would be in `length`. */
    priceNotKnown: { provider: string; model: string }[];
    scannedEvents: number;
  };
}

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 20;

/**
 * What changed between two periods, group by group and why. `before`, `now` and `difference` of the rows add up to those of the
 * whole. The parts explain each row within itself, and the whole within itself: that one model gives calls to another is fewer
 * and more `calls` in the rows of these models, and `model` in the whole.
 */
export async function changes(ledger: Ledger, params: QueryParams): Promise<ChangesAnswer> {
  const parameters = readParameters(params, CHANGES_PARAMETERS);
  const question = await readQuestion(ledger, parameters);
  const comparison = new ChangeReading(ledger, question);
  const { whole, groups, groupCount } = await comparison.read();
  const ranked = groups.map((group) => ({ ...comparison.answer(group.models), key: group.key }));
  const rows: ChangesAnswer["rows"] = ranked.toSorted(byDifference);
  const rest = restOfModels(whole, groups);
  if (rest.length > 0) rows.push({ ...comparison.answer(rest), key: "other", other: true });
  const { by, filterTexts, limit, period, before } = question;
  return {
    query: { by, filters: filterTexts, period: periodAnswer(period), compare: rangeAnswer(before), limit },
    by,
    ...comparison.answer(whole),
    rows,
    meta: {
      groups: groupCount,
      priceNotKnown: comparison.priceNotKnown(whole),
      scannedEvents: comparison.scannedEvents,
    },
  };
}

const CHANGES_PARAMETERS = [
  "by",
  ...FILTER_PARAMETERS,
  ...PERIOD_PARAMETERS,
  "compare",
  "compareFrom",
  "compareTo",
  "limit",
] as const;

interface ChangesQuestion {
  by: Dimension;
  filters: Filter[];
  filterTexts: string[];
  period: Period;
  before: Stretch;
  limit: number;
}

async function readQuestion(ledger: Ledger, parameters: Parameters): Promise<ChangesQuestion> {
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone });
  const filterTexts = parameters.all("filter").filter((text) => text !== "");
  const words = {
    by: parseDimension(parameters.one("by") ?? "model", "by"),
    filters: parseFilters(filterTexts),
    filterTexts,
    limit: parameters.whole("limit", 1, MAX_LIMIT) ?? DEFAULT_LIMIT,
  };
  parseCompare(parameters);
  const free = readFreePeriod(ledger, parameters, asked.timeZone);
  const period = await findPeriod(ledger, asked);
  const before = free ?? previousPeriod(period, ledger.now());
  if (before === null) {
    throw new InvalidInput(
      "unknown_comparison",
      "period all has none before it; expected another period, or compareFrom and compareTo",
      { field: "period" },
    );
  }
  return { ...words, period, before: { startMs: before.startMs, endMs: Math.max(before.startMs, before.endMs) } };
}

function readFreePeriod(ledger: Ledger, parameters: Parameters, timeZone: string): Period | null {
  const from = parameters.one("compareFrom");
  const to = parameters.one("compareTo");
  if (from === undefined && to === undefined) return null;
  const missing = from === undefined ? "compareFrom" : to === undefined ? "compareTo" : null;
  if (missing !== null) {
    throw new InvalidInput("missing_parameter", `${missing} is missing; expected both ends of the period before`, {
      field: missing,
    });
  }
  if (parameters.one("compare") !== undefined) {
    throw new InvalidInput("period_ambiguous", "compare and compareFrom/compareTo were both given; expected one", {
      field: "compare",
    });
  }
  try {
    return resolvePeriod({ from, to }, { timeZone, nowMs: ledger.now() });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(error.code, error.message, { field: error.field === "to" ? "compareTo" : "compareFrom" });
  }
}

/** One model of one group, in both periods: sums for each stretch. */
interface ModelSums {
  provider: string;
  model: string;
  before: Sums[];
  now: Sums[];
}

interface GroupSums {
  key: string | null;
  models: ModelSums[];
}

type Side = "before" | "now";
const SIDES = ["before", "now"] as const;

/** Asks the store, first for groups and then for everything, so that what arrives in between is in the rest. */
class ChangeReading {
  scannedEvents = 0;
  readonly #ledger: Ledger;
  readonly #question: ChangesQuestion;
  #stretches: Record<Side, Stretch[]>;
  #priceDifferences = new Map<ModelSums, bigint | null>();

  constructor(ledger: Ledger, question: ChangesQuestion) {
    this.#ledger = ledger;
    this.#question = question;
    this.#stretches = { before: [question.before], now: [question.period] };
  }

  async read(): Promise<{ whole: ModelSums[]; groups: GroupSums[]; groupCount: number }> {
    const { by, limit, filters } = this.#question;
    await this.#findStretches();
    if (by === "model" || by === "provider") {
      const whole = modelsOf(await this.#rows(["provider", "model"], filters), this.#stretches);
      const groups = [...Map.groupBy(whole, (model) => model[by])].map(([key, models]) => ({ key, models }));
      return { whole, groups: largest(groups, limit), groupCount: groups.length };
    }
    const { keys, groupCount } = await this.#rankedKeys();
    const rows = keys.length === 0 ? null : await this.#rows([by, "provider", "model"], restrictTo(filters, by, keys));
    const whole = modelsOf(await this.#rows(["provider", "model"], filters), this.#stretches);
    const groups = keys.map((key) => ({ key, models: rows === null ? [] : modelsOf(rows, this.#stretches, key) }));
    return { whole, groups, groupCount };
  }

  answer(models: ModelSums[]): ChangeAnswer {
    const before = totalOf(models.flatMap((model) => model.before));
    const now = totalOf(models.flatMap((model) => model.now));
    return {
      before: knownUsd(before),
      now: knownUsd(now),
      difference: usdNumber(now.costNanoUsd - before.costNanoUsd),
      callsBefore: Number(before.calls),
      callsNow: Number(now.calls),
      unpricedBefore: Number(before.unpricedCalls),
      unpricedNow: Number(now.unpricedCalls),
      parts: partsAnswer(splitDifference(models.map((model) => this.#changeOf(model)))),
    };
  }

  priceNotKnown(models: ModelSums[]): { provider: string; model: string }[] {
    return models
      .filter((model) => isInBoth(model) && this.#priceDifference(model) === null)
      .map(({ provider, model }) => ({ provider, model }));
  }

  #changeOf(model: ModelSums): ModelChange {
    const priceNanoUsd = isInBoth(model) ? (this.#priceDifference(model) ?? 0n) : 0n;
    return { before: pricedCalls(model.before), now: pricedCalls(model.now), priceNanoUsd };
  }

  #priceDifference(model: ModelSums): bigint | null {
    const known = this.#priceDifferences.get(model);
    if (known !== undefined) return known;
    const { before, now } = this.#stretches;
    const difference = priceDifference(
      this.#ledger,
      model,
      { stretches: before, sums: model.before },
      { stretches: now, sums: model.now },
    );
    this.#priceDifferences.set(model, difference);
    return difference;
  }

  async #findStretches(): Promise<void> {
    const { filters, period, before } = this.#question;
    const rows = await this.#rows(["provider", "model"], filters);
    const models = modelsOf(rows, this.#stretches);
    this.#stretches = {
      before: stretchesOf(this.#ledger, before, models),
      now: stretchesOf(this.#ledger, period, models),
    };
  }

  /** The groups with the largest differences. */
  async #rankedKeys(): Promise<{ keys: (string | null)[]; groupCount: number }> {
    const { by, filters, limit } = this.#question;
    const rows = await this.#rows([by], filters, false);
    const differences = new Map<string | null, bigint>();
    for (const side of SIDES) {
      const sign = side === "now" ? 1n : -1n;
      for (const { key, sums } of rows[side]) {
        const group = key[0] ?? null;
        differences.set(group, (differences.get(group) ?? 0n) + sign * sums.costNanoUsd);
      }
    }
    const ranked = [...differences].toSorted(([a, left], [b, right]) => byAmount(left, right) || byKey(a, b));
    return { keys: ranked.slice(0, limit).map(([key]) => key), groupCount: ranked.length };
  }

  async #rows(by: Dimension[], filters: Filter[], split = true): Promise<Record<Side, SumRow[]>> {
    const ask = async (side: Side) => {
      const stretches = this.#stretches[side];
      const startMs = stretches[0]!.startMs;
      const endMs = stretches.at(-1)!.endMs;
      if (endMs <= startMs) return [];
      const bucketStartsMs = split && stretches.length > 1 ? stretches.map((it) => it.startMs) : null;
      const answer = await this.#ledger.storage.sum({
        startMs,
        endMs,
        by,
        filters,
        scanLimit: SCAN_LIMIT,
        ...(bucketStartsMs === null ? {} : { bucketStartsMs }),
      });
      this.scannedEvents += answer.scannedEvents;
      return answer.rows;
    };
    const [before, now] = await Promise.all([ask("before"), ask("now")]);
    return { before, now };
  }
}

/** The models of all rows, or of those of one group. The last two dimensions are provider and model. */
function modelsOf(
  rows: Record<Side, SumRow[]>,
  stretches: Record<Side, Stretch[]>,
  group?: string | null,
): ModelSums[] {
  const models = new Map<string, ModelSums>();
  for (const side of SIDES) {
    for (const { key, bucket, sums } of rows[side]) {
      if (group !== undefined && key[0] !== group) continue;
      const [provider, model] = key.slice(-2).map((part) => part ?? "") as [string, string];
      const name = JSON.stringify([provider, model]);
      let found = models.get(name);
      if (found === undefined) {
        const empty = { before: stretches.before.map(emptySums), now: stretches.now.map(emptySums) };
        models.set(name, (found = { provider, model, ...empty }));
      }
      found[side][bucket] = sums;
    }
  }
  return [...models.values()];
}

/** What of each model is in none of the groups. */
function restOfModels(whole: ModelSums[], groups: GroupSums[]): ModelSums[] {
  const parts = Map.groupBy(
    groups.flatMap((group) => group.models),
    ({ provider, model }) => JSON.stringify([provider, model]),
  );
  return whole.flatMap((model) => {
    const kept = parts.get(JSON.stringify([model.provider, model.model])) ?? [];
    const restIn = (side: Side) =>
      model[side].map((sums, index) =>
        restOf(
          sums,
          kept.map((part) => part[side][index]!),
        ),
      );
    const rest = { ...model, before: restIn("before"), now: restIn("now") };
    return [...rest.before, ...rest.now].some((sums) => sums.calls !== 0n) ? [rest] : [];
  });
}

function largest(groups: GroupSums[], limit: number): GroupSums[] {
  const differenceOf = ({ models }: GroupSums) =>
    totalOf(models.flatMap((model) => model.now)).costNanoUsd -
    totalOf(models.flatMap((model) => model.before)).costNanoUsd;
  return groups
    .map((group) => ({ group, difference: differenceOf(group) }))
    .toSorted((a, b) => byAmount(a.difference, b.difference) || byKey(a.group.key, b.group.key))
    .slice(0, limit)
    .map(({ group }) => group);
}

function restrictTo(filters: Filter[], dimension: Dimension, values: (string | null)[]): Filter[] {
  // The values have passed the filters on their dimension already.
  const others = filters.filter((filter) => filter.dimension !== dimension);
  return [...others, { dimension, values, patterns: [], exclude: false }];
}

function pricedCalls(sums: Sums[]) {
  const { calls, unpricedCalls, costNanoUsd } = totalOf(sums);
  return { calls: calls - unpricedCalls, costNanoUsd };
}

function isInBoth(model: ModelSums): boolean {
  return pricedCalls(model.before).calls > 0n && pricedCalls(model.now).calls > 0n;
}

function knownUsd(sums: Sums): number | null {
  return sums.calls > 0n && sums.calls === sums.unpricedCalls ? null : usdNumber(sums.costNanoUsd);
}

function partsAnswer({ calls, length, model, price }: ChangeParts): PartsAnswer {
  return { calls: usdNumber(calls), length: usdNumber(length), model: usdNumber(model), price: usdNumber(price) };
}

function byDifference(a: { difference: number; key: string | null }, b: typeof a): number {
  return Math.abs(b.difference) - Math.abs(a.difference) || byKey(a.key, b.key);
}

/** Largest first, whichever way. */
function byAmount(a: bigint, b: bigint): number {
  const left = a < 0n ? -a : a;
  const right = b < 0n ? -b : b;
  return left === right ? 0 : left > right ? -1 : 1;
}

function byKey(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}
