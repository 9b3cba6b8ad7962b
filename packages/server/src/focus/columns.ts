import type { ColumnType } from "../ledger/typed-column.ts";

/** Versions of the specification that are written. https://focus.finops.org/focus-specification/v1-2/, checked 2026-11 */
export const FOCUS_VERSIONS = ["1.2", "1.3"] as const;
export type FocusVersion = (typeof FOCUS_VERSIONS)[number];

export const CHARGE_CATEGORIES = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"] as const;
export type ChargeCategory = (typeof CHARGE_CATEGORIES)[number];

/** One column: what both the export and the validator go by. */
export interface FocusColumn {
  name: string;
  type: Extract<ColumnType, "text" | "instant" | "decimal" | "json">;
  /** `mandatory`: must be there; `conditional` and `recommended`: there where it has something to say. */
  level: "mandatory" | "conditional" | "recommended" | "own";
  /** May a value be missing? What depends on other columns is among the validator's rules. */
  nullable: boolean;
  allowed?: readonly string[];
  /** A unit such as `1000000 Tokens`. */
  unit?: true;
  /** ISO 4217. */
  currency?: true;
  /** Not below zero. */
  notNegative?: true;
  /** Only from this version on. */
  since?: "1.3";
}

const text = (name: string, level: FocusColumn["level"], nullable: boolean, more: Partial<FocusColumn> = {}) =>
  ({ name, type: "text", level, nullable, ...more }) satisfies FocusColumn;
const decimal = (name: string, level: FocusColumn["level"], nullable: boolean, more: Partial<FocusColumn> = {}) =>
  ({ name, type: "decimal", level, nullable, ...more }) satisfies FocusColumn;
const instant = (name: string) =>
  ({ name, type: "instant", level: "mandatory", nullable: false }) satisfies FocusColumn;

/** In the order in which they are written; our own last, as the specification asks. */
export const FOCUS_COLUMNS: readonly FocusColumn[] = [
  decimal("BilledCost", "mandatory", false),
  text("BillingAccountId", "mandatory", false),
  text("BillingAccountName", "mandatory", true),
  text("BillingCurrency", "mandatory", false, { currency: true }),
  instant("BillingPeriodStart"),
  instant("BillingPeriodEnd"),
  text("ChargeCategory", "mandatory", false, { allowed: CHARGE_CATEGORIES }),
  text("ChargeClass", "mandatory", true, { allowed: ["Correction"] }),
  text("ChargeDescription", "mandatory", true),
  text("ChargeFrequency", "recommended", false, { allowed: ["One-Time", "Recurring", "Usage-Based"] }),
  instant("ChargePeriodStart"),
  instant("ChargePeriodEnd"),
  decimal("ConsumedQuantity", "conditional", true),
  text("ConsumedUnit", "conditional", true, { unit: true }),
  decimal("ContractedCost", "mandatory", false),
  decimal("ContractedUnitPrice", "conditional", true, { notNegative: true }),
  decimal("EffectiveCost", "mandatory", false),
  text("HostProviderName", "mandatory", true, { since: "1.3" }),
  text("InvoiceIssuerName", "mandatory", false),
  decimal("ListCost", "mandatory", false),
  decimal("ListUnitPrice", "conditional", true, { notNegative: true }),
  text("PricingCategory", "conditional", true, { allowed: ["Standard", "Committed", "Dynamic", "Other"] }),
  decimal("PricingQuantity", "mandatory", true),
  text("PricingUnit", "mandatory", true, { unit: true }),
  text("ProviderName", "mandatory", false),
  text("PublisherName", "mandatory", false),
  text("ServiceCategory", "mandatory", false, {
    allowed: [
      "AI and Machine Learning",
      "Analytics",
      "Business Applications",
      "Compute",
      "Databases",
      "Developer Tools",
      "Multicloud",
      "Identity",
      "Integration",
      "Internet of Things",
      "Management and Governance",
      "Media",
      "Migration",
      "Mobile",
      "Networking",
      "Security",
      "Storage",
      "Web",
      "Other",
    ],
  }),
  text("ServiceName", "mandatory", false),
  text("ServiceProviderName", "mandatory", false, { since: "1.3" }),
  text("ServiceSubcategory", "recommended", false),
  text("SkuId", "conditional", true),
  text("SkuMeter", "conditional", true),
  text("SkuPriceId", "conditional", true),
  text("SubAccountId", "conditional", true),
  text("SubAccountName", "conditional", true),
  { name: "Tags", type: "json", level: "conditional", nullable: true },
  text("x_ChargeId", "own", true),
  text("x_CostSource", "own", true),
  text("x_Model", "own", true),
  text("x_Operation", "own", true),
  text("x_PriceVersion", "own", true),
  text("x_TokenType", "own", true),
];

export function columnsOf(version: FocusVersion): FocusColumn[] {
  return FOCUS_COLUMNS.filter(({ since }) => since === undefined || version === since);
}
