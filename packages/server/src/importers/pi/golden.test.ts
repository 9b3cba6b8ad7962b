import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { brokenIn, openGolden, type GoldenLedger } from "../golden.fixture.ts";
import { pi } from "./pi.ts";

// golden/ has a line for each trap; what they come to was added up by hand.

let golden: GoldenLedger;

const BY_SESSION = {
  // a 100 + 1,000 read + 50 written · b 10 · by the model set before 7 · failed 5/0 · a local server counts its answers: 2, 3
  "11111111-aaaa": [6, 1_177, 232],
  // a fork: a and b are copies · 40 + 400 read
  "22222222-bbbb": [1, 440, 60],
  // before lines had a type
  "33333333-cccc": [1, 8, 2],
};

describe("the golden folder", () => {
  beforeEach(async () => {
    golden = await openGolden(pi, join(import.meta.dirname, "golden"));
  });
  afterEach(() => golden.ledger.close());

  test("comes to what was added up by hand", async () => {
    const oldestFirst = golden.files.toSorted((a, b) => (sessionStart(a.path) < sessionStart(b.path) ? -1 : 1));
    for (const file of oldestFirst.slice(0, 2)) await golden.importFrom("laptop", [file]);
    const outcome = await golden.importFrom("laptop");
    expect(outcome).toMatchObject({ files: 3, recorded: 1, known: 2 });
    expect(await golden.rows("session")).toEqual(BY_SESSION);
    expect(await golden.rows("project", "calls")).toMatchObject({ shop: [6], api: [1] });
    expect(await golden.rows("status", "calls")).toEqual({ success: [7], error: [1] });
    expect(await golden.rows("provider", "calls")).toEqual({
      anthropic: [3],
      openai: [2],
      ollama: [2],
      openrouter: [1],
    });
    expect(await golden.rows("agent", "cacheReadTokens,cacheWriteTokens,reasoningTokens")).toEqual({
      pi: [1_400, 50, 80],
    });
    const [a] = await golden.ledger.storage.getEvents(["pi:msg_01AAAAAAAAAAAAAAAAAAAA"]);
    // Sonnet 4.5: 100 × 3 + 1,000 × 0.30 + 50 written for an hour × 6 + 200 × 15, in millionths
    expect(a).toMatchObject({ costNanoUsd: 3_900_000, metadata: { toolCostUsd: 0.05 } });
    expect(new Date(a!.occurredAtMs).toISOString()).toBe("2026-06-02T10:00:01.000Z");
  });

  test("names what is broken; again and from another machine it changes nothing, and backwards it comes to the same", async () => {
    const outcome = await golden.importFrom("desktop", golden.files.toReversed());
    expect(outcome).toMatchObject({ unfinished: 1, leftOut: { "calls with a total of tokens only": 1 } });
    expect(brokenIn(outcome).toSorted()).toEqual([
      "2026-01-02T00-00-00-000Z_33333333-cccc.jsonl:2 no model is named, neither here nor before",
      "2026-06-02T10-00-00-000Z_11111111-aaaa.jsonl:10 input is no count of tokens",
      "2026-06-02T10-00-00-000Z_11111111-aaaa.jsonl:11 not JSON: cut off or damaged",
      "2026-06-02T10-00-00-000Z_11111111-aaaa.jsonl:12 timestamp is not an instant",
    ]);
    const totals = { pi: [8, 1_625, 294] };
    expect(await golden.rows("agent")).toEqual(totals);
    for (const file of golden.files) await golden.importFrom("laptop", [file]);
    expect(await golden.rows("agent")).toEqual(totals);
    expect(await golden.importFrom("laptop")).toMatchObject({ recorded: 0, unchangedFiles: 3, broken: [] });
  });
});

function sessionStart(path: string): string {
  return path.slice(path.lastIndexOf("/"));
}

test("sessions are found where the variable says, else in the home folder", async () => {
  const homeDir = realpathSync(mkdtempSync(join(tmpdir(), "outlay-pi-")));
  try {
    const [own, other] = [join(homeDir, ".pi", "agent", "sessions"), join(homeDir, "other", "sessions")];
    for (const folder of [own, other]) mkdirSync(folder, { recursive: true });
    expect(await pi.findFolders({ env: {}, homeDir })).toEqual([own]);
    expect(
      await pi.findFolders({ env: { PI_AGENT_DIR: `${join(homeDir, "other")},~/.pi/agent/sessions` }, homeDir }),
    ).toEqual([other, own]);
  } finally {
    rmSync(homeDir, { recursive: true, force: true });
  }
});
