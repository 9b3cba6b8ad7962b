import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { change, makeDatabase } from "../golden-database.fixture.ts";
import { openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { goose } from "./goose.ts";

// golden/sessions.sql has a row for each trap; what they come to was added up by hand.

let home: string;
let database: string;
let golden: GoldenLedger;
beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "outlay-goose-")));
  database = join(home, ".local", "share", "goose", "sessions", "sessions.db");
  makeDatabase(database, join(import.meta.dirname, "golden", "sessions.sql"));
  golden = await openGolden(goose, join(home, ".local", "share", "goose", "sessions"));
});
afterEach(async () => {
  await golden.ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const BY_SESSION = {
  // 500 + 30 reasoning
  "20260601_1": [1, 1_000, 530],
  "20260601_2": [1, 10, 5],
  // cached beside: 100 + 20 + 10 · cached inside: 155
  "20260701_1": [2, 285, 75],
  // 200 in the ledger, 400 before it
  "20260630_7": [2, 600, 60],
  "20260703_3": [1, 6, 2],
};

test("comes to what was added up by hand", async () => {
  expect(await goose.findFolders({ env: {}, homeDir: home })).toEqual([join(database, "..")]);
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({ files: 1, recorded: 7, leftOut: { "calls with a total of tokens only": 1 } });
  expect(outcome.broken.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^row \d+: accumulated_input_tokens is no count of tokens$/) as unknown,
    expect.stringMatching(/^session \d+: created_at is not an instant$/) as unknown,
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("model", "calls,unpricedCalls")).toMatchObject({
    "claude-sonnet-4-5": [2, 0],
    "claude-haiku-4-5": [1, 0],
    "gpt-5": [1, 0],
    unknown: [1, 1],
  });
  expect(await golden.rows("activity", "calls")).toEqual({ coding: [5], "coding.subagent": [2] });
  expect(await golden.rows("basis", "calls")).toMatchObject({ reported: [1] });
  const [call] = await golden.ledger.storage.getEvents(["goose:20260701_1:1782896400000:1:1782896400000"]);
  expect(call).toMatchObject({ project: "shop", reportedNanoUsd: 12_500_000 });
});

test("what comes later is dated when it was seen; other machines with the same sessions add nothing, with others they do", async () => {
  await golden.importFrom("laptop");
  change(
    database,
    `UPDATE sessions SET accumulated_total_tokens = 2040, accumulated_input_tokens = 1400, accumulated_output_tokens = 600,
       updated_at = '2026-06-05 08:00:00' WHERE id = '20260601_1'`,
    "INSERT INTO usage_ledger VALUES (5, '20260701_1', 1783000000, 'claude-haiku-4-5', 10, 1, 11, 0, 0, NULL, NULL, 0)",
    "UPDATE sessions SET accumulated_total_tokens = 341, accumulated_input_tokens = 265, accumulated_output_tokens = 76 WHERE id = '20260701_1'",
  );
  const later = await goose.listFiles(database);
  expect(await golden.importFrom("desktop", later)).toMatchObject({ recorded: 2 });
  expect(await golden.importFrom("laptop", later)).toMatchObject({ recorded: 0, grown: 0 });
  expect(await golden.rows("session")).toEqual({
    ...BY_SESSION,
    "20260601_1": [2, 1_400, 640],
    "20260701_1": [3, 295, 76],
  });
  expect(await golden.rows("session", "calls,reasoningTokens")).toMatchObject({ "20260601_1": [2, 40] });

  // goose counts its sessions by the day: another machine has another 20260601_2
  const other = join(home, "other", "sessions.db");
  makeDatabase(other, join(import.meta.dirname, "golden", "sessions.sql"));
  change(
    other,
    "DELETE FROM sessions WHERE id <> '20260601_2'",
    "DROP TABLE usage_ledger",
    "UPDATE sessions SET created_at = '2026-06-01 11:00:01'",
  );
  expect(await golden.importFrom("tower", await goose.listFiles(other))).toMatchObject({ recorded: 1, broken: [] });
});
