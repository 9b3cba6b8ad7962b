import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readExport } from "./read-export.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outlay-exports-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** A line of CUR 2.0. */
function usage(cost: string): string {
  return `2026-11-20T23:00:00.000Z,AmazonBedrock,USE1-input-tokens,Usage,${cost},USD,1234,arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0`;
}

test("CUR 2.0 in two files of a day: lines of less than a nano-dollar add up exactly; other services stay out", async () => {
  const heading =
    "line_item_usage_start_date,line_item_product_code,line_item_usage_type,line_item_line_item_type,line_item_unblended_cost,line_item_currency_code,line_item_usage_account_id,line_item_resource_id";
  await mkdir(join(folder, "cur"));
  await file(
    "cur/one-00001.csv",
    `\uFEFF${heading}\r\n${Array.from({ length: 1_000 }, () => usage("0.0000000004")).join("\r\n")}\r\n`,
  );
  await file(
    "cur/one-00002.csv.gz",
    gzipSync(
      [
        heading,
        usage("1.5"),
        `2026-11-20T00:00:00.000Z,AmazonBedrock,"Tax, of ""Bedrock""\nin two lines",Tax,0.25,USD,1234,`,
        `2026-11-20T00:00:00.000Z,AmazonEC2,BoxUsage,Usage,99,USD,1234,`,
        `2026-11-20T00:00:00.000Z,AmazonBedrock,USE1-output-tokens,Usage,much,USD,1234,`,
        `2026-11-21T00:00:00.000Z,AmazonBedrock,USE1-output-tokens,Usage,2,EUR,1234,`,
      ].join("\n"),
    ),
  );
  const read = await readExport("aws", [join(folder, "cur")]);
  expect(read).toMatchObject({ lines: 1_005, otherLines: 1 });
  expect(read.broken).toEqual({
    count: 1,
    named: [`${join(folder, "cur/one-00002.csv.gz")}:6: line_item_unblended_cost is no amount`],
  });
  const account = { provider: "aws", project: "1234" };
  expect(read.days).toEqual([
    {
      day: "2026-11-20",
      rows: [
        // 1,000 × 0.4 nano-dollars and 1.50 dollars
        {
          ...account,
          model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
          item: "USE1-input-tokens",
          costNanoUsd: 1_500_000_400,
        },
        { ...account, item: `Tax, of "Bedrock"\nin two lines`, money: "tax", costNanoUsd: 250_000_000 },
      ],
    },
    {
      day: "2026-11-21",
      rows: [{ ...account, item: "USE1-output-tokens", foreign: { currency: "EUR", amount: "2" } }],
    },
  ]);
});

function columnOf<T>(name: string, type: "STRING" | "DOUBLE" | "TIMESTAMP" | "JSON", data: T[]) {
  return { name, type, data };
}

const at = (text: string) => new Date(text);

test("CUR 2.0 as Parquet, of doubles and timestamps, in packed groups of rows; lists stay out; what is none is named", async () => {
  const columnData = [
    columnOf("line_item_usage_start_date", "TIMESTAMP", [
      at("2026-11-20T23:00:00Z"),
      at("2026-11-20T23:00:00Z"),
      at("2026-11-21T00:00:00Z"),
    ]),
    columnOf("line_item_product_code", "STRING", ["AmazonBedrock", "AmazonEC2", "AmazonBedrock"]),
    columnOf("line_item_usage_type", "STRING", ["USE1-input-tokens", "BoxUsage", "USE1-output-tokens"]),
    columnOf("line_item_line_item_type", "STRING", ["Usage", "Usage", "Tax"]),
    columnOf("line_item_unblended_cost", "DOUBLE", [0.0000000004, 99, 0.1]),
    columnOf("line_item_net_unblended_cost", "DOUBLE", [null, 99, 0.05]),
    columnOf("line_item_currency_code", "STRING", ["USD", "USD", "USD"]),
    columnOf("resource_tags", "JSON", [{ user: "ann" }, {}, {}]),
  ];
  for (const codec of ["SNAPPY", "GZIP"] as const) {
    const bytes = parquetWriteBuffer({
      columnData,
      codec,
      compressors: { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) },
      rowGroupSize: 2,
    });
    const seen: number[] = [];
    const path = await file(`cur-${codec}.snappy.parquet`, Buffer.from(bytes));
    const read = await readExport("aws", [path], (part) => seen.push(part));
    expect(read).toMatchObject({ lines: 3, otherLines: 1, broken: { count: 0 } });
    expect(read.days).toEqual([
      { day: "2026-11-20", rows: [{ provider: "aws", item: "USE1-input-tokens", costNanoUsd: 0 }] },
      {
        day: "2026-11-21",
        rows: [{ provider: "aws", item: "USE1-output-tokens", money: "tax", costNanoUsd: 50_000_000 }],
      },
    ]);
    expect(seen).toEqual([bytes.byteLength]);
  }
  const none = await file("none.parquet", "line_item_usage_start_date\n");
  await expect(readExport("aws", [none])).rejects.toMatchObject({ code: "export_not_readable" });
});

