import { afterAll, beforeAll, expect, test } from "vitest";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { blocks } from "./blocks.ts";
import { keepPlanLimits, planLimits, type PlanLimits } from "./plan-limits.ts";
import { splitBlocks, type BlockCall } from "./split-blocks.ts";
import { statusline } from "./statusline.ts";

let ledger: OpenLedger;

beforeAll(async () => {
  ledger = await openLedger("2026-06-10T13:00:00Z");
});
afterAll(() => ledger.close());

const coding = { source: "claude-code", session: "s1" };
const record = (events: Record<string, unknown>[]) => recordUsage(ledger, events);
const startsOf = (answer: { blocks: { start: string; end: string; isGap: boolean; calls: number }[] }) =>
  answer.blocks.map(({ start, end, isGap, calls }) => `${isGap ? "gap " : ""}${start}/${end} ${calls}`);

function at(...times: string[]): BlockCall[] {
  return times.map((time) => ({
    atMs: Date.parse(time),
    inputTokens: 1,
    cacheWriteTokens: 0,
    cacheReadTokens: 0,
    outputTokens: 1,
    costNanoUsd: 1,
    model: "m",
  }));
}

const fiveHours = { lengthMs: 5 * 3_600_000, nowMs: Date.parse("2026-06-03T10:00:00Z") };
const spans = (times: string[]) =>
  splitBlocks(at(...times), fiveHours).map(({ startMs, endMs, calls }) => [
    new Date(startMs).toISOString().slice(8, 16),
    new Date(endMs).toISOString().slice(8, 16),
    calls?.length ?? "gap",
  ]);

test("a block begins with the full hour, and another after its end or after a silence", () => {
  // exactly five hours after the start, and after the call before, it still is the same block
  expect(spans(["2026-06-02T08:05:00Z", "2026-06-02T12:41:00Z", "2026-06-02T13:00:00Z"])).toEqual([
    ["02T08:00", "02T13:00", 3],
  ]);
  expect(spans(["2026-06-02T08:05:00Z", "2026-06-02T12:41:00Z", "2026-06-02T13:10:00Z"])).toEqual([
    ["02T08:00", "02T13:00", 2],
    ["02T13:00", "02T18:00", 1],
  ]);
  expect(spans(["2026-06-02T08:05:00Z", "2026-06-02T13:05:00Z", "2026-06-02T18:05:01Z"])).toEqual([
    ["02T08:00", "02T13:00", 1],
    ["02T13:00", "02T18:00", 1],
    ["02T18:05", "02T18:05", "gap"],
    ["02T18:00", "02T23:00", 1],
  ]);
});

test("blocks of a period follow from what came before it, and expect what goes on", async () => {
  await record([
    call("2026-06-08T20:30:00Z", coding),
    // no silence from here on: each block's end begins the next
    call("2026-06-08T23:30:00Z", coding),
    call("2026-06-09T03:30:00Z", coding),
    call("2026-06-10T11:30:00Z", { ...coding, model: "large" }),
    call("2026-06-10T12:30:00Z", { ...coding, model: "nobody-knows", provider: "nobody" }),
    call("2026-06-10T12:30:00Z", { source: "api" }),
  ]);
  const all = [
    "2026-06-08T20:00:00.000Z/2026-06-09T01:00:00.000Z 2",
    "2026-06-09T03:00:00.000Z/2026-06-09T08:00:00.000Z 1",
  ];
  const running = "2026-06-10T11:00:00.000Z/2026-06-10T16:00:00.000Z 2";
  const gap = "gap 2026-06-09T08:30:00.000Z/2026-06-10T11:30:00.000Z 0";
  expect(startsOf(await blocks(ledger, { period: ["all"] }))).toEqual([...all, gap, running]);
  // the block of the evening before is not cut in two by midnight
  expect(startsOf(await blocks(ledger, { from: ["2026-06-09"] }))).toEqual([all[1], gap, running]);
  const answer = await blocks(ledger, { period: ["7d"], active: ["true"], tokenLimit: ["max"] });
  expect(answer.blocks).toEqual([
    expect.objectContaining({
      isActive: true,
      tokens: { input: 0, cacheWrite: 0, cacheRead: 0, output: 200, total: 200 },
      cost: 0.001,
      unpricedCalls: 1,
      models: ["large", "nobody-knows"],
      burnRate: { tokensPerMinute: 200 / 60, inputAndOutputPerMinute: 200 / 60, costPerHour: 0.001 },
      // three hours more
      projection: { tokens: 800, cost: 0.004, remainingMinutes: 180 },
    }),
  ]);
  expect(answer.tokenLimit).toEqual({ tokens: 200, from: "largest block" });
  expect(startsOf(await blocks(ledger, { period: ["today"], hours: ["1"] }))).toEqual([
    "2026-06-10T11:00:00.000Z/2026-06-10T12:00:00.000Z 1",
    "2026-06-10T12:00:00.000Z/2026-06-10T13:00:00.000Z 1",
  ]);
  await expect(blocks(ledger, { hours: ["0"] })).rejects.toMatchObject({ code: "out_of_range", field: "hours" });
  await expect(blocks(ledger, { active: ["yes"] })).rejects.toMatchObject({ code: "invalid_parameter" });
  await expect(blocks(ledger, {}, { readLimit: 2 })).rejects.toMatchObject({ code: "scan_too_large" });

  expect(await statusline(ledger, { session: ["s1"] })).toMatchObject({
    session: { id: "s1", cost: 0.004, calls: 5, unpricedCalls: 1 },
    today: { cost: 0.001, calls: 2, unpricedCalls: 1 },
    block: { start: "2026-06-10T11:00:00.000Z" },
  });
  ledger.setNow("2026-06-10T16:00:00Z");
  expect(await statusline(ledger, { session: ["s2"] })).toMatchObject({ session: null, block: null });
});

