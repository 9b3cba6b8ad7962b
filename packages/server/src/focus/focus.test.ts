import { readCsv } from "../csv/read-csv.ts";
import { addFractions, multiplyFractions, parseFraction, parseUsd, type Fraction } from "@outlay/core";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExportFile } from "../ledger/answers.ts";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordCharges } from "../ledger/record-charges.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { exportFocus } from "./export-focus.ts";
import { shareOut } from "./usage-rows.ts";
import { validateFocusCsv } from "./validate-csv.ts";

let ledger: OpenLedger;
let csv: string;
let rows: Record<string, string>[];

beforeAll(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z", "Asia/Kathmandu");
  const usage = { inputTokens: 1_234, cacheReadTokens: 1_000, outputTokens: 7 };
  await recordUsage(ledger, [
    call("2026-11-01T00:00:00Z", { id: "first", project: "shop", team: "core", usage }),
    call("2026-11-01T23:59:59.999Z", { id: "same-day", project: "shop", team: "core", usage }),
    call("2026-11-02T00:00:00Z", { id: "next-day", project: "shop", team: "core", usage }),
    call("2026-11-02T01:00:00Z", { id: "reported", project: "=cmd()", usage, reportedCostUsd: 0.000000007 }),
    call("2026-11-02T01:00:00Z", { id: "plan", usage, reportedCostUsd: 0 }),
    call("2026-11-02T02:00:00Z", { id: "no-price", provider: "nobody", model: "unheard-of", usage }),
    call("2026-11-02T02:00:00Z", {
      id: "billed",
      provider: "nobody",
      model: "unheard-of",
      usage,
      reportedCostUsd: 1.5,
    }),
    call("2026-11-02T03:00:00Z", { id: "own-cache", usage, cacheHit: true }),
    call("2026-11-02T04:00:00Z", { id: "failed", usage: {}, success: false }),
    call("2026-11-03T04:00:00Z", {
      id: "whisper",
      provider: "openai",
      model: "whisper-1",
      operation: "transcription",
      usage: { audioSeconds: 61.7 },
    }),
    call("2026-11-04T04:00:00Z", {
      id: "long",
      provider: "google",
      model: "gemini-2.5-pro",
      usage: { inputTokens: 250_000, outputTokens: 1_000 },
    }),
    call("2026-11-04T04:00:00Z", {
      id: "short",
      provider: "google",
      model: "gemini-2.5-pro",
      usage: { inputTokens: 100_000, outputTokens: 1_000 },
    }),
    call("2026-12-01T00:00:00Z", { id: "later" }),
  ]);
  await recordCharges(ledger, [
    charged("subscription", 20, { provider: "anthropic", description: "Claude Pro" }),
    charged("one_off", -3.5),
    charged("credit", 5),
    charged("tax", 3.8),
    charged("adjustment", -0.000000001),
    charged("revenue", 100),
  ]);
  csv = await textOf(await exportFocus(ledger, { period: ["month"] }));
  rows = await recordsOf(csv);
});
afterAll(() => ledger.close());

function charged(kind: string, amountUsd: number, rest = {}) {
  return { kind, amountUsd, occurredAt: "2026-11-05T00:00:00Z", ...rest };
}

async function textOf(file: ExportFile): Promise<string> {
  let text = "";
  for await (const part of file.body) text += part as string;
  return text;
}

async function recordsOf(text: string): Promise<Record<string, string>[]> {
  const lines: string[][] = [];
  for await (const { cells } of readCsv([text])) lines.push(cells);
  const [header, ...rest] = lines;
  return rest.map((line) => Object.fromEntries(header!.map((name, index) => [name, line[index]!])));
}

const total = (of: Record<string, string>[], column: string) =>
  of.reduce<Fraction>((sum, row) => addFractions(sum, parseFraction(row[column]!)), { numerator: 0n, denominator: 1n });
const nano = (value: Fraction) => (value.numerator * 1_000_000_000n) / value.denominator;
const find = (match: Record<string, string>) =>
  rows.filter((row) => Object.entries(match).every(([name, value]) => row[name] === value));

test("the file passes its own validator, in both versions", async () => {
  expect(await validateFocusCsv([csv])).toEqual({ version: "1.2", rows: rows.length, broken: 0, violations: [] });
  const later = await textOf(await exportFocus(ledger, { period: ["month"], version: ["1.3"] }));
  expect(later.split("\r\n")[0]).toContain(",ServiceProviderName,");
  expect(await validateFocusCsv([later])).toMatchObject({ version: "1.3", broken: 0 });
});

