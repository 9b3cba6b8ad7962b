import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { brokenIn, ofOneTime, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { kimi } from "./kimi.ts";

// golden/ is a home of Kimi with logs of both generations, a line for each trap; what they come to was added up by hand.

let golden: GoldenLedger;

const BY_SESSION = {
  // a 100 + 10 read + 20 written, once of three lines · chatcmpl-12 twice, 200 and 300 · without id 4
  s1: [4, 634, 122],
  // a and the first chatcmpl-12 are copies; b 1,000 + 100 read · its sub-agent 10
  s2: [2, 1_110, 6],
  // in a turn 50 + 30 read · beside it 500 · its sub-agent 5
  session_n1: [3, 585, 86],
  // both of n1 are copies
  session_n2: [1, 1, 1],
};

describe("the golden folder", () => {
  beforeEach(async () => {
    golden = await openGolden(kimi, join(import.meta.dirname, "golden"));
  });
  afterEach(() => golden.ledger.close());

  test("comes to what was added up by hand", async () => {
    const outcome = await golden.importFrom("laptop", ofOneTime(golden.files));
    expect(outcome).toMatchObject({
      files: 6,
      recorded: 10,
      unfinished: 1,
      leftOut: { "calls with a total of tokens only": 1 },
    });
    expect(brokenIn(outcome)).toEqual([
      "wire.jsonl:9 input_other is no count of tokens",
      "wire.jsonl:10 not JSON: cut off or damaged",
      "wire.jsonl:11 the time is not an instant",
    ]);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
    expect(await golden.rows("project", "calls,cacheReadTokens,cacheWriteTokens")).toEqual({
      shop: [6, 110, 20],
      api: [4, 30, 0],
    });
    expect(await golden.rows("activity", "calls")).toEqual({ coding: [8], "coding.subagent": [2] });
    expect(await golden.rows("provider", "calls")).toEqual({ moonshotai: [9], openrouter: [1] });
    expect(await golden.rows("model", "calls")).toEqual({
      "kimi-k2-turbo-preview": [6],
      "kimi-for-coding": [2],
      k3: [1],
      "moonshotai/kimi-k2": [1],
    });
    const [call] = await golden.ledger.storage.getEvents(["kimi:chatcmpl-aaaaaaaaaaaaaaaaaaaa"]);
    expect(call).toMatchObject({ occurredAtMs: 1_770_983_427_123, metadata: { modelFrom: "settings" } });
  });

  test("again and from another machine it changes nothing, and backwards it comes to the same", async () => {
    for (const file of golden.files.toReversed()) await golden.importFrom("desktop", [file]);
    const totals = { kimi: [10, 2_330, 215] };
    expect(await golden.rows("agent")).toEqual(totals);
    for (const file of golden.files) await golden.importFrom("laptop", [file]);
    expect(await golden.rows("agent")).toEqual(totals);
    expect(await golden.rows("tag:machine", "calls")).toEqual({ desktop: [10] });
    expect(await golden.importFrom("laptop")).toMatchObject({ recorded: 0, unchangedFiles: 6, broken: [] });
  });
});

test("both generations are found, where their variables say or in the home folder", async () => {
  const homeDir = realpathSync(mkdtempSync(join(tmpdir(), "outlay-kimi-")));
  try {
    for (const home of [".kimi", ".kimi-code", "other"])
      mkdirSync(join(homeDir, home, "sessions"), { recursive: true });
    const older = join(homeDir, ".kimi", "sessions");
    const newer = join(homeDir, ".kimi-code", "sessions");
    const other = join(homeDir, "other", "sessions");
    expect(await kimi.findFolders({ env: {}, homeDir })).toEqual([older, newer]);
    expect(await kimi.findFolders({ env: { KIMI_DATA_DIR: "~/other" }, homeDir })).toEqual([other, newer]);
    expect(await kimi.findFolders({ env: { KIMI_CODE_HOME: join(homeDir, "other") }, homeDir })).toEqual([
      older,
      other,
    ]);
  } finally {
    rmSync(homeDir, { recursive: true, force: true });
  }
});
