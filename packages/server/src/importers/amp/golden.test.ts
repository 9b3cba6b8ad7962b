import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { amp } from "./amp.ts";

// golden/ has two threads with every trap; what they come to was added up by hand.

const folder = join(import.meta.dirname, "golden");
let golden: GoldenLedger;
beforeEach(async () => {
  golden = await openGolden(amp, folder);
});
afterEach(() => golden.ledger.close());

const BY_SESSION = {
  // event-a 1/2 · event-b 10 + 986 + 11,372 of its message / 178 · event-c of the same message 100/20
  "T-a": [3, 12_469, 200],
  // no ledger: 50 + 500 / 5 · 7/3
  "T-b": [2, 557, 8],
};

test("comes to what was added up by hand", async () => {
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({ files: 2, recorded: 5, known: 0 });
  expect(brokenIn(outcome)).toEqual([
    "T-a.json: event event-d: input is no count of tokens",
    "T-a.json: event event-e: timestamp is not an instant",
    "T-a.json: event event-f: model is missing",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("project", "calls")).toEqual({ shop: [5] });
  expect(await golden.rows("provider", "calls")).toEqual({ anthropic: [3], openai: [1], unknown: [1] });
  const [call] = await golden.ledger.storage.getEvents(["amp:T-a:message 4"]);
  // Haiku 4.5, 1 in, 0.10 read, 1.25 written, 5 out for a million: 10 + 1,137.2 + 1,232.5 + 890 millionths
  expect(call).toMatchObject({ costNanoUsd: 3_269_700, metadata: { credits: 0.2 } });
});

test("again, in any order, and from another machine it changes nothing", async () => {
  for (const [index, order] of [golden.files, golden.files.toReversed()].entries()) {
    await golden.importFrom(`machine-${index}`, order);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  }
  expect(await golden.importFrom("machine-1")).toMatchObject({ recorded: 0, unchangedFiles: 2, broken: [] });
});

test("a thread that grows, and gets its ledger later, counts what is new", async () => {
  const copy = mkdtempSync(join(tmpdir(), "outlay-amp-"));
  try {
    cpSync(folder, copy, { recursive: true });
    const path = join(copy, "threads", "T-a.json");
    const thread = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...thread, usageLedger: undefined }));
    await golden.importFrom("laptop", await amp.listFiles(copy));
    expect(await golden.rows("session")).toMatchObject({ "T-a": [1, 12_368, 178] });
    writeFileSync(path, JSON.stringify(thread, null, 1));
    const outcome = await golden.importFrom("laptop", await amp.listFiles(copy));
    expect(outcome).toMatchObject({ recorded: 2, known: 1, unchangedFiles: 1 });
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
