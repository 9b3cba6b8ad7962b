import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StatuslineAnswer } from "../insights/statusline.ts";
import { drawLine } from "./draw-line.ts";
import { figuresOf } from "./figures.ts";
import { readArguments } from "./read-arguments.ts";
import { parseInput } from "./read-input.ts";
import { startRefresh } from "./start-refresh.ts";
import { readState, withAnswer, writeState } from "./state.ts";

const nowMs = Date.parse("2026-06-10T13:15:00Z");

const told = JSON.stringify({
  session_id: "s1",
  model: { id: "claude-opus-4-5", display_name: "Opus\u001b[31m 4.5" },
  cost: { total_cost_usd: 0.4231 },
  context_window: { total_input_tokens: 100_000, context_window_size: 200_000 },
  rate_limits: {
    five_hour: { used_percentage: 81.4, resets_at: nowMs / 1_000 + 3_600 },
    seven_day: { used_percentage: 12, resets_at: nowMs / 1_000 - 1 },
    odd: { used_percentage: "full" },
  },
  hook_event_name: "Status",
});

const answer: StatuslineAnswer = {
  at: "2026-06-10T13:14:00.000Z",
  session: { id: "s1", cost: 1_234.5, calls: 3, unpricedCalls: 0 },
  today: { cost: 3.1, calls: 9, unpricedCalls: 0, until: "2026-06-11T00:00:00.000Z" },
  block: {
    start: "2026-06-10T11:00:00.000Z",
    end: "2026-06-10T16:00:00.000Z",
    isGap: false,
    isActive: true,
    firstAt: "2026-06-10T11:01:00.000Z",
    lastAt: "2026-06-10T13:00:00.000Z",
    calls: 9,
    tokens: { input: 1, cacheWrite: 1, cacheRead: 1, output: 1, total: 4 },
    cost: 1.2,
    unpricedCalls: 0,
    models: [],
    burnRate: { tokensPerMinute: 1, inputAndOutputPerMinute: 1, costPerHour: 0.004 },
    projection: null,
  },
};
const state = withAnswer(null, answer, { askedAtMs: nowMs });

function line(
  text: string,
  options: { at?: number; known?: typeof state | null; format?: string; source?: "outlay" } = {},
) {
  const { at = nowMs, known = state, format = null, source = "auto" } = options;
  const figures = figuresOf(parseInput(text), known, { nowMs: at, costSource: source });
  return drawLine(figures, { format, hasColors: false, nowMs: at, asOfMs: known?.askedAtMs ?? null });
}

describe("the line", () => {
  test("shows what the tool says and what was recorded", () => {
    expect(line(told)).toMatch(
      /^Opus\[31m 4\.5 \| \$0\.42 session \| \$3\.10 today \| \$1\.20 block, 2h 45m left \| <\$0\.01\/h \| context 50% \| 5h 81% until \d\d:15 · 7d – until \d\d:14$/,
    );
    expect(line(told, { source: "outlay" })).toContain("| $1,235 session |");
  });

  test("leaves out what is not known, and does not fail on anything", () => {
    for (const text of [
      "",
      "null",
      "[]",
      '{"model":7,"cost":null,"rate_limits":[3]}',
      "\u0000",
      '{"session_id":"s1"',
    ]) {
      expect(line(text, { known: null })).toBe("Outlay");
    }
    expect(line('{"model":"sonnet","cost":{"total_cost_usd":-1}}', { known: null })).toBe("sonnet");
    expect(line("")).toBe("$3.10 today | $1.20 block, 2h 45m left | <$0.01/h");
  });

  test("does not go on showing what time has overtaken", () => {
    expect(line("", { at: nowMs + 60_000 })).not.toContain("as of");
    expect(line("", { at: Date.parse("2026-06-10T16:00:00Z") })).toMatch(/^\$3\.10 today \| as of \d\d:15$/);
    expect(line("", { at: Date.parse("2026-06-10T16:00:00Z"), format: "{asOf}" })).toMatch(/^\d\d:15$/);
    expect(line("", { at: Date.parse("2026-06-11T00:00:00Z") })).toBe("Outlay");
  });

  test("takes any form", () => {
    expect(line(told, { format: "{today} {left} {nothing} {limits}", known: null })).toMatch(/^– – \{nothing\} 5h 81%/);
    const figures = figuresOf(parseInput(told), state, { nowMs, costSource: "auto" });
    expect(drawLine(figures, { format: "{context}", hasColors: true, nowMs, asOfMs: null })).toBe(
      "\u001b[33m50%\u001b[0m",
    );
    expect(figures.limits.map(({ usedPercent }) => usedPercent)).toEqual([
      { value: 81.4, label: "official" },
      { value: null, label: "unknown" },
    ]);
    expect(figures.session).toEqual({ value: 0.4231, label: "local estimate" });
  });
});

test("flags are read without the library, and what it cannot read is left to the program", () => {
  const env = { HOME: "/home/mia" };
  expect(readArguments([], env)).toMatchObject({ dataDir: "/home/mia/.outlay", hasColors: true, isRemote: false });
  expect(
    readArguments(
      ["--data=/d", "--format", "{model}", "--refresh-interval", "3", "--no-import", "--cost-source", "outlay"],
      {
        ...env,
        OUTLAY_SERVER: "https://hub.example",
        NO_COLOR: "1",
      },
    ),
  ).toMatchObject({
    dataDir: "/d",
    format: "{model}",
    refreshSeconds: 3,
    readsLogs: false,
    costSource: "outlay",
    hasColors: false,
    isRemote: true,
  });
  for (const args of [["--help"], ["--refresh", "{}"], ["--format"], ["--cost-source", "x"], ["--json=1"], ["x"]]) {
    expect(readArguments(args, env)).toBeNull();
  }
});

test("what was known is kept, and damaged files are as none; of two refreshes one starts", () => {
  const folder = mkdtempSync(join(tmpdir(), "outlay-statusline-"));
  try {
    expect(readState(folder)).toBeNull();
    writeState(folder, state);
    expect(readState(folder)).toEqual(state);
    const other = withAnswer(state, { ...answer, session: { ...answer.session!, id: "s2" } }, { askedAtMs: nowMs });
    expect(other.sessions.map(({ id }) => id)).toEqual(["s2", "s1"]);
    for (const damaged of ["", "{", '{"today":{"cost":1}}']) {
      writeFileSync(join(folder, "statusline.json"), damaged);
      expect(readState(folder)).toBeNull();
    }
    // somebody is at it since a minute; somebody else was killed
    writeFileSync(join(folder, "statusline.lock"), String(nowMs - 60_000));
    expect(startRefresh(folder, ["{}"], nowMs)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
