import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { cline, rooCode } from "./vscode-tasks.ts";

// golden/ has tasks of Roo Code and of Cline with every trap; what they come to was added up by hand.

const folder = join(import.meta.dirname, "golden");
let golden: GoldenLedger;
beforeEach(async () => {
  golden = await openGolden(rooCode, join(folder, "roo"));
});
afterEach(() => golden.ledger.close());

const BY_SESSION = {
  // the same numbers: inside 1,200/90, beside 1,200 + 1,000 / 90 · nothing said, and too much to be inside: 10 + 20 + 30 / 5
  t1: [3, 3_460, 185],
  t2: [1, 40, 4],
  t3: [1, 7, 3],
};

test("Roo Code comes to what was added up by hand", async () => {
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({ files: 3, recorded: 5, leftOut: { "sums of deleted requests": 1 } });
  expect(brokenIn(outcome)).toEqual([
    "ui_messages.json: request 1764000190000: its text is not JSON",
    "ui_messages.json: request 1764000200000: tokensIn is no count of tokens",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("project", "calls")).toEqual({ shop: [3], api: [1], null: [1] });
  expect(await golden.rows("activity", "calls")).toEqual({ coding: [4], "coding.subagent": [1] });
  expect(await golden.rows("provider", "calls")).toEqual({
    openai: [1],
    anthropic: [1],
    openrouter: [1],
    unknown: [2],
  });
  const ids = ["t1:1764000001000", "t1:1764000060000", "t1:1764000180000", "t3:1764000400000"];
  expect(await golden.ledger.storage.getEvents(ids.map((id) => `roo-code:${id}`))).toMatchObject([
    // GPT-5: 200 × 1.25 + 1,000 × 0.125 + 90 × 10 millionths
    { model: "gpt-5", usage: { inputTokens: 1_200, cacheReadTokens: 1_000 }, costNanoUsd: 1_275_000 },
    // Sonnet 4.5: 1,200 × 3 + 1,000 × 0.30 + 90 × 15
    { model: "claude-sonnet-4-5", usage: { inputTokens: 2_200, cacheReadTokens: 1_000 }, costNanoUsd: 5_250_000 },
    { model: "my-own-model", costNanoUsd: null, metadata: { cacheCounted: "assumed" } },
    // nothing says which model: no price, and what the extension reckoned is kept
    { model: "unknown", provider: "unknown", costNanoUsd: null, metadata: { toolCostUsd: 0.1 } },
  ]);
});

test("again, and from another machine it changes nothing; a placeholder counts when it is replaced", async () => {
  for (const [index, order] of [golden.files, golden.files.toReversed()].entries()) {
    await golden.importFrom(`machine-${index}`, order);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  }
  expect(await golden.importFrom("machine-1")).toMatchObject({ recorded: 0, unchangedFiles: 3, broken: [] });
  const copy = mkdtempSync(join(tmpdir(), "outlay-roo-"));
  try {
    cpSync(join(folder, "roo"), copy, { recursive: true });
    const path = join(copy, "tasks", "t1", "ui_messages.json");
    const messages = JSON.parse(readFileSync(path, "utf8")) as { ts: number; text?: string }[];
    messages.find(({ ts }) => ts === 1_764_000_120_000)!.text =
      '{"tokensIn":70,"tokensOut":7,"apiProtocol":"anthropic"}';
    writeFileSync(path, JSON.stringify(messages));
    expect(await golden.importFrom("machine-2", await rooCode.listFiles(copy))).toMatchObject({
      recorded: 1,
      known: 5,
    });
    expect(await golden.rows("session")).toMatchObject({ t1: [4, 3_530, 192] });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test("Cline counts the cache beside the input, and says who was asked", async () => {
  const other = await openGolden(cline, join(folder, "cline"));
  try {
    expect(await other.importFrom("laptop")).toMatchObject({ recorded: 3, broken: [] });
    expect(await other.rows("session")).toEqual({ c1: [3, 610, 21] });
    expect(await other.rows("provider", "calls")).toEqual({ openai: [1], "github-copilot": [1], cline: [1] });
    expect(await other.rows("tag:billing", "calls")).toMatchObject({ subscription: [1] });
    expect(await other.rows("project", "calls")).toEqual({ shop: [3] });
    // GPT-5: 100 × 1.25 + 400 × 0.125 + 10 × 10 millionths
    const [call] = await other.ledger.storage.getEvents(["cline:c1:1764000001000"]);
    expect(call?.costNanoUsd).toBe(275_000);
  } finally {
    await other.ledger.close();
  }
});
