import { addFractions, multiplyFractions, parseFraction, type Fraction } from "@outlay/core";
import { FOCUS_COLUMNS, type FocusColumn, type FocusVersion } from "./columns.ts";

/** A rule that a file breaks. */
export interface FocusViolation {
  /** Its name, stable: `column-present`, `value-format`, … */
  rule: string;
  column: string;
  /** Of the file, the header being 1; null: the file as a whole. */
  line: number | null;
  message: string;
}

export interface FocusVerdict {
  version: FocusVersion;
  rows: number;
  /** How many rules were broken how often; `violations` has the first of them. */
  broken: number;
  violations: FocusViolation[];
}

/** Values by column; null where the cell is empty. */
type Values = Record<string, string | null>;

const MAX_VIOLATIONS = 100;

/**
 * Holds rows of a cost and usage dataset against FOCUS: columns, types, missing and allowed values, formats, and what columns say of
 * one another. Rows are read once; memory does not grow with them.
 */
export class FocusValidator {
  #version: FocusVersion;
  #columns: FocusColumn[];
  #header: string[] = [];
  #verdict: FocusVerdict;
  /** To which SKU each of its prices belongs; bounded by how many prices there are. */
  #skuOfPrice = new Map<string, string | null>();

  constructor(version: FocusVersion) {
    this.#version = version;
    this.#columns = FOCUS_COLUMNS.filter(({ since }) => since === undefined || version === since);
    this.#verdict = { version, rows: 0, broken: 0, violations: [] };
  }

  header(names: string[]): void {
    this.#header = names;
    const report = (rule: string, column: string, message: string) => this.#break({ rule, column, line: 1, message });
    for (const { name, level } of this.#columns) {
      if (level === "mandatory" && !names.includes(name))
        report("column-present", name, "the mandatory column is missing");
    }
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) !== index) report("column-unique", name, "the column is there twice");
      if (name.startsWith("x_")) continue;
      if (!/^[A-Z][A-Za-z0-9]*$/.test(name) || name.length > 50) {
        report("column-name", name, "columns are named in Pascal case, at most 50 characters; own ones begin with x_");
      } else if (!KNOWN.has(name)) {
        report("column-known", name, `FOCUS ${this.#version} has no such column; own ones begin with x_`);
      }
      if (names.slice(0, index).some((before) => before.startsWith("x_"))) {
        report("column-order", name, "columns of the specification come before own ones");
      }
    }
  }

  /** `line`: where it begins in the file. */
  row(cells: string[], line: number): void {
    this.#verdict.rows++;
    const at = (rule: string, column: string, message: string) => this.#break({ rule, column, line, message });
    if (cells.length !== this.#header.length) {
      at("row-length", "", `the row has ${cells.length} cells, the header ${this.#header.length}`);
      return;
    }
    const values: Values = {};
    for (const [index, name] of this.#header.entries()) values[name] = cells[index] === "" ? null : cells[index]!;
    let isSound = true;
    for (const column of this.#columns) {
      if (!(column.name in values)) continue;
      const problem = problemWith(column, values[column.name]!);
      if (problem === null) continue;
      at(problem.rule, column.name, problem.message);
      isSound = false;
    }
    // what columns say of one another can only be looked at where each can be read
    if (!isSound) return;
    for (const { rule, column, find } of CROSS_RULES) {
      const message = find(values);
      if (message !== null) at(rule, column, message);
    }
    this.#checkSku(values, at);
  }

  verdict(): FocusVerdict {
    return this.#verdict;
  }

  #checkSku(values: Values, at: (rule: string, column: string, message: string) => void): void {
    const { SkuPriceId: price = null, SkuId: sku = null } = values;
    if (price === null) return;
    const known = this.#skuOfPrice.get(price);
    if (known === undefined) this.#skuOfPrice.set(price, sku);
    else if (known !== sku)
      at("sku-price-parent", "SkuPriceId", `${price} belongs to ${known} in another row, here to ${sku}`);
  }

  #break(violation: FocusViolation): void {
    this.#verdict.broken++;
    if (this.#verdict.violations.length < MAX_VIOLATIONS) this.#verdict.violations.push(violation);
  }
}

/** Columns of 1.2 and 1.3 that we do not write, and that others' files may have. */
const OTHERS =
  `AvailabilityZone BillingAccountType CapacityReservationId CapacityReservationStatus CommitmentDiscountCategory
CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus CommitmentDiscountType
CommitmentDiscountUnit InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost
PricingCurrencyListUnitPrice RegionId RegionName ResourceId ResourceName ResourceType SkuPriceDetails SubAccountType AllocatedMethodDetails
AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags ContractApplied`.split(/\s+/);
const KNOWN = new Set([...FOCUS_COLUMNS.map(({ name }) => name), ...OTHERS]);

