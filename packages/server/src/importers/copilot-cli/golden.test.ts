import { appendFileSync, cpSync, mkdtempSync, realpathSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { copilotCli } from "./copilot-cli.ts";

// golden/ is a home of Copilot with a line for each trap; what they come to was added up by hand.

let folder: string;
let golden: GoldenLedger;
beforeEach(async () => {
  // written just now: a run that has not ended may go on
  folder = realpathSync(mkdtempSync(join(tmpdir(), "outlay-copilot-")));
  cpSync(join(import.meta.dirname, "golden"), folder, { recursive: true });
  golden = await openGolden(copilotCli, folder);
});
afterEach(async () => {
  await golden.ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

const id = (digit: string) =>
  [digit.repeat(8), digit.repeat(4), `4${digit.repeat(3)}`, `8${digit.repeat(3)}`, digit.repeat(12)].join("-");

const BY_SESSION = {
  // telemetry: 1,200/90 told four times, 100 + 50 outside / 20 · the first run is in it · the second: 71,282/100 of two requests
  [id("1")]: [4, 72_632, 210],
  // a run that crashed: only the output of its messages, 100 + 50 · the next: 1,000/30
  [id("2")]: [2, 1_000, 180],
};

test("comes to what was added up by hand", async () => {
  const outcome = await golden.importFrom("laptop");
  expect(outcome).toMatchObject({
    files: 4,
    recorded: 6,
    unfinished: 2,
    leftOut: { "records of calls that another tells": 3, "runs whose calls are in the telemetry": 1 },
  });
  expect(brokenIn(outcome).toSorted()).toEqual([
    "copilot.jsonl:8 gen_ai.response.model is missing",
    "events.jsonl:10 inputTokens is less than what was read from the cache and written to it",
    "events.jsonl:6 not JSON: cut off or damaged",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  // telemetry does not say where it was
  expect(await golden.rows("project", "calls")).toEqual({ shop: [2], api: [2], null: [2] });
  expect(await golden.rows("tag:billing", "calls")).toEqual({ subscription: [6] });
  const ids = ["resp-1", `${id("1")}:e7:claude-sonnet-4.5:2`, `${id("2")}:f8:gpt-5`];
  const stored = await golden.ledger.storage.getEvents(ids.map((name) => `copilot-cli:${name}`));
  expect(stored).toMatchObject([
    {
      // at the list price of its maker: 200 × 3 + 1,000 × 0.30 + 90 × 15 in millionths
      costNanoUsd: 2_250_000,
      basis: "rated",
      occurredAtMs: 1_767_312_000_500,
      durationMs: 1_500,
    },
    {
      // half of 1.25 credits of a cent
      costNanoUsd: 6_250_000,
      basis: "reported",
      usage: { inputTokens: 35_642, cacheReadTokens: 17_748, cacheWriteTokens: 17_892, outputTokens: 50 },
      metadata: { averagedOver: 2, aiCredits: 0.625 },
    },
    // 1,000 × 1.25 + 30 × 10
    { costNanoUsd: 1_550_000, usage: { reasoningTokens: 10 } },
  ]);
  const partial = (
    await golden.ledger.storage.getEvents([`copilot-cli:${id("2")}:run 2:claude-sonnet-4.5:after 0`])
  )[0];
  expect(partial).toMatchObject({ usage: { outputTokens: 150 }, costNanoUsd: 5_000_000, metadata: { partial: true } });
});

test("again, in any order, and from another machine it changes nothing", async () => {
  for (const [index, order] of [golden.files, golden.files.toReversed()].entries()) {
    for (const file of order) await golden.importFrom(`machine-${index}`, [file]);
    expect(await golden.rows("session")).toEqual(BY_SESSION);
  }
  expect(await golden.importFrom("machine-1")).toMatchObject({ recorded: 0, unchangedFiles: 4, broken: [] });
});

test("a run that never ended is told after a day, and when it ends after all, only the rest", async () => {
  const log = join(folder, "session-state", id("3"), "events.jsonl");
  const run = async () => golden.importFrom("laptop", await copilotCli.listFiles(folder));
  await run();
  const yesterday = Date.now() / 1_000 - 90_000;
  utimesSync(log, yesterday, yesterday);
  expect(await run()).toMatchObject({ recorded: 1, unchangedFiles: 3 });
  expect(await golden.rows("session")).toMatchObject({ [id("3")]: [1, 0, 70] });
  expect(await run()).toMatchObject({ recorded: 0, unchangedFiles: 4 });
  const usage = { inputTokens: 500, outputTokens: 100 };
  const data = { modelMetrics: { "gpt-5": { requests: { count: 2 }, usage } } };
  const shutdown = { id: "g3", type: "session.shutdown", timestamp: "2026-06-22T09:00:00Z", data };
  appendFileSync(log, `${JSON.stringify(shutdown)}\n`);
  expect(await run()).toMatchObject({ recorded: 2 });
  expect(await golden.rows("session")).toMatchObject({ [id("3")]: [3, 500, 100] });
});
