import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventAnswer, ExportFile, QueryAnswer } from "./answers.ts";
import { exportEvents, exportRows } from "./export.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { parquetFile } from "./parquet.ts";
import { recordUsage } from "./record-usage.ts";
import type { TypedColumn } from "./typed-column.ts";

let ledger: OpenLedger;

beforeAll(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  await recordUsage(ledger, [
    call("2026-11-20T10:00:00Z", { id: "e-1", user: '=HYPERLINK("http://evil","x")', tags: { story: "st-1" } }),
    call("2026-11-21T10:00:00Z", { id: "e-2", user: "a,b", errorType: "x", errorMessage: 'said "no"\nand left' }),
    call("2026-11-21T11:00:00Z", { id: "e-3", model: "unheard-of", usage: { inputTokens: 5 } }),
    call("2026-11-21T12:00:00Z", { id: "e-4", model: "large", usage: { cacheReadTokens: 1, inputTokens: 1 } }),
  ]);
});
afterAll(() => ledger.close());

async function textOf(file: ExportFile): Promise<string> {
  let text = "";
  for await (const part of file.body) text += part;
  return text;
}

/** Reads CSV as RFC 4180 says, so that the test does not trust the writer. */
function readCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") rows.push([]);
  }
  const [header, ...lines] = rows.filter((row) => row.length > 0);
  return lines.map((line) => Object.fromEntries(header!.map((name, index) => [name, line[index] ?? ""])));
}

test("events as CSV: formulas are text, numbers are numbers, unknown costs are empty", async () => {
  const file = await exportEvents(ledger, {});
  expect(file).toMatchObject({
    contentType: "text/csv; charset=utf-8",
    filename: "outlay-events-2026-10-24-2026-11-22.csv",
  });
  const rows = readCsv(await textOf(file));
  expect(rows.map((row) => row["id"])).toEqual(["e-1", "e-2", "e-3", "e-4"]);
  expect(rows[0]).toMatchObject({
    user: '\'=HYPERLINK("http://evil","x")',
    costUsd: "0.001",
    tags: '{"story":"st-1"}',
    success: "true",
  });
  expect(rows[1]).toMatchObject({ user: "a,b", errorMessage: 'said "no"\nand left', success: "false" });
  expect(rows[2]).toMatchObject({ costUsd: "", basis: "unpriced", inputTokens: "5", outputTokens: "" });
  expect(rows[3]!["costUsd"]).toBe("0.0000001");
});

test("events as JSON and JSON lines, filtered", async () => {
  const json = JSON.parse(
    await textOf(await exportEvents(ledger, { format: ["json"], filter: ["model:small"] })),
  ) as EventAnswer[];
  expect(json.map((event) => event.id)).toEqual(["e-1", "e-2"]);
  const lines = (
    await textOf(await exportEvents(ledger, { format: ["jsonl"], from: ["2026-11-21"], to: ["2026-11-22"] }))
  )
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => (JSON.parse(line) as EventAnswer).id)).toEqual(["e-2", "e-3", "e-4"]);
});

test("nothing is an empty list", async () => {
  const filter = ["user:nobody"];
  expect(JSON.parse(await textOf(await exportEvents(ledger, { format: ["json"], filter })))).toEqual([]);
  expect(await textOf(await exportEvents(ledger, { format: ["jsonl"], filter }))).toBe("");
  expect(readCsv(await textOf(await exportEvents(ledger, { filter })))).toEqual([]);
});

test("the rows of a question", async () => {
  const params = { by: ["user"], metrics: ["cost,calls"], limit: ["1"], order: ["-calls"] };
  const rows = readCsv(await textOf(await exportRows(ledger, params)));
  expect(rows.map((row) => [row["cost"], row["calls"], row["other"]])).toEqual([
    ["0.0000001", "2", ""],
    ["0.002", "2", "true"],
  ]);
  const answer = JSON.parse(await textOf(await exportRows(ledger, { ...params, format: ["json"] }))) as QueryAnswer;
  expect(answer.totals).toEqual({ cost: 0.0020001, calls: 4 });
});