const DECIMAL = /^-?\d+(\.\d+)?([eE]-?\d+)?$/;
const INSTANT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
/** `Tokens`, `1000000 Tokens`, `GB-Hours`, `Tokens/Day`, `10 Images`. */
const UNIT =
  /^([1-9]\d* )?[A-Z][A-Za-z]*s?( [A-Z][A-Za-z]*)*s(-(Seconds|Minutes|Hours|Days|Months|Years))?(\/(\d+ )?[A-Z][A-Za-z]*)?$/;
const BINARY_UNIT = /^([1-9]\d* )?[KMGTPE]?i?B(-(Hours|Days|Months|Years))?$/;
const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));

function problemWith(column: FocusColumn, value: string | null): { rule: string; message: string } | null {
  if (value === null) {
    return column.nullable ? null : { rule: "not-null", message: "a value is missing where there must be one" };
  }
  const said = JSON.stringify(value.slice(0, 60));
  if (/^(null|n\/a|none|nil|-)$/i.test(value)) {
    return { rule: "null-handling", message: `${said} stands for nothing; a missing value is an empty cell` };
  }
  if (column.type === "decimal") {
    if (!DECIMAL.test(value)) {
      return {
        rule: "numeric-format",
        message: `${said} is no plain decimal (no signs of currencies, no thousands, no plus)`,
      };
    }
    if (column.notNegative === true && value.startsWith("-")) {
      return { rule: "not-negative", message: `${said} is below zero` };
    }
  }
  if (column.type === "instant" && (!INSTANT.test(value) || Number.isNaN(Date.parse(value)) || !isRealDate(value))) {
    return { rule: "date-format", message: `${said} is no instant of UTC such as 2026-06-01T00:00:00Z` };
  }
  if (column.type === "json" && !isKeyValue(value)) {
    return { rule: "key-value-format", message: `${said} is no JSON object of plain values` };
  }
  if (column.unit === true && !UNIT.test(value) && !BINARY_UNIT.test(value)) {
    return { rule: "unit-format", message: `${said} is no unit such as Tokens, 1000 Tokens or GB-Hours` };
  }
  if (column.currency === true && !CURRENCIES.has(value)) {
    return { rule: "currency-format", message: `${said} is no currency of ISO 4217` };
  }
  if (column.allowed !== undefined && !column.allowed.includes(value)) {
    return { rule: "allowed-values", message: `${said} is none of ${column.allowed.join(", ")}` };
  }
  if (column.type === "text" && /^\s|\s$|[\p{Cc}]/u.test(value)) {
    return { rule: "string-handling", message: `${said} begins or ends with space, or has control characters` };
  }
  return null;
}

function isRealDate(value: string): boolean {
  return new Date(value).toISOString().slice(0, 10) === value.slice(0, 10);
}

function isKeyValue(value: string): boolean {
  try {
    const parsed = JSON.parse(value) as unknown;
    return (
      typeof parsed === "object" &&
      parsed !== null &&
      !Array.isArray(parsed) &&
      Object.values(parsed).every((one) => one === null || typeof one !== "object")
    );
  } catch {
    return false;
  }
}

interface CrossRule {
  rule: string;
  column: string;
  /** null: it holds. */
  find: (values: Values) => string | null;
}

const isPriced = ({ ChargeCategory, ChargeClass }: Values) =>
  (ChargeCategory === "Usage" || ChargeCategory === "Purchase") && ChargeClass !== "Correction";

/** For rows of usage and purchases that are no corrections the column must have a value; for taxes it must not. */
function priceColumn(name: string): CrossRule[] {
  return [
    {
      rule: "required-when-priced",
      column: name,
      find: (values) =>
        name in values && isPriced(values) && values[name] === null
          ? `must not be empty when ChargeCategory is ${values["ChargeCategory"]}`
          : null,
    },
    {
      rule: "null-for-tax",
      column: name,
      find: (values) =>
        values["ChargeCategory"] === "Tax" && values[name] != null ? "must be empty when ChargeCategory is Tax" : null,
    },
  ];
}

/** One of the two is only there with the other. */
function together(one: string, other: string): CrossRule {
  return {
    rule: "value-with-unit",
    column: other,
    find: (values) =>
      one in values && other in values && (values[one] === null) !== (values[other] === null)
        ? `${one} and ${other} are both there, or neither`
        : null,
  };
}

