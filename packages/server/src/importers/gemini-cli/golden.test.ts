import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { geminiCli } from "./gemini-cli.ts";

// golden/ is a folder .gemini with a line for each trap; what they come to was added up by hand.

let golden: GoldenLedger;
beforeEach(async () => {
  golden = await openGolden(geminiCli, join(import.meta.dirname, "golden"));
});
afterEach(() => golden.ledger.close());

const BY_SESSION = {
  // msg-a 15,327 + 7 / 23 + 919 · msg-b, rewound but paid, 1,000 / 20 + 30 · msg-c, whose total says that thoughts are
  // inside, 500/50 · msg-d of a checkpoint 200/5
  "session-a": [4, 17_034, 1_047],
  "sub-1": [1, 300, 30],
  // 7,173 / 0 + 17
  "session-b": [1, 7_173, 17],
};

test("comes to what was added up by hand", async () => {
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({ files: 3, recorded: 6, unfinished: 1, leftOut: {} });
  expect(brokenIn(outcome)).toEqual([
    "session-2026-05-17T11-07-aaaa.jsonl:10 message msg-e: input is no count of tokens",
    "session-2026-05-17T11-07-aaaa.jsonl:11 not JSON: cut off or damaged",
    "session-2026-05-17T11-07-aaaa.jsonl:12 message msg-g: model is missing",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("project", "calls")).toEqual({ shop: [5], api: [1] });
  expect(await golden.rows("activity", "calls")).toEqual({ coding: [5], "coding.subagent": [1] });
  const [call] = await golden.ledger.storage.getEvents(["gemini-cli:session-a:msg-a"]);
  expect(call?.usage).toEqual({
    inputTokens: 15_334,
    cacheReadTokens: 11_526,
    outputTokens: 942,
    reasoningTokens: 919,
  });
  // Gemini 3 Flash, 0.50 in, 0.05 cached, 3 out for a million: 3,808 × 0.5 + 11,526 × 0.05 + 942 × 3 = 5,306.3 millionths
  expect(Number(call?.costNanoUsd)).toBe(5_306_300);
});

test("what was appended is told with the session of before", async () => {
  const copy = mkdtempSync(join(tmpdir(), "outlay-gemini-"));
  try {
    const path = join(copy, "tmp", "shop", "chats", "session-x.jsonl");
    mkdirSync(join(path, ".."), { recursive: true });
    const lines = readFileSync(golden.files.find((file) => file.path.endsWith("aaaa.jsonl"))!.path, "utf8").split("\n");
    writeFileSync(path, lines.slice(0, 3).join("\n") + "\n");
    await golden.importFrom("laptop", await geminiCli.listFiles(copy));
    expect(await golden.rows("session")).toEqual({ "session-a": [1, 15_334, 3] });
    appendFileSync(path, lines.slice(3, 9).join("\n") + "\n");
    expect(await golden.importFrom("laptop", await geminiCli.listFiles(copy))).toMatchObject({ recorded: 3, grown: 1 });
    expect(await golden.rows("session")).toEqual({ "session-a": BY_SESSION["session-a"] });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test("again, in any order, and from another machine it changes nothing", async () => {
  for (const [index, order] of [golden.files, golden.files.toReversed()].entries()) {
    for (const file of order) await golden.importFrom(`machine-${index}`, [file]);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  }
  expect(await golden.importFrom("machine-1")).toMatchObject({ recorded: 0, unchangedFiles: 3, broken: [] });
});