test("keeps what was told last of a plan, and calls it unknown once it has begun anew", async () => {
  ledger.setNow("2026-06-10T13:00:00Z");
  const told: PlanLimits = {
    tool: "claude-code",
    account: "laptop",
    user: "mia",
    plan: null,
    windows: [
      { name: "five_hour", minutes: 300, usedPercent: 40, resetsAt: "2026-06-10T14:00:00.000Z" },
      { name: "seven_day", minutes: 10_080, usedPercent: 12.5, resetsAt: null },
    ],
    reportedAt: "2026-06-10T12:00:00.000Z",
  };
  expect(await keepPlanLimits(ledger.storage, told)).toEqual({ kept: true });
  expect(
    await keepPlanLimits(ledger.storage, { ...told, windows: [], reportedAt: "2026-06-10T11:59:59.999Z" }),
  ).toEqual({
    kept: false,
  });
  const read = (user: string, tool?: string) =>
    planLimits(ledger.storage, ledger, { tool, maySee: (of) => of === user });
  expect(await read("mia")).toMatchObject([{ windows: [{ usedPercent: 40, label: "official" }, {}] }]);
  expect(await read("otto")).toEqual([]);
  // Codex says it beside its calls, and the newest counts
  await record([
    call("2026-06-10T12:10:00Z", { source: "codex", metadata: { limits: limits(5) } }),
    call("2026-06-10T12:20:00Z", { source: "codex", metadata: { limits: limits(7.5) } }),
  ]);
  ledger.setNow("2026-06-10T14:00:00Z");
  expect(await read("mia")).toMatchObject([
    { tool: "codex", plan: "plus", windows: [{ name: "primary", usedPercent: 7.5, label: "official" }] },
    {
      windows: [
        { usedPercent: null, label: "unknown" },
        { usedPercent: 12.5, label: "official" },
      ],
    },
  ]);
  expect(await read("mia", "codex")).toHaveLength(1);
  // of each user, what was told last
  await record([
    call("2026-06-10T13:10:00Z", { source: "codex", user: "otto", metadata: { limits: limits(80) } }),
    call("2026-06-10T13:20:00Z", { source: "codex", user: "otto" }),
  ]);
  const everybodys = await planLimits(ledger.storage, ledger, { tool: "codex", maySee: () => true });
  expect(everybodys.map(({ user, windows }) => [user, windows[0]!.usedPercent])).toEqual([
    ["otto", 80],
    [null, 7.5],
  ]);
});

function limits(usedPercent: number): object {
  return {
    plan: "plus",
    primary: { usedPercent, minutes: 300, resetsAtMs: Date.parse("2026-06-10T15:00:00Z") },
  };
}