test("Azure as FOCUS in Parquet: decimals count as they were written", async () => {
  const texts: [string, string][] = [
    ["BillingCurrency", "USD"],
    ["ChargeCategory", "Usage"],
    ["ChargePeriodStart", "2026-11-20T05:00:00Z"],
    ["ServiceName", "Foundry Models"],
    ["ChargeDescription", "tokens"],
  ];
  const bytes = parquetWriteBuffer({
    columnData: [
      // as numbers that are no sums of powers of two
      { name: "BilledCost", data: [0.1, 0.2, 123.000000001] },
      ...texts.map(([name, value]) => ({ name, data: [value, value, value] })),
    ],
    schema: [
      { name: "root", num_children: 6 },
      {
        name: "BilledCost",
        type: "INT64",
        repetition_type: "REQUIRED",
        converted_type: "DECIMAL",
        precision: 18,
        scale: 9,
      },
      ...texts.map(([name]) => ({
        name,
        type: "BYTE_ARRAY" as const,
        repetition_type: "REQUIRED" as const,
        converted_type: "UTF8" as const,
      })),
    ],
  });
  const path = await file("focus.parquet", Buffer.from(bytes));
  expect((await readExport("azure", [path])).days).toEqual([
    { day: "2026-11-20", rows: [{ provider: "azure", item: "tokens", costNanoUsd: 123_300_000_001 }] },
  ]);
});

test("Azure: American dates, dollars before the billing currency; FOCUS of anybody", async () => {
  const azure = await file(
    "azure.csv",
    `Date,MeterCategory,MeterName,CostInBillingCurrency,CostInUsd,BillingCurrencyCode,SubscriptionName,ResourceId,ChargeType
11/20/2026,Foundry Models,gpt 5 inp glbl Tokens,0.92,1.0000000005,EUR,prod,/subscriptions/1/accounts/shop-ai,Usage
11/20/2026,Storage,LRS,5,5,EUR,prod,/x,Usage
`,
  );
  expect((await readExport("azure", [azure])).days).toEqual([
    {
      day: "2026-11-20",
      // half a nano-dollar goes to the even neighbour
      rows: [
        {
          provider: "azure",
          project: "prod",
          key: "shop-ai",
          item: "gpt 5 inp glbl Tokens",
          costNanoUsd: 1_000_000_000,
        },
      ],
    },
  ]);
  const focus = await file(
    "focus.csv",
    `BilledCost,ListCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,ChargeDescription,SubAccountId,RegionId
0.8,1,USD,Usage,2026-11-20T05:00:00Z,Amazon Bedrock,input tokens,1234,us-east-1
-0.3,-0.3,USD,Credit,2026-11-20T00:00:00Z,Amazon Bedrock,promotion,1234,
`,
  );
  expect((await readExport("aws", [focus])).days[0]!.rows).toEqual([
    {
      provider: "aws",
      project: "1234",
      item: "input tokens",
      geo: "us-east-1",
      costNanoUsd: 800_000_000,
      listNanoUsd: 1_000_000_000,
    },
    {
      provider: "aws",
      project: "1234",
      item: "promotion",
      money: "credit",
      costNanoUsd: -300_000_000,
      listNanoUsd: -300_000_000,
    },
  ]);
});

test("Google: JSON lines and CSV say the same; credits stand apart", async () => {
  const sku = "Gemini 2.5 Flash-Lite Text Input - Predictions";
  const row = {
    service: { description: "Vertex AI" },
    sku: { description: sku },
    usage_start_time: "2026-11-20 07:00:00 UTC",
    cost: 0.75,
    currency: "USD",
    credits: [{ name: "Free trial", amount: -0.5, type: "PROMOTION" }],
    project: { id: "shop" },
  };
  const json = await file(
    "google.jsonl",
    `${JSON.stringify(row)}\n${JSON.stringify({ ...row, service: { description: "BigQuery" }, sku: {} })}\nnot json\n`,
  );
  const csv = await file(
    "google.csv",
    `service.description,sku.description,usage_start_time,cost,currency,credits,project.id\nVertex AI,${sku},2026-11-20T07:00:00Z,0.75,USD,"[{""name"":""Free trial"",""amount"":-0.5}]",shop\n`,
  );
  const subject = { provider: "google", project: "shop", model: "gemini-2.5-flash-lite" };
  const rows = [
    { ...subject, item: sku, costNanoUsd: 750_000_000 },
    { ...subject, item: "Free trial", money: "credit", costNanoUsd: -500_000_000 },
  ];
  const read = await readExport("google", [json]);
  expect(read).toMatchObject({ otherLines: 1, broken: { count: 1 }, days: [{ day: "2026-11-20", rows }] });
  expect((await readExport("google", [csv])).days).toEqual([{ day: "2026-11-20", rows }]);
});

test("a file that is something else is refused, and so is a provider without files", async () => {
  const other = await file("other.csv", "a,b\n1,2\n");
  await expect(readExport("aws", [other])).rejects.toMatchObject({ code: "export_not_readable" });
  await expect(readExport("openai", [other])).rejects.toMatchObject({ code: "sync_not_from_files" });
  const endless = await file("endless.csv", `a\n"${"x".repeat(1_100_000)}`);
  await expect(readExport("aws", [endless])).rejects.toThrow(/does not end/);
});
