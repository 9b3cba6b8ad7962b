import { writeFileSync, mkdtempSync, rmSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { brokenIn, ofOneTime, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import type { FileOptions, Importer } from "../importer.ts";
import { anthropicCsv } from "./anthropic-csv/anthropic-csv.ts";
import { ccusageJson } from "./ccusage-json/ccusage-json.ts";
import { cursorCsv } from "./cursor-csv/cursor-csv.ts";
import { heliconeExport } from "./helicone-export/helicone-export.ts";
import { langfuseExport } from "./langfuse-export/langfuse-export.ts";
import { litellmSpend } from "./litellm-spend/litellm-spend.ts";
import { csv, jsonl } from "./mapped/mapped.ts";
import { openaiCsv } from "./openai-csv/openai-csv.ts";

// Each kind has a golden folder with a row for each trap; what they come to was added up by hand.

let golden: GoldenLedger;
afterEach(() => golden.ledger.close());

async function open(importer: Importer, folder: string, options?: FileOptions): Promise<void> {
  const chosen = options === undefined ? importer : importer.configure!(options);
  golden = await openGolden(chosen, join(import.meta.dirname, folder, "golden"));
}

/** Imports all from one machine, then each file backwards from another: the second adds nothing. */
async function importTwice() {
  const outcome = await golden.importFrom("laptop", ofOneTime(golden.files));
  for (const file of golden.files.toReversed()) {
    expect(await golden.importFrom("desktop", [file])).toMatchObject({ recorded: 0, grown: 0 });
  }
  return outcome;
}

const stored = async () =>
  (await golden.ledger.storage.listEvents({ startMs: 0, endMs: golden.ledger.now(), filters: [], limit: 50 })).events;

test("Cursor: columns by their names, whatever the version; what a plan includes is no cost", async () => {
  await open(cursorCsv, "cursor-csv");
  const outcome = await importTwice();
  expect(outcome).toMatchObject({ files: 3, recorded: 6, leftOut: { "failed calls that cost nothing": 1 } });
  expect(brokenIn(outcome)).toEqual([
    'newest.csv:7 Input (w/o Cache Write) is "minus"; expected a number written like 1,234.5 (see --decimal)',
    "other.csv:1 there is no column Date; found: Day, Something",
  ]);
  expect(await golden.rows("model", "calls,inputTokens,cacheReadTokens,cacheWriteTokens,outputTokens")).toEqual({
    // 126 + 6,112 + 11,964
    "claude-4.5-sonnet": [1, 18_202, 11_964, 6_112, 450],
    "gpt-5": [1, 1_000, 0, 0, 100],
    // two that are truly equal
    auto: [2, 10, 0, 0, 10],
    "claude-4-sonnet": [2, 60, 40, 0, 60],
  });
  expect(await golden.rows("tag:billing", "calls")).toMatchObject({ subscription: [4] });
  const charged = (await stored()).flatMap(({ reportedNanoUsd }) =>
    reportedNanoUsd == null ? [] : [Number(reportedNanoUsd)],
  );
  expect(charged.toSorted()).toEqual([120_000_000, 1_250_000_000].toSorted());
});

test("ccusage: of each model what it used in a day, at the day's start; a sum pays no price for long prompts", async () => {
  await open(ccusageJson, "ccusage-json", { cells: { timeZone: "Europe/Berlin" } });
  const outcome = await importTwice();
  expect(outcome).toMatchObject({ recorded: 4, broken: [{ reason: expect.stringContaining("no period") as unknown }] });
  const rows = await stored();
  const sonnet = rows.find(({ model }) => model.startsWith("claude-sonnet"))!;
  expect(new Date(sonnet.occurredAtMs).toISOString()).toBe("2026-05-31T22:00:00.000Z");
  // 4,999,000 × 3 + 7,890 × 3.75 + 123,456 × 0.30 + 3,000 × 15, in millionths
  expect(sonnet).toMatchObject({
    costNanoUsd: 15_108_624_300,
    agent: "claude-code",
    metadata: { aggregated: "day", period: "2026-06-01", toolCostUsd: 15.1 },
  });
  expect(await golden.rows("session", "calls,inputTokens")).toMatchObject({ "s-1": [1, 7] });
  expect(await golden.rows("model", "calls")).toMatchObject({ "claude-opus-4-5-20251101": [1], "gpt-5": [1] });
});

test("LiteLLM: each request once, from CSV and JSON, with its tags and owners", async () => {
  await open(litellmSpend, "litellm-spend");
  const outcome = await importTwice();
  expect(outcome).toMatchObject({ recorded: 5, known: 1 });
  expect(brokenIn(outcome)).toEqual(["spend.csv:6 request_id is missing"]);
  expect(await golden.rows("model", "calls,inputTokens,cacheReadTokens,outputTokens")).toEqual({
    "gpt-5": [2, 120, 40, 60],
    "text-embedding-3-small": [1, 20, 0, 0],
    "claude-sonnet-4-5": [1, 0, 0, 0],
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": [1, 1_000, 0, 5],
  });
  expect(await golden.rows("provider", "calls")).toEqual({ openai: [3], anthropic: [1], aws: [1] });
  const [first] = await golden.ledger.storage.getEvents(["litellm-spend:chatcmpl-1"]);
  expect(first).toMatchObject({
    durationMs: 1_500,
    user: "u1",
    team: "team-a",
    customer: "cust-1",
    session: "sess-1",
    credential: "ci",
    tags: { story: "st-9", litellm: "nightly" },
    metadata: { toolCostUsd: 0.0012, apiBase: "api.openai.com" },
  });
  expect(JSON.stringify(await stored())).not.toContain("secret");
  expect(await golden.rows("errorType", "calls")).toMatchObject({ RateLimitError: [1] });
});

test("Langfuse: calls of models only, from CSV and JSON lines", async () => {
  await open(langfuseExport, "langfuse-export");
  const outcome = await importTwice();
  expect(outcome).toMatchObject({ recorded: 4, known: 1, leftOut: { "observations that are no call of a model": 1 } });
  expect(brokenIn(outcome)).toEqual([
    "observations.jsonl:5 startTime is missing",
    "observations.jsonl:6 not JSON: cut off or damaged",
  ]);
  expect(await golden.rows("model", "calls,inputTokens,cacheReadTokens,outputTokens")).toEqual({
    // 60 + 40 cached beside it · 1
    "gpt-5": [2, 101, 40, 51],
    "claude-sonnet-4-5": [1, 7, 0, 3],
    "text-embedding-3-small": [1, 9, 0, 0],
  });
  const [first] = await golden.ledger.storage.getEvents(["langfuse-export:o1"]);
  expect(first).toMatchObject({ durationMs: 2_000, trace: "t1", metadata: { toolCostUsd: 0.003 } });
});

test("Helicone: cached tokens inside or beside, as the total tells; properties become tags", async () => {
  await open(heliconeExport, "helicone-export");
  const outcome = await importTwice();
  expect(outcome).toMatchObject({ recorded: 4, known: 1 });
  expect(brokenIn(outcome)).toEqual(["requests.jsonl:4 request_created_at is missing"]);
  expect(await golden.rows("model", "calls,inputTokens,cacheReadTokens,outputTokens")).toEqual({
    "gpt-5-2025-08-07": [1, 100, 40, 50],
    "claude-sonnet-4-5": [1, 1_010, 900, 5],
    "gpt-5": [2, 20, 0, 10],
  });
  expect(await golden.rows("tag:feature", "calls")).toMatchObject({ chat: [1], search: [1] });
  expect(await golden.rows("status", "calls")).toEqual({ success: [3], error: [1] });
});

test("OpenAI's console: usage by day, and what was charged", async () => {
  await open(openaiCsv, "openai-csv");
  const outcome = await importTwice();
  expect(outcome).toMatchObject({
    recorded: 3,
    leftOut: {
      "rows without a model (split the report by model)": 1,
      "rows of nothing": 1,
      "amounts in other currencies than dollars": 1,
    },
  });
  expect(await golden.rows("serviceTier", "inputTokens,cacheReadTokens,outputTokens")).toMatchObject({
    default: [1_000, 800, 500],
    batch: [200, 0, 100],
  });
  expect(await golden.rows("basis", "calls,cost")).toMatchObject({ reported: [1, 0.06] });
});

test("Anthropic's console: usage by day, and what was charged", async () => {
  await open(anthropicCsv, "anthropic-csv");
  const outcome = await importTwice();
  expect(outcome).toMatchObject({ recorded: 4, broken: [], leftOut: { "rows of nothing": 1 } });
  const usage = (await stored()).find(({ usage: { searches } }) => searches === 10)!;
  // 900,000 × 3 + 500 × 3.75 + 1,000 × 6 + 200 × 0.30 + 500 × 15, in millionths, + 10 searches; no price for long prompts
  expect(usage).toMatchObject({
    costNanoUsd: 2_815_435_000,
    usage: { inputTokens: 901_700, cacheWrite1hTokens: 1_000 },
  });
  expect(await golden.rows("basis", "calls,cost")).toMatchObject({ reported: [2, 2.7075] });
});

test("any CSV: decimal commas, days in a zone and order that were named; equal rows both count, repeats do not", async () => {
  const map = {
    occurredAt: "When",
    model: "which",
    inputTokens: "Prompt tokens",
    cacheReadTokens: "Cached",
    outputTokens: "Answer",
    costUsd: "Cost",
    user: "Who",
  };
  const cells = { timeZone: "Europe/Berlin", dateOrder: "dmy" as const, decimal: "," as const };
  await open(csv, "mapped", { map, set: { provider: "openai", "tag:from": "sheet" }, cells });
  golden.files = golden.files.filter(({ path }) => path.endsWith(".csv"));
  const outcome = await importTwice();
  expect(outcome).toMatchObject({ recorded: 3 });
  expect(brokenIn(outcome)).toEqual([
    "usage.csv:5 Prompt tokens is 1.5; expected a whole number from 0 up",
    'usage.csv:6 When is "yesterday"; expected a time such as 2026-11-22T05:00:00Z or a day',
    "usage.csv:7 9 cells; the first line names 7 columns",
  ]);
  expect(await golden.rows("user", "calls,inputTokens,cacheReadTokens,outputTokens,cost")).toMatchObject({
    ann: [2, 2_468, 468, 200, 0.24],
    // GPT-5: 7 × 10, in millionths
    bob: [1, 0, 0, 7, 0.000_07],
  });
  expect((await stored()).map(({ occurredAtMs }) => new Date(occurredAtMs).toISOString()).toSorted()).toEqual([
    "2026-11-21T22:30:00.000Z",
    "2026-11-22T04:00:00.000Z",
    "2026-11-22T04:00:00.000Z",
  ]);

  // another export that overlaps: one of the two, and one that is new
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "outlay-csv-")));
  const overlap = join(folder, "overlap.csv");
  const head = "When;Which;Prompt tokens;Cached;Answer;Cost;Who";
  writeFileSync(
    overlap,
    `\uFEFF${head}\r\n22.11.2026 05:00;gpt-5;1.234;234;100;0,12 $;ann\r\n22.11.2026 06:00;gpt-5;1;;2;;"a ""b"""\r\n`,
  );
  const importer = csv.configure!({ map, set: { provider: "openai", "tag:from": "sheet" }, cells });
  const unclosed = join(folder, "unclosed.csv");
  writeFileSync(unclosed, `${head}\n"22.11.2026 05:00;gpt-5;1\n`);
  const latin = join(folder, "latin.csv");
  writeFileSync(latin, Buffer.from(`${head}\n22.11.2026 07:00;gpt-5;1;;2;;j\u00fcrgen\n`, "latin1"));
  const wide = join(folder, "wide.csv");
  writeFileSync(wide, Buffer.from(`\uFEFF${head}\n22.11.2026 08:00;gpt-5;5;;2;;j\u00fcrgen\n`, "utf16le"));
  const more = await golden.importFrom("laptop", await importer.listFiles(folder));
  rmSync(folder, { recursive: true });
  expect(more).toMatchObject({ recorded: 2, known: 1 });
  expect(brokenIn(more).toSorted()).toEqual([
    "latin.csv: not UTF-8; expected a file saved as UTF-8",
    "unclosed.csv:2 not CSV: a quote is never closed",
  ]);
  expect(await golden.rows("user", "calls")).toMatchObject({ 'a "b"': [1], jürgen: [1] });
});

test("any JSON lines: paths, constants where a row says nothing, ids of named columns", async () => {
  const map = {
    occurredAt: "at",
    model: "m",
    uncachedInputTokens: "usage.prompt",
    cacheReadTokens: "usage.hit",
    outputTokens: "usage.made",
    success: "ok",
    "tag:story": "story",
  };
  await open(jsonl, "mapped", { map, set: { activity: "chat" }, id: ["at"] });
  golden.files = golden.files.filter(({ path }) => path.endsWith(".jsonl"));
  const outcome = await importTwice();
  expect(brokenIn(outcome)).toEqual(["usage.jsonl:3 the model of the row is missing"]);
  const [first] = await golden.ledger.storage.getEvents(["jsonl:1780308000"]);
  expect(first).toMatchObject({
    provider: "anthropic",
    activity: "chat",
    tags: { story: "st-9" },
    usage: { inputTokens: 100, cacheReadTokens: 90, outputTokens: 5 },
  });
  expect(await golden.rows("status", "calls")).toEqual({ success: [1], error: [1] });
});
