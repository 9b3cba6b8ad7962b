import {
  compilePrice,
  explainCall,
  METERS,
  parseFraction,
  divideHalfEven,
  type CompiledPrice,
  type CostLine,
  type Fraction,
  type Meter,
} from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { toRateableCall } from "../prices/rateable-call.ts";
import type { StoredEvent } from "../storage/storage.ts";
import { billingPeriod, chargePeriod, decimalOf, type FocusRow } from "./focus-row.ts";
import { serviceNames } from "./provider-names.ts";

/** Places after the point: the product of a price and a quantity has as many as both, which Parquet's columns hold. */
const PRICE_PLACES = 12;
const QUANTITY_PLACES = 6;
const COST_PLACES = PRICE_PLACES + QUANTITY_PLACES;
const NANO_PLACES = 9;

/** Adds up calls to the rows of an export: one for each day, provider, model, meter, price and project. */
export class UsageRows {
  #ledger: Ledger;
  #groups = new Map<string, Group>();
  #prices = new Map<string, CompiledPrice | null>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * The parts of a call's cost, each whole nano-dollars, add up to what the ledger says that it cost: where the provider reported
   * another cost than our prices give, it is divided as ours is.
   */
  async add(event: StoredEvent): Promise<void> {
    // nobody charges for an answer from the application's own cache
    if (event.cacheHit === true && (event.costNanoUsd ?? 0) === 0) return;
    const lines = await this.#linesOf(event);
    const costNanoUsd = BigInt(event.costNanoUsd ?? 0);
    if (event.costNanoUsd === null) {
      for (const [meter, quantity] of countedMeters(event))
        this.#addPart(event, { meter, quantity, rateUsd: null }, 0n);
      return;
    }
    if (lines.length === 0) {
      if (costNanoUsd !== 0n) this.#addPart(event, null, costNanoUsd);
      return;
    }
    const shares = shareOut(costNanoUsd, lines.map(weightOf));
    for (const [index, line] of lines.entries()) this.#addPart(event, line, shares[index]!);
  }

  /** In order of days, and lets go of them. */
  take(): FocusRow[] {
    const rows = [...this.#groups.entries()].toSorted(([one], [other]) => (one < other ? -1 : 1));
    this.#groups.clear();
    return rows.map(([, group]) => rowOf(group));
  }

  #addPart(event: StoredEvent, line: PartLine | null, costNanoUsd: bigint): void {
    const { provider, model, project, team, environment, operation, serviceTier, priceId, basis } = event;
    const meter = line?.meter ?? null;
    const condition =
      line === null || line.rateUsd === null ? null : conditionOf(event, this.#prices.get(priceId ?? ""));
    const day = chargePeriod(event.occurredAtMs).ChargePeriodStart;
    const key = JSON.stringify([
      day,
      provider,
      model,
      meter,
      line?.rateUsd ?? null,
      project,
      team,
      environment,
      operation,
      serviceTier,
      condition,
      priceId,
      basis,
    ]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const { metadata: _metadata, errorMessage: _message, ...rest } = event;
      group = { event: rest, line, condition, quantity: 0n, costNanoUsd: 0n };
      this.#groups.set(key, group);
    }
    group.quantity += line === null ? 0n : microOf(line.quantity);
    group.costNanoUsd += costNanoUsd;
  }

  /** With the price that the event was rated with, whatever the price book says by now. */
  async #linesOf(event: StoredEvent): Promise<CostLine[]> {
    const { priceId } = event;
    if (priceId === null) return [];
    const call = toRateableCall(event);
    const today = this.#ledger.prices.explain(call);
    if (!this.#prices.has(priceId)) {
      const version = await this.#ledger.storage.getPriceVersion(priceId);
      this.#prices.set(priceId, version === null ? null : compilePrice(version));
    }
    // the book knows what a name says of its region; so it is asked first
    if (today.match.found && today.match.version.id === priceId) return today.lines;
    const price = this.#prices.get(priceId) ?? null;
    return price === null ? [] : explainCall({ price, approximate: event.approximate }, call).lines;
  }
}

interface PartLine {
  meter: Meter;
  quantity: number;
  /** null: no price is known. */
  rateUsd: string | null;
}

interface Group {
  /** Any of them: what the key says is the same for all. */
  event: StoredEvent;
  /** null: a cost that the provider reported for a call whose usage has no price. */
  line: PartLine | null;
  condition: string | null;
  /** Millionths of a unit. */
  quantity: bigint;
  costNanoUsd: bigint;
}

function rowOf({ event, line, condition, quantity, costNanoUsd }: Group): FocusRow {
  const { provider, model, project = null, operation, serviceTier, priceId, basis } = event;
  const names = serviceNames(provider, model);
  const skuId = `${provider}/${model}`;
  const cost = decimalOf(costNanoUsd, NANO_PLACES);
  const isUnpriced = line?.rateUsd === null;
  const label = line === null ? "as reported by the provider" : METERS[line.meter].label;
  return {
    BilledCost: cost,
    BillingAccountId: provider,
    BillingAccountName: names.provider,
    BillingCurrency: "USD",
    ...billingPeriod(event.occurredAtMs),
    ChargeCategory: "Usage",
    ChargeClass: null,
    ChargeDescription: isUnpriced
      ? `No price is known, so no cost is in this row: ${model}, ${label}`
      : `${model}, ${label}`,
    ChargeFrequency: "Usage-Based",
    ...chargePeriod(event.occurredAtMs),
    EffectiveCost: cost,
    HostProviderName: null,
    InvoiceIssuerName: names.provider,
    ...(line === null ? reportedQuantities(costNanoUsd) : meteredQuantities(line, quantity)),
    ProviderName: names.provider,
    PublisherName: names.publisher,
    ServiceCategory: "AI and Machine Learning",
    ServiceName: names.service,
    ServiceProviderName: names.provider,
    ServiceSubcategory: "Generative AI",
    SkuId: skuId,
    SkuMeter: line === null ? "Reported Cost" : titleCase(label),
    SkuPriceId: [skuId, line?.meter ?? "reported", serviceTier, condition, isUnpriced ? "unpriced" : null]
      .filter((part) => part != null)
      .join("/"),
    SubAccountId: project,
    SubAccountName: project,
    Tags: tagsOf(event),
    x_ChargeId: null,
    x_CostSource: basis,
    x_Model: model,
    x_Operation: operation,
    x_PriceVersion: priceId,
    x_TokenType: line?.meter ?? null,
  };
}

