import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { change, makeDatabase } from "../golden-database.fixture.ts";
import { openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { hermes } from "./hermes.ts";

// golden/state.sql has a row for each trap; what they come to was added up by hand.

let home: string;
let database: string;
let golden: GoldenLedger;
beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "outlay-hermes-")));
  database = join(home, ".hermes", "state.db");
  makeDatabase(database, join(import.meta.dirname, "golden", "state.sql"));
  golden = await openGolden(hermes, join(home, ".hermes"));
});
afterEach(async () => {
  await golden.ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const BY_SESSION = {
  // 100 + 1,000 read + 20 written
  old: [1, 1_120, 50],
  // reasoning beside the output: 5 + 8
  paid: [1, 10, 13],
  // 244 + 3,339 read
  plan: [1, 3_583, 100],
  // Sonnet 2,000 − 200 of Haiku, in which the 300 of the split are
  split: [2, 2_000, 200],
  nameless: [1, 7, 3],
};

test("comes to what was added up by hand", async () => {
  expect(await hermes.findFolders({ env: {}, homeDir: home })).toEqual([join(home, ".hermes")]);
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({
    files: 1,
    recorded: 6,
    broken: [{ line: null, reason: "session broken: input_tokens is no count of tokens" }],
  });
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("model", "inputTokens,reasoningTokens,unpricedCalls")).toMatchObject({
    "claude-sonnet-4-5": [2_920, 30, 0],
    "claude-haiku-4-5": [200, 0, 0],
    "gpt-5": [3_583, 32, 0],
    unknown: [7, 0, 1],
  });
  expect(await golden.rows("provider", "calls")).toMatchObject({ openai: [1], openrouter: [1], anthropic: [3] });
  const stored = await golden.ledger.storage.getEvents([
    "hermes:old:claude-sonnet-4-5",
    "hermes:paid:qwen/qwen3-coder",
    "hermes:plan:gpt-5",
    "hermes:split:claude-haiku-4-5",
  ]);
  expect(stored.map(({ occurredAtMs }) => occurredAtMs)).toEqual([
    1_780_398_000_250, 1_780_394_400_000, 1_780_394_400_000, 1_780_399_900_000,
  ]);
  expect(stored[0]).toMatchObject({ basis: "rated", metadata: { toolCostUsd: 0.01, channel: "cli" } });
  expect(stored[1]).toMatchObject({ basis: "reported", costNanoUsd: 125_000_000 });
  expect(stored[2]).toMatchObject({ basis: "rated", tags: { billing: "subscription" } });
});

test("what comes later is added once, also from a second profile, a copy or another machine", async () => {
  await golden.importFrom("laptop");
  const profile = join(home, ".hermes", "profiles", "work", "state.db");
  makeDatabase(profile, join(import.meta.dirname, "golden", "state.sql"));
  change(
    database,
    "UPDATE sessions SET input_tokens = 300, ended_at = 1780500000, actual_cost_usd = 0.03 WHERE id = 'old'",
    "UPDATE session_model_usage SET input_tokens = 150 WHERE model = 'claude-haiku-4-5' AND task = ''",
    "UPDATE sessions SET input_tokens = 2050 WHERE id = 'split'",
  );
  const files = await hermes.listFiles(join(home, ".hermes"));
  expect(files.map(({ path }) => path)).toEqual([database, profile]);
  expect(await golden.importFrom("desktop", files)).toMatchObject({ files: 2, recorded: 2 });
  await golden.importFrom("laptop", files.toReversed());
  expect(await golden.rows("session")).toEqual({
    ...BY_SESSION,
    old: [2, 1_320, 50],
    split: [3, 2_050, 200],
  });
});