test("what is billed is what the ledger says, and each list cost is its price times its quantity", async () => {
  const usage = find({ ChargeCategory: "Usage" });
  let stored = 0n;
  for await (const page of ledger.storage.scanEvents({ startMs: 0, endMs: Date.UTC(2026, 11), filters: [] })) {
    for (const event of page) stored += BigInt(event.costNanoUsd ?? 0);
  }
  expect(nano(total(usage, "BilledCost"))).toBe(stored);
  expect(stored).toBeGreaterThan(0n);
  for (const row of rows.filter(({ ListUnitPrice }) => ListUnitPrice !== "")) {
    const product = multiplyFractions(parseFraction(row["ListUnitPrice"]!), parseFraction(row["PricingQuantity"]!));
    const cost = parseFraction(row["ListCost"]!);
    expect(product.numerator * cost.denominator).toBe(cost.numerator * product.denominator);
  }
  // (234 + 0.1 × 1,000 + 10 × 7) millionths, twice on the first day
  const first = find({ ChargePeriodStart: "2026-11-01T00:00:00Z" });
  expect(
    first.map((row) => [row["x_TokenType"], row["ConsumedQuantity"], row["PricingQuantity"], row["ListCost"]]),
  ).toEqual([
    ["cacheRead", "2000", "0.002", "0.0002"],
    ["input", "468", "0.000468", "0.000468"],
    ["output", "14", "0.000014", "0.00014"],
  ]);
  expect(first[0]).toMatchObject({
    BillingPeriodStart: "2026-11-01T00:00:00Z",
    BillingPeriodEnd: "2026-12-01T00:00:00Z",
    ChargePeriodEnd: "2026-11-02T00:00:00Z",
    PricingUnit: "1000000 Tokens",
    ConsumedUnit: "Tokens",
    SkuId: "test/small",
    SkuPriceId: "test/small/cacheRead",
    SubAccountId: "shop",
    Tags: '{"team":"core"}',
  });
});

test("what the provider reported, what a plan covered, what has no price, and what nobody charges for", () => {
  const reported = find({ SubAccountId: "'=cmd()" });
  // 7 nano-dollars over weights of 234, 100 and 70
  expect(reported.map((row) => row["BilledCost"])).toEqual(["0.000000002", "0.000000004", "0.000000001"]);
  const plan = find({ ChargePeriodStart: "2026-11-02T00:00:00Z", SubAccountId: "", x_Model: "small" });
  expect([nano(total(plan, "BilledCost")), nano(total(plan, "ListCost"))]).toEqual([0n, 404_000n]);
  const unpriced = find({ x_CostSource: "unpriced" });
  expect(unpriced.map((row) => [row["ConsumedQuantity"], row["BilledCost"], row["ListUnitPrice"]])).toEqual([
    ["1000", "0", "0"],
    ["234", "0", "0"],
    ["7", "0", "0"],
  ]);
  expect(unpriced[0]!["ChargeDescription"]).toContain("No price is known");
  expect(find({ SkuMeter: "Reported Cost" })).toMatchObject([
    { BilledCost: "1.5", PricingUnit: "Dollars", ListUnitPrice: "1" },
  ]);
  const gemini = find({ x_Model: "gemini-2.5-pro", x_TokenType: "input" });
  expect(gemini.map((row) => row["SkuPriceId"]).toSorted()).toEqual([
    "google/gemini-2.5-pro/input",
    "google/gemini-2.5-pro/input/above-200000",
  ]);
  expect(gemini[0]).toMatchObject({ PublisherName: "Google", ServiceName: "Gemini API" });
  expect(find({ x_Model: "whisper-1" })).toMatchObject([{ ConsumedQuantity: "61.7", ConsumedUnit: "Seconds" }]);
});

test("charges are purchases, credits, adjustments and taxes; revenue is none", () => {
  const charges = rows.filter((row) => row["x_ChargeId"] !== "");
  expect(
    charges.map((row) => [row["ChargeCategory"], row["BilledCost"], row["PricingQuantity"], row["ListUnitPrice"]]),
  ).toEqual(
    expect.arrayContaining([
      ["Purchase", "20", "1", "20"],
      ["Purchase", "-3.5", "-1", "3.5"],
      ["Credit", "-5", "", ""],
      ["Tax", "3.8", "", ""],
      ["Adjustment", "-0.000000001", "", ""],
    ]),
  );
  expect(charges).toHaveLength(5);
  expect(find({ ChargeDescription: "Claude Pro" })).toMatchObject([
    { ChargeFrequency: "Recurring", ProviderName: "Anthropic", ServiceName: "Claude API", BilledCost: "20" },
  ]);
});