test("parameters are checked before anything is written", async () => {
  await expect(exportEvents(ledger, { format: ["xlsx"] })).rejects.toMatchObject({
    code: "unknown_format",
    field: "format",
  });
  await expect(exportEvents(ledger, { by: ["user"] })).rejects.toMatchObject({ code: "unknown_parameter" });
  await expect(exportRows(ledger, { by: ["colour"] })).rejects.toMatchObject({ code: "unknown_dimension" });
});

test("events and sums as Parquet, as an independent reader sees them", async () => {
  const events = await readParquet(await exportEvents(ledger, { format: ["parquet"] }));
  expect(events.rows.map((row) => row["id"])).toEqual(["e-1", "e-2", "e-3", "e-4"]);
  expect(events.rows[0]).toMatchObject({
    occurredAt: new Date("2026-11-20T10:00:00Z"),
    user: '=HYPERLINK("http://evil","x")',
    tags: '{"story":"st-1"}',
    success: true,
    outputTokens: 100n,
    errorType: null,
  });
  expect(events.rows[2]).toMatchObject({ costUsd: null, basis: "unpriced", inputTokens: 5n, outputTokens: null });
  // dollars are decimals of nine places, in whole nano-dollars; no float comes near them
  expect(events.schema["costUsd"]).toMatchObject({ type: "INT64", converted_type: "DECIMAL", precision: 18, scale: 9 });
  const nanoUsd = events.rows.map(({ costUsd }) => (costUsd === null ? null : Math.round((costUsd as number) * 1e9)));
  expect(nanoUsd).toEqual([1_000_000, 1_000_000, null, 100]);
  expect(events.schema["occurredAt"]).toMatchObject({
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  });

  const sums = await readParquet(
    await exportRows(ledger, { format: ["parquet"], by: ["model"], metrics: ["cost,calls,errorRate"] }),
  );
  expect(sums.rows).toMatchObject([
    { model: "small", cost: 0.002, calls: 2n, errorRate: 0.5, other: false },
    { model: "large", calls: 1n, errorRate: 0 },
    { model: "unheard-of", cost: null, calls: 1n },
  ]);
});

test("Parquet is written a group of rows at a time", async () => {
  const pages = (async function* () {
    for (let page = 0; page < 50; page++) {
      yield Array.from({ length: 1_000 }, (_, index) => ({ n: page * 1_000 + index }));
    }
  })();
  const columns: TypedColumn<{ n: number }>[] = [
    { name: "n", type: "whole", valueOf: ({ n }) => n },
    { name: "money", type: "money", valueOf: ({ n }) => BigInt(n) * 1_000_000_007n },
    { name: "exact", type: "decimal", valueOf: ({ n }) => `-${n}.000000000000000001` },
  ];
  const parts: Uint8Array[] = [];
  for await (const part of parquetFile(columns, pages, { "outlay.version": "1" })) parts.push(part);
  expect(parts.length).toBeGreaterThanOrEqual(5);
  const bytes = Buffer.concat(parts);
  const metadata = parquetMetadata(new Uint8Array(bytes).buffer);
  expect([metadata.num_rows, metadata.row_groups.length]).toEqual([50_000n, 5]);
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  expect(rows[49_999]).toMatchObject({ n: 49_999n, money: 49_999.000349993 });
  expect(rows.reduce((sum, row) => sum + (row["n"] as bigint), 0n)).toBe(1_249_975_000n);
});

async function readParquet(file: ExportFile) {
  expect(file.contentType).toBe("application/vnd.apache.parquet");
  const parts: Uint8Array[] = [];
  for await (const part of file.body) parts.push(part as Uint8Array);
  const bytes = new Uint8Array(Buffer.concat(parts)).buffer;
  const schema = Object.fromEntries(parquetMetadata(bytes).schema.map((element) => [element.name, element]));
  return { rows: await parquetReadObjects({ file: bytes }), schema };
}
