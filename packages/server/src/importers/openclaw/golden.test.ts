import { appendFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, ofOneTime, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { openclaw } from "./openclaw.ts";

// golden/ has a line for each trap; what they come to was added up by hand.

let home: string;
let golden: GoldenLedger;
beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "outlay-openclaw-")));
  cpSync(join(import.meta.dirname, "golden"), join(home, ".openclaw"), { recursive: true });
  golden = await openGolden(openclaw, join(home, ".openclaw"));
});
afterEach(async () => {
  await golden.ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const BY_SESSION = {
  // before the reset 100 and 200 + 50 read, after it 1
  s1: [3, 351, 32],
  // deleted; the first is a copy of s1's second
  s2: [1, 30, 3],
  // the first names no model, nor does a line before it
  s3: [1, 6, 6],
};

test("comes to what was added up by hand, with what was deleted and reset", async () => {
  const outcome = await golden.importFrom("laptop", ofOneTime(golden.files));
  expect(outcome).toMatchObject({ files: 4, recorded: 5, known: 1, leftOut: {} });
  expect(brokenIn(outcome)).toEqual(["s3.jsonl:2 no model is named, neither here nor before"]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("model", "calls")).toEqual({ "claude-sonnet-4-5": [3], "gpt-5.2": [1], "grok-4": [1] });
  expect(await golden.rows("provider", "calls")).toEqual({ anthropic: [3], openai: [1], "x-ai": [1] });
  const [call] = await golden.ledger.storage.getEvents(["openclaw:resp_0123456789abcdef0123"]);
  expect(call).toMatchObject({ activity: "assistant", metadata: { agent: "main" } });
});

test("again, backwards and from another machine it changes nothing; the model that was set is known to the next import", async () => {
  for (const file of golden.files.toReversed()) await golden.importFrom("desktop", [file]);
  for (const file of golden.files) await golden.importFrom("laptop", [file]);
  const totals = { openclaw: [5, 387, 41] };
  expect(await golden.rows("agent")).toEqual(totals);

  const message = { role: "assistant", usage: { input: 1_000, output: 1 }, timestamp: Date.UTC(2026, 5, 3) };
  const session = join(home, ".openclaw", "agents", "work", "sessions", "s3.jsonl");
  appendFileSync(session, `${JSON.stringify({ type: "message", message })}\n`);
  const outcome = await golden.importFrom("laptop", await openclaw.listFiles(join(home, ".openclaw")));
  expect(outcome).toMatchObject({ recorded: 1, unchangedFiles: 3, broken: [] });
  expect(await golden.rows("model", "calls")).toMatchObject({ "claude-sonnet-4-5": [4] });
});

test("folders of all its names are found", async () => {
  const older = join(home, ".clawdbot", "agents");
  mkdirSync(older, { recursive: true });
  expect(await openclaw.findFolders({ env: {}, homeDir: home })).toEqual([join(home, ".openclaw", "agents"), older]);
  expect(await openclaw.findFolders({ env: { OPENCLAW_DIR: "~/.clawdbot" }, homeDir: home })).toEqual([older]);
});
