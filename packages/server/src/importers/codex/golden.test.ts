import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { codex } from "./codex.ts";

// golden/ is a home of Codex with a line for each trap; what they come to was added up by hand.

const folder = join(import.meta.dirname, "golden");
let golden: GoldenLedger;
beforeEach(async () => {
  golden = await openGolden(codex, folder);
  // some of its lines carry no time: the file's counts
  golden.files.find(({ path }) => path.endsWith("exec.jsonl"))!.modifiedMs = Date.parse("2026-03-01T00:00:00Z");
});
afterEach(() => golden.ledger.close());

const id = (letter: string) => `019b0000-0000-7000-8000-00000000000${letter}`;

const BY_SESSION = {
  // 1,200/90 · 3,200 − 1,200 / 290 − 90 · fallen: the last answer, 400/40 · 1,500 − 500 / 140 − 40 · 1,600 − 1,500 / 10
  [id("a")]: [5, 4_700, 440],
  // a fork: three lines are A's; 2,500 − 500 / 240 − 40
  [id("b")]: [1, 2_000, 200],
  // a sub-agent that goes on with A's counters: the last answer, 1,000/50, then 6,700 − 5,700 / 590 − 490
  [id("c")]: [2, 2_000, 150],
  // a fork whose parent is gone: what was written at once is not counted; 2,400 − 1,900 / 190 − 160
  [id("d")]: [1, 500, 30],
  [id("e")]: [1, 1_000, 100],
  // says its session in the file's name only
  "019b0000-0000-7000-8000-000000000010": [1, 300, 30],
  // told twice, 700/70 · once, 1,000 − 700 / 100 − 70
  [id("f")]: [2, 1_000, 100],
  // codex exec --json: twice the same turn, and an answer
  h: [3, 49_626, 264],
};

const COSTS: Record<string, number> = {
  // GPT-5.2 Codex, 1.75 in, 0.175 cached, 14 out for a million: 200 × 1.75 + 1,000 × 0.175 + 90 × 14, in millionths
  [`${id("a")}:1200,1000,0,90,40`]: 0.001_785,
  // GPT-5, 1.25 and 10: 1,000 × 1.25 + 100 × 10
  [`${id("e")}:1000,0,0,100,0`]: 0.002_25,
};

test("comes to what was added up by hand", async () => {
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({
    files: 8,
    recorded: 16,
    known: 0,
    unfinished: 1,
    leftOut: { "calls of the session that this one began with": 6 },
  });
  expect(brokenIn(outcome).map((text) => text.replace(/^rollout-.*jsonl/, ""))).toEqual([
    ":10 not JSON: cut off or damaged",
    ":11 input_tokens is no count of tokens",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("project", "calls")).toEqual({ shop: [8], api: [4], null: [4] });
  expect(await golden.rows("provider", "calls")).toEqual({ openai: [14], azure: [2] });
  expect(await golden.rows("model", "calls")).toEqual({ "gpt-5.2-codex": [8], "gpt-5": [8] });
  expect(await golden.rows("activity", "calls")).toEqual({ coding: [14], "coding.subagent": [2] });
  expect(await golden.rows("tag:billing", "calls")).toMatchObject({ subscription: [5] });
  // A began at ten to midnight; one of H is of the second day too
  expect(await golden.rows("day", "calls")).toMatchObject({
    "2026-01-01": [1],
    "2026-01-02": [5],
    "2026-03-01": [2],
  });
  expect(await golden.rows("source", "cacheReadTokens,cacheWriteTokens,reasoningTokens")).toEqual({
    // A 1,000 + 1,000 + 500 · B 1,000 · C 500 · F 200 · H 24,448 twice and 10
    codex: [53_106, 100, 210],
  });

  // what is not in the counters stays with the call
  const stored = await golden.ledger.storage.getEvents(Object.keys(COSTS).map((name) => `codex:${name}`));
  const costs = stored.map((event) => [event.id.slice("codex:".length), Number(event.costNanoUsd) / 1e9]);
  expect(Object.fromEntries(costs)).toEqual(COSTS);
  expect(stored[0]?.metadata).toEqual({
    version: "0.98.0",
    gitBranch: "main",
    limits: {
      plan: "plus",
      primary: { usedPercent: 12.5, minutes: 300, resetsAtMs: 1_767_312_000_000 },
      secondary: { usedPercent: 3, minutes: 10_080, resetsAtMs: Date.parse("2026-01-02T00:51:00Z") },
    },
  });
  const others = await golden.ledger.storage.getEvents(
    [
      `${id("a")}:1600,500,0,150,20 after 1`,
      `${id("c")}:6700,2500,0,590,160`,
      `${id("d")}:2400,900,0,190,0`,
      `${id("e")}:1000,0,0,100,0`,
      `${id("f")}:700,200,100,70,0`,
    ].map((name) => `codex:${name}`),
  );
  expect(others).toMatchObject([
    { model: "gpt-5.2-codex", requestedModel: "codex-auto-review", metadata: { modelFrom: "date" } },
    { serviceTier: "priority", metadata: { subagent: "explorer", parentSession: id("a") } },
    { metadata: { replayAssumed: true } },
    { metadata: { modelFrom: "assumed" } },
    { metadata: { responseId: "resp_1" } },
  ]);
});

test("again, in any order, and from another machine it changes nothing", async () => {
  for (const [index, order] of [golden.files, golden.files.toReversed()].entries()) {
    for (const file of order) await golden.importFrom(`machine-${index}`, [file]);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  }
  expect(await golden.importFrom("machine-1")).toMatchObject({ recorded: 0, unchangedFiles: 8, broken: [] });
});

test("what was appended is told with the model and the counters of before", async () => {
  const copy = mkdtempSync(join(tmpdir(), "outlay-codex-"));
  try {
    cpSync(folder, copy, { recursive: true });
    const path = golden.files.find(({ path: file }) => file.includes(id("c")))!.path.replace(folder, copy);
    const lines = readFileSync(path, "utf8");
    const list = async () => codex.listFiles(copy);
    writeFileSync(path, lines.split("\n").slice(0, 4).join("\n"));
    await golden.importFrom("laptop", await list());
    expect(await golden.rows("session")).toMatchObject({ [id("c")]: [1, 1_000, 50] });
    appendFileSync(path, lines.slice(readFileSync(path, "utf8").length));
    // the last line before had no end: it is read again
    expect(await golden.importFrom("laptop", await list())).toMatchObject({ recorded: 1, known: 1, unchangedFiles: 7 });
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
