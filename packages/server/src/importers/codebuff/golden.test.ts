import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { codebuff } from "./codebuff.ts";

// golden/ has a message for each trap; what they come to was added up by hand.

let golden: GoldenLedger;
beforeEach(async () => {
  golden = await openGolden(codebuff, join(import.meta.dirname, "golden"));
});
afterEach(() => golden.ledger.close());

const chat = "2026-06-01T10-00-00.000Z";
const BY_SESSION = {
  // 100 + 1,000 read + 50 written · 200 with 150 cached inside · the last of a history 40 · the second place 5
  [chat]: [4, 1_395, 55],
  unnamed: [1, 8, 2],
};

test("comes to what was added up by hand", async () => {
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({
    files: 4,
    recorded: 5,
    leftOut: { "calls with a total of tokens only": 1, "answers with credits only": 1 },
  });
  expect(outcome.broken.map(({ reason }) => reason).toSorted()).toEqual([
    "message 1: timestamp is not an instant",
    "message 8: inputTokens is no count of tokens",
    "no list of messages",
    "not JSON: cut off or damaged",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("model", "inputTokens,cacheReadTokens,cacheWriteTokens")).toEqual({
    "anthropic/claude-sonnet-4.5": [1_150, 1_000, 50],
    "gpt-5": [208, 150, 0],
    "gemini-2.5-pro": [40, 0, 0],
    unknown: [5, 0, 0],
  });
  const [first] = await golden.ledger.storage.getEvents([`codebuff:shop/${chat}:a1`]);
  expect(first).toMatchObject({ project: "shop", provider: "openrouter", metadata: { credits: 12 } });
  const days = await golden.ledger.storage.getEvents([`codebuff:shop/${chat}:a2`, `codebuff:shop/${chat}:a3`]);
  expect(days.map(({ occurredAtMs }) => occurredAtMs)).toEqual([1_780_308_060_000, 1_780_308_120_000]);
});

test("again, backwards and from another machine it changes nothing", async () => {
  await golden.importFrom("desktop", golden.files.toReversed());
  for (const file of golden.files) await golden.importFrom("laptop", [file]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.importFrom("laptop")).toMatchObject({ recorded: 0, unchangedFiles: 4, broken: [] });
});