test("Parquet has the same rows, with exact decimals", async () => {
  const parts: Uint8Array[] = [];
  const file = await exportFocus(ledger, { period: ["month"], format: ["parquet"] });
  for await (const part of file.body) parts.push(part as Uint8Array);
  const bytes = new Uint8Array(Buffer.concat(parts)).buffer;
  const { schema, key_value_metadata: about } = parquetMetadata(bytes);
  expect(schema.find(({ name }) => name === "ListCost")).toMatchObject({
    converted_type: "DECIMAL",
    precision: 38,
    scale: 18,
  });
  expect(about).toContainEqual({ key: "focus.version", value: "1.2" });
  const read = await parquetReadObjects({ file: bytes });
  expect(read).toHaveLength(rows.length);
  expect(read[0]).toMatchObject({
    ChargePeriodStart: new Date("2026-11-01"),
    ChargeClass: null,
    ConsumedUnit: "Tokens",
  });
});

test("shares add up to the whole, whatever the weights", () => {
  for (const [whole, weights] of [
    [7n, [1n, 1n, 1n]],
    [0n, [3n, 4n]],
    [5n, [0n, 0n]],
    [1_000_000_007n, [3n, 5n, 7n, 11n]],
  ] as [bigint, bigint[]][]) {
    const shares = shareOut(whole, weights);
    expect(shares.reduce((a, b) => a + b, 0n)).toBe(whole);
  }
});

/** Each breaks one rule in a row of its own: what is changed, in which row (the first that matches), and what is said. */
const BROKEN: [
  rule: string,
  column: string,
  change: (row: Record<string, string>) => void,
  of?: Record<string, string>,
][] = [
  ["not-null", "BilledCost", (row) => (row["BilledCost"] = "")],
  ["not-null", "BillingAccountId", (row) => (row["BillingAccountId"] = "")],
  ["null-handling", "BillingAccountName", (row) => (row["BillingAccountName"] = "NULL")],
  ["numeric-format", "BilledCost", (row) => (row["BilledCost"] = "$1.00")],
  ["numeric-format", "EffectiveCost", (row) => (row["EffectiveCost"] = "+1")],
  ["numeric-format", "EffectiveCost", (row) => (row["EffectiveCost"] = "1,000")],
  ["numeric-format", "EffectiveCost", (row) => (row["EffectiveCost"] = "1/2")],
  ["not-negative", "ListUnitPrice", (row) => (row["ListUnitPrice"] = "-1")],
  ["date-format", "ChargePeriodStart", (row) => (row["ChargePeriodStart"] = "2026-11-01")],
  ["date-format", "ChargePeriodStart", (row) => (row["ChargePeriodStart"] = "2026-11-01T00:00:00+01:00")],
  ["date-format", "BillingPeriodEnd", (row) => (row["BillingPeriodEnd"] = "2026-02-30T00:00:00Z")],
  ["key-value-format", "Tags", (row) => (row["Tags"] = '["team"]')],
  ["unit-format", "PricingUnit", (row) => (row["PricingUnit"] = "1.5 tokens")],
  ["unit-format", "ConsumedUnit", (row) => (row["ConsumedUnit"] = "Token")],
  ["currency-format", "BillingCurrency", (row) => (row["BillingCurrency"] = "Dollar")],
  ["allowed-values", "ChargeCategory", (row) => (row["ChargeCategory"] = "usage")],
  ["allowed-values", "ChargeClass", (row) => (row["ChargeClass"] = "Correct")],
  ["allowed-values", "ChargeFrequency", (row) => (row["ChargeFrequency"] = "Monthly")],
  ["allowed-values", "PricingCategory", (row) => (row["PricingCategory"] = "On-Demand")],
  ["allowed-values", "ServiceCategory", (row) => (row["ServiceCategory"] = "AI")],
  ["string-handling", "ProviderName", (row) => (row["ProviderName"] = " Anthropic")],
  ["required-when-priced", "SkuPriceId", (row) => (row["SkuPriceId"] = "")],
  ["required-when-priced", "SkuId", (row) => (row["SkuId"] = "")],
  ["required-when-priced", "ListUnitPrice", (row) => (row["ListUnitPrice"] = "")],
  ["required-when-priced", "ContractedUnitPrice", (row) => (row["ContractedUnitPrice"] = "")],
  ["required-when-priced", "PricingQuantity", (row) => (row["PricingQuantity"] = "")],
  ["required-when-priced", "PricingUnit", (row) => (row["PricingUnit"] = "")],
  ["required-when-priced", "PricingCategory", (row) => (row["PricingCategory"] = "")],
  ["null-for-tax", "PricingQuantity", (row) => (row["PricingQuantity"] = "1"), { ChargeCategory: "Tax" }],
  ["null-for-tax", "SkuId", (row) => (row["SkuId"] = "x"), { ChargeCategory: "Tax" }],
  ["null-without-sku-price", "SkuPriceId", (row) => (row["PricingCategory"] = "Other"), { ChargeCategory: "Credit" }],
  ["consumed-for-usage", "ConsumedQuantity", (row) => (row["ConsumedQuantity"] = "")],
  [
    "consumed-only-for-usage",
    "ConsumedUnit",
    (row) => (row["ConsumedUnit"] = "Tokens"),
    { ChargeCategory: "Purchase" },
  ],
  ["consumed-positive", "ConsumedQuantity", (row) => (row["ConsumedQuantity"] = "0")],
  ["value-with-unit", "ConsumedUnit", (row) => (row["ConsumedUnit"] = "")],
  ["value-with-unit", "PricingUnit", (row) => (row["PricingUnit"] = "")],
  ["price-times-quantity", "ListCost", (row) => (row["ListCost"] = "1.000000000000000001")],
  ["price-times-quantity", "ContractedCost", (row) => (row["ContractedCost"] = "2")],
  ["cost-without-price", "ListCost", (row) => (row["ListCost"] = "1"), { ChargeCategory: "Credit" }],
  ["cost-without-price", "ContractedCost", (row) => (row["ContractedCost"] = "1"), { ChargeCategory: "Credit" }],
  ["period-order", "ChargePeriodEnd", (row) => (row["ChargePeriodEnd"] = row["ChargePeriodStart"]!)],
  ["period-order", "BillingPeriodEnd", (row) => (row["BillingPeriodEnd"] = "2026-10-01T00:00:00Z")],
  [
    "charge-frequency",
    "ChargeFrequency",
    (row) => (row["ChargeFrequency"] = "Usage-Based"),
    { ChargeCategory: "Purchase" },
  ],
  ["id-with-name", "SubAccountName", (row) => Object.assign(row, { SubAccountId: "", SubAccountName: "Shop" })],
  ["id-with-name", "SkuId", (row) => (row["SkuId"] = "")],
  ["subcategory-of-category", "ServiceSubcategory", (row) => (row["ServiceCategory"] = "Compute")],
  ["sku-price-parent", "SkuPriceId", (row) => (row["SkuId"] = "another")],
];

