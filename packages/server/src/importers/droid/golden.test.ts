import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { droid } from "./droid.ts";
import { modelName } from "./parse.ts";

// golden/ has a session for each trap; what they come to was added up by hand.

let home: string;
let golden: GoldenLedger;
beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "outlay-droid-")));
  cpSync(join(import.meta.dirname, "golden"), join(home, ".factory"), { recursive: true });
  golden = await openGolden(droid, join(home, ".factory"));
  for (const { path } of golden.files) utimesSync(path, monday, monday);
  golden.files = await droid.listFiles(join(home, ".factory"));
});
afterEach(async () => {
  await golden.ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const monday = new Date("2026-11-16T20:00:00Z");
const tuesday = new Date("2026-11-17T09:00:00Z");

const BY_SESSION = {
  // 100 + 20 written + 10 read · 50 + 5 thinking
  a: [1, 130, 55],
  b: [1, 10, 20],
  c: [1, 7, 3],
  // 200 + 1,000 read · 30 + 70 thinking
  d: [1, 1_200, 100],
};

test("comes to what was added up by hand, dated when it was written", async () => {
  const outcome = await golden.importFrom("laptop", golden.files);
  expect(outcome).toMatchObject({ files: 9, recorded: 4, leftOut: { "calls with a total of tokens only": 1 } });
  expect(brokenIn(outcome).toSorted()).toEqual([
    "bad.settings.json: inputTokens is no count of tokens",
    "cut.settings.json: not JSON: cut off or damaged",
  ]);
  expect(await golden.rows("session")).toEqual(BY_SESSION);
  expect(await golden.rows("model", "calls,unpricedCalls")).toEqual({
    "claude-sonnet-4": [1, 0],
    "claude-opus-4-5": [1, 0],
    "gpt-5.1-codex": [1, 0],
    "my-model": [1, 1],
  });
  expect(await golden.rows("project", "calls")).toMatchObject({ shop: [2] });
  const [a] = await golden.ledger.storage.getEvents(["droid:a"]);
  // Sonnet 4: 100 × 3 + 20 × 3.75 + 10 × 0.30 + 55 × 15, in millionths
  expect(a).toMatchObject({ occurredAtMs: monday.getTime(), costNanoUsd: 1_203_000 });
});

test("what a session uses later counts when it is written, once for all machines and in any order", async () => {
  await golden.importFrom("laptop", golden.files);
  const file = golden.files.find(({ path }) => path.endsWith("a.settings.json"))!;
  const settings = JSON.parse(readFileSync(file.path, "utf8")) as { tokenUsage: Record<string, number> };
  const earlier = golden.files.toReversed();
  Object.assign(settings.tokenUsage, { inputTokens: 400, outputTokens: 80 });
  writeFileSync(file.path, JSON.stringify(settings));
  utimesSync(file.path, tuesday, tuesday);
  const later = await droid.listFiles(join(home, ".factory"));

  // another machine with the same home folder has never seen the first state
  expect(await golden.importFrom("desktop", later)).toMatchObject({ recorded: 1, known: 3 });
  expect(await golden.importFrom("laptop", later)).toMatchObject({ recorded: 0, unchangedFiles: 8, known: 1 });
  expect(await golden.rows("session")).toEqual({ ...BY_SESSION, a: [2, 430, 85] });
  expect(await days()).toEqual({ "2026-11-16": 130, "2026-11-17": 300 });

  // a backup puts the older state back, on a third machine
  Object.assign(settings.tokenUsage, { inputTokens: 100, outputTokens: 50 });
  writeFileSync(file.path, JSON.stringify(settings));
  await golden.importFrom("old", await Promise.all(earlier.map(async ({ path }) => (await droid.listFiles(path))[0]!)));
  expect(await golden.rows("session")).toEqual({ ...BY_SESSION, a: [2, 430, 85] });
});

async function days(): Promise<Record<string, number>> {
  const question = { startMs: 0, endMs: golden.ledger.now(), filters: [], limit: 50 };
  const { events } = await golden.ledger.storage.listEvents(question);
  return Object.fromEntries(
    events
      .filter(({ session }) => session === "a")
      .map(({ occurredAtMs, usage }) => [new Date(occurredAtMs).toISOString().slice(0, 10), usage.inputTokens ?? 0]),
  );
}

test("models have names of their own, of which one can find the maker's", () => {
  expect(modelName("Claude-Sonnet-4-[Anthropic]")).toBe("claude-sonnet-4");
  expect(modelName("custom:Claude-Opus-4.5-Thinking-[Anthropic]-0")).toBe("claude-opus-4-5");
  expect(modelName("gemini-2.5-pro")).toBe("gemini-2.5-pro");
  expect(modelName("GPT 5.1 Codex [OpenAI]")).toBe("gpt-5.1-codex");
  expect(modelName(null)).toBe("unknown");
});
