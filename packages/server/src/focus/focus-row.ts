import type { ChargeCategory } from "./columns.ts";

/**
 * One charge as FOCUS has it. Amounts and quantities are exact decimals as text, instants milliseconds; absent is null.
 */
export interface FocusRow {
  BilledCost: string;
  BillingAccountId: string;
  BillingAccountName: string | null;
  BillingCurrency: "USD";
  BillingPeriodStart: number;
  BillingPeriodEnd: number;
  ChargeCategory: ChargeCategory;
  ChargeClass: null;
  ChargeDescription: string;
  ChargeFrequency: "One-Time" | "Recurring" | "Usage-Based";
  ChargePeriodStart: number;
  ChargePeriodEnd: number;
  ConsumedQuantity: string | null;
  ConsumedUnit: string | null;
  ContractedCost: string;
  ContractedUnitPrice: string | null;
  EffectiveCost: string;
  HostProviderName: string | null;
  InvoiceIssuerName: string;
  ListCost: string;
  ListUnitPrice: string | null;
  PricingCategory: "Standard" | "Other" | null;
  PricingQuantity: string | null;
  PricingUnit: string | null;
  ProviderName: string;
  PublisherName: string;
  ServiceCategory: "AI and Machine Learning" | "Other";
  ServiceName: string;
  ServiceProviderName: string;
  ServiceSubcategory: string;
  SkuId: string | null;
  SkuMeter: string | null;
  SkuPriceId: string | null;
  SubAccountId: string | null;
  SubAccountName: string | null;
  Tags: string | null;
  x_ChargeId: string | null;
  x_CostSource: string | null;
  x_Model: string | null;
  x_Operation: string | null;
  x_PriceVersion: string | null;
  x_TokenType: string | null;
}

/** The UTC month that an instant lies in. */
export function billingPeriod(atMs: number): Pick<FocusRow, "BillingPeriodStart" | "BillingPeriodEnd"> {
  const date = new Date(atMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { BillingPeriodStart: Date.UTC(year, month, 1), BillingPeriodEnd: Date.UTC(year, month + 1, 1) };
}

const DAY_MS = 86_400_000;

/** The UTC day that an instant lies in. */
export function chargePeriod(atMs: number): Pick<FocusRow, "ChargePeriodStart" | "ChargePeriodEnd"> {
  const start = Math.floor(atMs / DAY_MS) * DAY_MS;
  return { ChargePeriodStart: start, ChargePeriodEnd: start + DAY_MS };
}

/** A decimal with its sign and without trailing zeros, cut half-even to so many places. */
export function decimalOf(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const part = digits.slice(digits.length - places).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${whole}${part === "" ? "" : `.${part}`}`;
}