test.each(BROKEN)("a file that breaks %s in %s is found out, with its line", async (rule, column, change, of) => {
  const broken = rows.map((row) => ({ ...row }));
  const index = broken.findLastIndex((row) =>
    Object.entries(of ?? { ChargePeriodStart: "2026-11-02T00:00:00Z", x_Model: "small" }).every(
      ([name, it]) => row[name] === it,
    ),
  );
  change(broken[index]!);
  const verdict = await validateFocusCsv([
    write(
      Object.keys(rows[0]!),
      broken.map((row) => Object.values(row)),
    ),
  ]);
  expect(verdict.violations).toContainEqual(expect.objectContaining({ rule, column, line: index + 2 }));
});

test("each mandatory column that is missing is named, and so are columns that are wrong", async () => {
  const header = Object.keys(rows[0]!);
  const lines = rows.map((row) => Object.values(row));
  const mandatory = header.filter((name) => MANDATORY.includes(name));
  expect(mandatory).toHaveLength(MANDATORY.length);
  for (const name of mandatory) {
    const at = header.indexOf(name);
    const { violations } = await validateFocusCsv([
      write(
        header.toSpliced(at, 1),
        lines.slice(0, 1).map((line) => line.toSpliced(at, 1)),
      ),
    ]);
    expect(violations).toContainEqual(expect.objectContaining({ rule: "column-present", column: name, line: 1 }));
  }
  for (const [rule, names] of [
    ["column-unique", [...header, "Tags"]],
    ["column-name", [...header, "my_column"]],
    ["column-known", [...header, "Potato"]],
    ["column-order", ["x_First", ...header]],
    ["row-length", [...header, "x_More"]],
  ] as const) {
    const { violations } = await validateFocusCsv([write([...names], lines)]);
    expect(violations.map((it) => it.rule)).toContain(rule);
  }
  expect((await validateFocusCsv([""])).broken).toBeGreaterThan(20);
});

/** Of version 1.2: https://focus.finops.org/focus-specification/v1-2/ */
const MANDATORY =
  "BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodStart BillingPeriodEnd ChargeCategory ChargeClass ChargeDescription ChargePeriodStart ChargePeriodEnd ContractedCost EffectiveCost InvoiceIssuerName ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory ServiceName".split(
    " ",
  );

function write(header: string[], lines: string[][]): string {
  return [header, ...lines].map((line) => line.map(quoted).join(",")).join("\r\n");
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

test("amounts of nano-dollars are read back as they were", () => {
  expect(parseUsd(find({ ChargeCategory: "Adjustment" })[0]!["BilledCost"]!)).toBe(-1n);
});