type Quantities = Pick<
  FocusRow,
  | "ConsumedQuantity"
  | "ConsumedUnit"
  | "ContractedCost"
  | "ContractedUnitPrice"
  | "ListCost"
  | "ListUnitPrice"
  | "PricingCategory"
  | "PricingQuantity"
  | "PricingUnit"
>;

/** ListCost is the exact product of the two numbers as they are written. */
function meteredQuantities({ meter, rateUsd }: PartLine, quantity: bigint): Quantities {
  const { per, unit } = METERS[meter];
  const price = rateUsd === null ? 0n : atPlaces(parseFraction(rateUsd), PRICE_PLACES);
  const pricingQuantity = divideHalfEven(quantity, BigInt(per));
  const listCost = decimalOf(pricingQuantity * price, COST_PLACES);
  const name = titleCase(unit);
  return {
    ConsumedQuantity: decimalOf(quantity, QUANTITY_PLACES),
    ConsumedUnit: name,
    ContractedCost: listCost,
    ContractedUnitPrice: decimalOf(price, PRICE_PLACES),
    ListCost: listCost,
    ListUnitPrice: decimalOf(price, PRICE_PLACES),
    PricingCategory: rateUsd === null ? "Other" : "Standard",
    PricingQuantity: decimalOf(pricingQuantity, QUANTITY_PLACES),
    PricingUnit: per === 1 ? name : per === SECONDS_AN_HOUR ? "Hours" : `${per} ${name}`,
  };
}

const SECONDS_AN_HOUR = 3_600;

/** What the provider billed, in dollars: there is no other unit that its price is known for. */
function reportedQuantities(costNanoUsd: bigint): Quantities {
  const amount = decimalOf(costNanoUsd, NANO_PLACES);
  return {
    ConsumedQuantity: amount,
    ConsumedUnit: "Dollars",
    ContractedCost: amount,
    ContractedUnitPrice: "1",
    ListCost: amount,
    ListUnitPrice: "1",
    PricingCategory: "Other",
    PricingQuantity: amount,
    PricingUnit: "Dollars",
  };
}

/** Whole nano-dollars in proportion to the weights; what is left over goes to those that were cut most. */
export function shareOut(totalNanoUsd: bigint, weights: bigint[]): bigint[] {
  const sum = weights.reduce((one, other) => one + other, 0n);
  if (sum === 0n) return weights.map((_, index) => (index === 0 ? totalNanoUsd : 0n));
  const shares = weights.map((weight) => (totalNanoUsd * weight) / sum);
  const rests = weights.map((weight, index) => ({ index, rest: (totalNanoUsd * weight) % sum }));
  let left = totalNanoUsd - shares.reduce((one, other) => one + other, 0n);
  for (const { index } of rests.toSorted((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1,
  )) {
    if (left === 0n) break;
    shares[index]! += 1n;
    left -= 1n;
  }
  return shares;
}

function weightOf({ costUsd }: CostLine): bigint {
  return atPlaces(parseFraction(costUsd), COST_PLACES);
}

/** What was counted of a call whose price is not known: each token once. */
function countedMeters({ usage }: StoredEvent): [Meter, number][] {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  const meters: [Meter, number][] = [
    ["input", Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens)],
    ["cacheRead", cacheReadTokens],
    ["cacheWrite", cacheWriteTokens],
    ["output", outputTokens],
    ["images", usage.images ?? 0],
    ["audioSeconds", usage.audioSeconds ?? 0],
    ["characters", usage.characters ?? 0],
    ["pages", usage.pages ?? 0],
    ["searches", usage.searches ?? 0],
  ];
  const counted = meters.filter(([, quantity]) => quantity > 0);
  return counted.length > 0 ? counted : [["requests", usage.requests ?? 1]];
}

/** What makes the same meter of a model have several prices: the length of the prompt. */
function conditionOf({ usage }: StoredEvent, price: CompiledPrice | null | undefined): string | null {
  const prompt = usage.inputTokens ?? 0;
  const passed = (price?.version.adjustments ?? []).flatMap(({ when: { inputTokensAbove, inputTokensFrom } }) => [
    ...(inputTokensAbove !== undefined && prompt > inputTokensAbove ? [inputTokensAbove] : []),
    ...(inputTokensFrom !== undefined && prompt >= inputTokensFrom ? [inputTokensFrom] : []),
  ]);
  return passed.length === 0 ? null : `above-${Math.max(...passed)}`;
}

function tagsOf({ team, environment }: StoredEvent): string | null {
  if (team === undefined && environment === undefined) return null;
  return JSON.stringify({
    ...(team === undefined ? {} : { team }),
    ...(environment === undefined ? {} : { environment }),
  });
}

function microOf(quantity: number): bigint {
  return atPlaces(parseFraction(String(quantity)), QUANTITY_PLACES);
}

function atPlaces({ numerator, denominator }: Fraction, places: number): bigint {
  return divideHalfEven(numerator * 10n ** BigInt(places), denominator);
}

function titleCase(label: string): string {
  return label.replaceAll(/(^|[\s(])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}
