import type { RecordedCharge } from "../storage/storage.ts";
import type { ChargeCategory } from "./columns.ts";
import { billingPeriod, chargePeriod, decimalOf, type FocusRow } from "./focus-row.ts";
import { serviceNames } from "./provider-names.ts";

const CATEGORIES: Record<string, ChargeCategory> = {
  subscription: "Purchase",
  one_off: "Purchase",
  payment_fee: "Purchase",
  credit: "Credit",
  adjustment: "Adjustment",
  tax: "Tax",
};

const NANO_PLACES = 9;

/** A cost that is not usage as a row; null for revenue, which is no cost. */
export function chargeRow(charge: RecordedCharge): FocusRow | null {
  const { kind, id, occurredAtMs, description, provider = "other", project = null } = charge;
  const category = CATEGORIES[kind];
  if (category === undefined) return null;
  const names = provider === "other" ? OTHER : serviceNames(provider, null);
  const amount = decimalOf(BigInt(charge.amountNanoUsd), NANO_PLACES);
  const skuId = `${provider}/${kind}`;
  const isPurchase = category === "Purchase";
  return {
    BilledCost: amount,
    BillingAccountId: provider,
    BillingAccountName: names.provider,
    BillingCurrency: "USD",
    ...billingPeriod(occurredAtMs),
    ChargeCategory: category,
    ChargeClass: null,
    ChargeDescription: description ?? kind.replaceAll("_", " "),
    ChargeFrequency: kind === "subscription" ? "Recurring" : "One-Time",
    ...chargePeriod(occurredAtMs),
    ConsumedQuantity: null,
    ConsumedUnit: null,
    ContractedCost: amount,
    EffectiveCost: amount,
    HostProviderName: null,
    InvoiceIssuerName: names.provider,
    ListCost: amount,
    ...(isPurchase ? purchased(charge.amountNanoUsd) : NOT_PRICED),
    ProviderName: names.provider,
    PublisherName: names.publisher,
    ServiceCategory: provider === "other" ? "Other" : "AI and Machine Learning",
    ServiceName: names.service,
    ServiceProviderName: names.provider,
    ServiceSubcategory: provider === "other" ? "Other (Other)" : "Generative AI",
    SkuId: isPurchase ? skuId : null,
    SkuMeter: null,
    SkuPriceId: isPurchase ? skuId : null,
    SubAccountId: project,
    SubAccountName: project,
    Tags: charge.tags === undefined ? null : JSON.stringify(charge.tags),
    x_ChargeId: id,
    x_CostSource: "charge",
    x_Model: null,
    x_Operation: null,
    x_PriceVersion: null,
    x_TokenType: null,
  };
}

/** A charge that names no provider is somebody's whom we do not know. */
const OTHER = { provider: "Other", service: "Other", publisher: "Other" };

type Pricing = Pick<
  FocusRow,
  "ContractedUnitPrice" | "ListUnitPrice" | "PricingCategory" | "PricingQuantity" | "PricingUnit"
>;

/** Unit prices are never negative: money back is a quantity below zero. */
function purchased(amountNanoUsd: number): Pricing {
  const price = decimalOf(BigInt(Math.abs(amountNanoUsd)), NANO_PLACES);
  return {
    ContractedUnitPrice: price,
    ListUnitPrice: price,
    PricingCategory: "Standard",
    PricingQuantity: amountNanoUsd < 0 ? "-1" : "1",
    PricingUnit: "Units",
  };
}

const NOT_PRICED: Pricing = {
  ContractedUnitPrice: null,
  ListUnitPrice: null,
  PricingCategory: null,
  PricingQuantity: null,
  PricingUnit: null,
};
