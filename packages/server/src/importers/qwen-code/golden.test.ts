import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { qwenCode } from "./qwen-code.ts";

// golden/ is a folder .qwen with a line for each trap; what they come to was added up by hand.

let golden: GoldenLedger;
beforeEach(async () => {
  golden = await openGolden(qwenCode, join(import.meta.dirname, "golden"));
});
afterEach(() => golden.ledger.close());

const BY_SESSION = {
  // u1 100 / 50 + 10 · u2, whose total says that thoughts are inside, 1,000/80 · without uuid and session 200/20 · u6 40/4
  s: [4, 1_340, 164],
  // u1 is a copy
  t: [1, 70, 7],
};

test("comes to what was added up by hand", async () => {
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({ files: 2, recorded: 5, known: 1, unfinished: 1 });
  expect(brokenIn(outcome)).toEqual([
    "s.jsonl:5 model is missing",
    "s.jsonl:6 promptTokenCount is no count of tokens",
    "s.jsonl:8 not JSON: cut off or damaged",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("project", "calls")).toEqual({ shop: [5] });
  expect(await golden.rows("provider", "calls")).toEqual({ alibaba: [4], unknown: [1] });
  // Qwen3 Coder Plus, 1 in, 0.20 cached, 5 out for a million: u1 95 + 1 + 300 = 396 millionths
  const [call] = await golden.ledger.storage.getEvents(["qwen-code:u1"]);
  expect(Number(call?.costNanoUsd)).toBe(396_000);
});

test("again, in any order, and from another machine it changes nothing", async () => {
  for (const [index, order] of [golden.files, golden.files.toReversed()].entries()) {
    await golden.importFrom(`machine-${index}`, order);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  }
  expect(await golden.importFrom("machine-1")).toMatchObject({ recorded: 0, unchangedFiles: 2, broken: [] });
});