function product(price: string, cost: string): CrossRule {
  return {
    rule: "price-times-quantity",
    column: cost,
    find(values) {
      const { [price]: unitPrice, PricingQuantity: quantity, ChargeClass, [cost]: amount } = values;
      if (unitPrice == null || quantity == null || amount == null || ChargeClass === "Correction") return null;
      const exact = multiplyFractions(parseFraction(unitPrice), parseFraction(quantity));
      return equal(exact, parseFraction(amount))
        ? null
        : `${amount} is not ${price} × PricingQuantity (${unitPrice} × ${quantity})`;
    },
  };
}

function equal(one: Fraction, other: Fraction): boolean {
  return addFractions(one, { ...other, numerator: -other.numerator }).numerator === 0n;
}

function period(start: string, end: string): CrossRule {
  return {
    rule: "period-order",
    column: end,
    find: ({ [start]: from, [end]: to }) =>
      from != null && to != null && Date.parse(from) >= Date.parse(to) ? `${end} is not after ${start}` : null,
  };
}

const CROSS_RULES: CrossRule[] = [
  ...[
    "SkuPriceId",
    "SkuId",
    "ListUnitPrice",
    "ContractedUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "PricingCategory",
  ].flatMap(priceColumn),
  ...["ConsumedQuantity", "ConsumedUnit"].flatMap((column): CrossRule[] => [
    {
      rule: "consumed-for-usage",
      column,
      find: (values) =>
        column in values &&
        values["ChargeCategory"] === "Usage" &&
        values["ChargeClass"] !== "Correction" &&
        values["CommitmentDiscountStatus"] !== "Unused" &&
        values[column] === null
          ? "must not be empty for usage"
          : null,
    },
    {
      rule: "consumed-only-for-usage",
      column,
      find: (values) =>
        values["ChargeCategory"] !== "Usage" && values[column] != null ? "must be empty for what is no usage" : null,
    },
  ]),
  {
    rule: "consumed-positive",
    column: "ConsumedQuantity",
    find: ({ ConsumedQuantity: quantity, ChargeClass }) =>
      quantity != null && ChargeClass !== "Correction" && !(parseFraction(quantity).numerator > 0n)
        ? `${quantity} is not above zero`
        : null,
  },
  {
    rule: "null-without-sku-price",
    column: "SkuPriceId",
    find(values) {
      if (!("SkuPriceId" in values) || values["SkuPriceId"] !== null) return null;
      const stray = ["ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit", "PricingCategory"].find(
        (name) => values[name] != null,
      );
      return stray === undefined ? null : `it is empty, so ${stray} must be empty too`;
    },
  },
  together("ConsumedQuantity", "ConsumedUnit"),
  together("PricingQuantity", "PricingUnit"),
  product("ListUnitPrice", "ListCost"),
  product("ContractedUnitPrice", "ContractedCost"),
  {
    rule: "cost-without-price",
    column: "ListCost",
    find: ({ ChargeCategory, ListUnitPrice, ListCost, BilledCost }) =>
      ChargeCategory === "Credit" &&
      ListUnitPrice == null &&
      !equal(parseFraction(ListCost ?? "0"), parseFraction(BilledCost ?? "0"))
        ? "of a credit without a unit price must be its BilledCost"
        : null,
  },
  {
    rule: "cost-without-price",
    column: "ContractedCost",
    find: ({ ChargeCategory, ContractedUnitPrice, ContractedCost, BilledCost }) =>
      ChargeCategory === "Credit" &&
      ContractedUnitPrice == null &&
      !equal(parseFraction(ContractedCost ?? "0"), parseFraction(BilledCost ?? "0"))
        ? "of a credit without a unit price must be its BilledCost"
        : null,
  },
  period("BillingPeriodStart", "BillingPeriodEnd"),
  period("ChargePeriodStart", "ChargePeriodEnd"),
  {
    rule: "charge-frequency",
    column: "ChargeFrequency",
    find: ({ ChargeCategory, ChargeFrequency }) =>
      ChargeCategory === "Purchase" && ChargeFrequency === "Usage-Based" ? "of a purchase is never Usage-Based" : null,
  },
  {
    rule: "id-with-name",
    column: "SubAccountName",
    find: ({ SubAccountId, SubAccountName }) =>
      SubAccountName != null && SubAccountId === null ? "must be empty where SubAccountId is" : null,
  },
  {
    rule: "id-with-name",
    column: "SkuId",
    find: ({ SkuId, SkuPriceId }) =>
      SkuPriceId != null && SkuId === null ? "must not be empty where SkuPriceId is not" : null,
  },
  {
    rule: "subcategory-of-category",
    column: "ServiceSubcategory",
    find: ({ ServiceCategory, ServiceSubcategory }) =>
      ServiceSubcategory === "Generative AI" && ServiceCategory !== "AI and Machine Learning"
        ? "Generative AI belongs to AI and Machine Learning"
        : null,
  },
];
