import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask } from "../../ledger/ask.ts";
import { openLedger, type OpenLedger } from "../../ledger/open-ledger.fixture.ts";
import { parseQuestion } from "../../ledger/question.ts";
import { importLogs } from "../import-logs.ts";
import { destinationOf } from "../ledger-destination.fixture.ts";
import type { LogFile } from "../importer.ts";
import { claudeCode } from "./claude-code.ts";

// golden/ has a line for each trap; what they come to was added up by hand. Prices of Claude Sonnet 4.5 in dollars for a million
// tokens: 3 in, 15 out, 0.30 read, 3.75 and 6 written for five minutes and for an hour.

const golden = join(import.meta.dirname, "golden");
let ledger: OpenLedger;
let files: LogFile[];

beforeEach(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  files = await claudeCode.listFiles(golden);
});
afterEach(() => ledger.close());

async function importFrom(machine: string, chosen: LogFile[] = files) {
  return importLogs({ importer: claudeCode, files: chosen, destination: destinationOf(ledger, machine), machine });
}

async function rows(by: string, metrics = "calls,inputTokens,outputTokens"): Promise<Record<string, unknown>> {
  const question = parseQuestion(
    { by: [by], metrics: [metrics], period: ["all"] },
    { now: ledger.now(), timeZone: "UTC" },
  );
  const answer = await ask(ledger, question);
  return Object.fromEntries(answer.rows.map(({ [by]: name, ...row }) => [name, Object.values(row)]));
}

const BY_SESSION = {
  // a1 58,869/301 · a2 1,010/20 · a3 1,010/20 · a4 5/6 · a5 20/200 · c1 40/60
  s1: [6, 60_954, 607],
  // a1 and a2 are copies; b1
  s2: [1, 100, 50],
  // d1 10/10 · one without message id 2/2 · d2 in two iterations 150/30, and of another model 10/4
  s3: [4, 172, 46],
  s4: [1, 1, 1],
};

const COSTS: Record<string, number> = {
  // 11 × 3 + 2,664 × 3.75 + 56,194 × 0.30 + 301 × 15, in millionths
  msg_a1: 0.031_396_2,
  // 10 × 3 + 1,000 × 6 + 20 × 15
  msg_a2: 0.006_33,
  // 10 × 3 + 1,000 × 3.75 + 20 × 15: without the split the cache lasts five minutes
  msg_a3: 0.004_08,
  // 20 × 3 + 200 × 15 + a search
  msg_a5: 0.013_06,
  // Haiku 4.5: 40 × 1 + 60 × 5
  msg_c1: 0.000_34,
  // 150 × 3 + 30 × 15
  msg_d2: 0.000_9,
  // Opus 4.5: 10 × 5 + 4 × 25
  "msg_d2:claude-opus-4-5": 0.000_15,
};

test("comes to what was added up by hand", async () => {
  const outcome = await importFrom("laptop");
  expect(outcome).toMatchObject({
    files: 6,
    unchangedFiles: 0,
    recorded: 12,
    grown: 0,
    unfinished: 1,
    leftOut: { "messages about an error": 1, "messages of Claude Code itself": 1 },
  });
  expect(outcome.broken.map(({ file, line, reason }) => [file.slice(file.lastIndexOf("/") + 1), line, reason])).toEqual(
    expect.arrayContaining([
      ["s1.jsonl", 13, "not JSON: cut off or damaged"],
      ["s1.jsonl", 14, "input_tokens is no count of tokens"],
      ["s4.jsonl", 1, "not UTF-8"],
      ["s5.jsonl", 1, "the file is UTF-16; expected UTF-8"],
    ]),
  );
  expect(outcome.broken).toHaveLength(4);
  expect(await rows("session")).toEqual(BY_SESSION);
  expect(await rows("project", "calls")).toEqual({ shop: [7], api: [5] });
  expect(await rows("activity", "calls")).toEqual({ coding: [10], "coding.subagent": [2] });
  expect(await rows("provider", "calls")).toEqual({ anthropic: [11], google: [1] });
  expect(await rows("agent", "calls")).toEqual({ "claude-code": [12] });
  expect(await rows("tag:machine", "calls")).toEqual({ laptop: [12] });
  const stored = await ledger.storage.getEvents(Object.keys(COSTS).map((id) => `claude-code:${id}`));
  const costs = stored.map(({ id, costNanoUsd }) => [id.slice("claude-code:".length), Number(costNanoUsd) / 1e9]);
  expect(Object.fromEntries(costs)).toEqual(COSTS);
});

test("again, in any order, and from another machine it changes nothing", async () => {
  const orders = [files, files.toReversed(), files.toSorted((a, b) => a.sizeBytes - b.sizeBytes)];
  for (const [index, order] of orders.entries()) {
    // one file at a time, so that the store decides which of two stands
    for (const file of order) await importFrom(`machine-${index}`, [file]);
    expect(await rows("session")).toEqual(BY_SESSION);
  }
  expect(await importFrom("machine-1")).toMatchObject({ recorded: 0, grown: 0, unchangedFiles: 6, broken: [] });
});

test("backwards it comes to the same, whatever was recorded first", async () => {
  for (const file of files.toReversed()) await importFrom("laptop", [file]);
  // a copy that does not say where it comes from stays with the session that was read first, here s2
  expect(await rows("session")).toMatchObject({ s3: BY_SESSION.s3, s4: BY_SESSION.s4 });
  expect(await rows("agent")).toEqual({ "claude-code": [12, 61_227, 704] });
  const [call] = await ledger.storage.getEvents(["claude-code:msg_a1"]);
  expect(call).toMatchObject({ activity: "coding", usage: { outputTokens: 301 }, session: "s1" });
});
