import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { kiloCli, opencode } from "./opencode.ts";

// golden/ has what a database is made from, and messages of older versions as files, with every trap; what they come to was
// added up by hand.

let home: string;
let folder: string;
let database: DatabaseSync;
let golden: GoldenLedger;
beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "outlay-opencode-")));
  folder = join(home, ".local", "share", "opencode");
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, "golden"), folder, { recursive: true });
  // half written
  writeFileSync(join(folder, "storage", "message", "ses_old", "msg_o2.json"), '{"id":"msg_o2","role":"assistant",');
  database = new DatabaseSync(join(folder, "opencode-beta.db"));
  database.exec(`PRAGMA journal_mode = WAL; ${readFileSync(join(folder, "opencode.sql"), "utf8")}`);
  golden = await openGolden(opencode, folder);
});
afterEach(async () => {
  await golden.ledger.close();
  database.close();
  rmSync(home, { recursive: true, force: true });
});

const BY_SESSION = {
  // msg_1 11 + 56,194 + 2,664 / 301 · msg_2 1,000 / 50 + 70 · msg_4 500 + 100 / 40 · msg_5 200/20 · msg_6 300/30 · msg_8 10/5
  ses_a: [6, 60_979, 516],
  // its first message is A's
  ses_fork: [1, 100, 10],
  ses_sub: [1, 40, 60],
  ses_old: [1, 20, 30],
  ses_oldsub: [1, 7, 3],
};

test("comes to what was added up by hand", async () => {
  expect(await opencode.findFolders({ env: {}, homeDir: home })).toEqual([folder]);
  expect(await kiloCli.findFolders({ env: {}, homeDir: home })).toEqual([]);
  expect(await kiloCli.findFolders({ env: { KILO_DATA_DIR: folder }, homeDir: home })).toEqual([folder]);
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({ files: 5, recorded: 10, known: 2, leftOut: { "messages without tokens": 1 } });
  expect(brokenIn(outcome).toSorted()).toEqual([
    "msg_o2.json: not JSON: cut off or damaged",
    "opencode-beta.db: message msg_10: not JSON",
    "opencode-beta.db: message msg_9: input is no count of tokens",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("project", "calls")).toEqual({ shop: [7], api: [3] });
  expect(await golden.rows("activity", "calls")).toEqual({ coding: [8], "coding.subagent": [2] });
  expect(await golden.rows("provider", "calls,reasoningTokens")).toEqual({
    anthropic: [5, 0],
    openai: [1, 70],
    "opencode-go": [1, 0],
    zai: [1, 0],
    lmstudio: [1, 0],
    openrouter: [1, 0],
  });
  // GPT-5 for nothing is signed in with a plan; msg_o3 cost nothing either
  expect(await golden.rows("tag:billing", "calls")).toMatchObject({ subscription: [4] });
  expect(await golden.rows("model", "cost")).toMatchObject({
    // msg_1 11 × 3 + 2,664 × 3.75 + 56,194 × 0.30 + 301 × 15 = 31,396.2 · msg_f2 300 + 150 · msg_o1 60 + 450 · msg_o3 21 + 45
    "claude-sonnet-4-5": [0.032_422_2],
    // list price, though OpenCode says 0: 1,000 × 1.25 + 120 × 10
    "gpt-5": [0.002_45],
    // Haiku 4.5: 40 × 1 + 60 × 5
    "claude-haiku-4-5": [0.000_34],
  });
  // Go: what OpenCode itself says; a model of one's own has no price
  expect(await golden.rows("provider", "cost")).toMatchObject({ "opencode-go": [0.000_42], lmstudio: [null] });
});

test("again, in any order, and from another machine it changes nothing", async () => {
  for (const [index, order] of [golden.files, golden.files.toReversed()].entries()) {
    for (const file of order) await golden.importFrom(`machine-${index}`, [file]);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  }
  expect(await golden.importFrom("machine-1")).toMatchObject({ recorded: 0, unchangedFiles: 5, broken: [] });
  // msg_3 is complete now; rows of long ago are not read again
  const later = 1_764_000_000_000 + 3 * 86_400_000;
  const data = `json_set(data, '$.time.completed', ${later}, '$.tokens.output', 25)`;
  database.exec(`UPDATE message SET data = ${data}, time_updated = ${later} WHERE id = 'msg_3'`);
  const files = await opencode.listFiles(folder);
  expect(await golden.importFrom("machine-1", files)).toMatchObject({ recorded: 1, unchangedFiles: 4 });
  expect(await golden.rows("session")).toMatchObject({ ses_a: [7, 60_984, 541] });
  database.exec(`UPDATE message SET time_updated = time_updated + 1 WHERE id IN ('msg_1', 'msg_3')`);
  const { known, recorded } = await golden.importFrom("machine-1", await opencode.listFiles(folder));
  expect({ known, recorded }).toEqual({ known: 1, recorded: 0 });
});

test("a locked database is named, the others are read, and it is read the next time", async () => {
  const locked = new DatabaseSync(join(folder, "opencode.db"));
  locked.exec(readFileSync(join(folder, "opencode.sql"), "utf8"));
  locked.exec("BEGIN EXCLUSIVE");
  const files = await opencode.listFiles(folder);
  const outcome = await golden.importFrom("laptop", files);
  expect(outcome).toMatchObject({ files: 6, recorded: 10 });
  expect(brokenIn(outcome)).toContain(
    "opencode.db: the database is locked by another program; the next import reads it",
  );
  locked.exec("ROLLBACK");
  expect(await golden.importFrom("laptop", files)).toMatchObject({ recorded: 0, known: 9, unchangedFiles: 5 });
  locked.close();
});
