import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { WireEvent } from "@outlay/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

import { get, nanoUsd, record, verifyRollups, type Answer, type QueryRow } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

let server: RunningServer;
let dataDir: string;
/** Each run has a project of its own in the one server. */
let runs = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-parts-"));
  server = await startServer({ dataDir });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const firstMs = Date.UTC(2026, 2, 1);
const lastMs = Date.UTC(2026, 4, 1);
const instant = fc.integer({ min: firstMs, max: lastMs }).map((ms) => new Date(ms).toISOString());
const DIMENSIONS = [
  "provider",
  "model",
  "user",
  "team",
  "agent",
  "session",
  "operation",
  "status",
  "basis",
  "tag:story",
] as const;
type AskedDimension = (typeof DIMENSIONS)[number];

const anyEvent = fc.record(
  {
    occurredAt: instant,
    provider: fc.constantFrom("openai", "anthropic"),
    model: fc.constantFrom("gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "nothing-known"),
    operation: fc.constantFrom("chat", "embedding"),
    reportedCostUsd: fc.integer({ min: 0, max: 2_000_000_000 }).map((nano) => nano / 1e9),
    usage: fc.record({ inputTokens: fc.nat(1_000_000), outputTokens: fc.nat(10_000) }),
    user: fc.constantFrom("", "ann", "bob", "ännchen 🙂", "a:b*c"),
    team: fc.constantFrom("red", "blue"),
    agent: fc.constantFrom("dexter", "forge", "atlas"),
    session: fc.constantFrom("s-1", "s-2", "s-3"),
    tags: fc.record({ story: fc.constantFrom("st-1", "st-2") }, { requiredKeys: [] }),
    success: fc.boolean(),
  },
  { requiredKeys: ["occurredAt", "provider", "model"] },
) satisfies fc.Arbitrary<WireEvent>;

const anyQuestion = fc.record({
  by: fc.uniqueArray(fc.constantFrom(...DIMENSIONS), { minLength: 1, maxLength: 2 }),
  unit: fc.constantFrom(null, "hour", "day", "week", "month"),
  limit: fc.constantFrom(null, 1, 2),
  range: fc.uniqueArray(instant, { minLength: 2, maxLength: 2 }).map((ends) => ends.toSorted()),
  team: fc.constantFrom(null, "red", "!red", "", "r*"),
  tz: fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
  ),
});

interface Total {
  calls: number;
  tokens: number;
  cost: bigint;
}

const total = (events: WireEvent[]): Total => ({
  calls: events.length,
  tokens: events.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0), 0),
  cost: events.reduce((sum, { reportedCostUsd }) => sum + nanoUsd(reportedCostUsd), 0n),
});

const totalOfRows = (rows: QueryRow[]): Total => ({
  calls: rows.reduce((sum, row) => sum + (row["calls"] as number), 0),
  tokens: rows.reduce((sum, row) => sum + (row["tokens"] as number), 0),
  cost: rows.reduce((sum, row) => sum + nanoUsd(row["cost"] as number), 0n),
});

const totalOfAnswer = ({ totals }: Answer): Total => ({
  calls: totals["calls"]!,
  tokens: totals["tokens"]!,
  cost: nanoUsd(totals["cost"]),
});

function isOfTeam(team: string | null): (event: WireEvent) => boolean {
  if (team === null) return () => true;
  if (team === "") return (event) => (event.team ?? "") === "";
  if (team === "!red") return (event) => event.team !== "red";
  return (event) => event.team === "red";
}

/** The value that an event is grouped under, for the dimensions that this test can say by itself. */
function valueOf(dimension: AskedDimension, event: WireEvent): string | null | undefined {
  if (dimension === "basis") return undefined;
  if (dimension === "status") return undefined;
  if (dimension === "operation") return event.operation ?? "chat";
  if (dimension === "tag:story") return event.tags?.["story"] ?? null;
  return event[dimension] || null;
}

it("the parts of any question add up to its total, which is what the events say", { timeout: 600_000 }, async () => {
  const answers = new Map<string, Answer>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { maxLength: 40 }),
      fc.array(anyQuestion, { minLength: 1, maxLength: 4 }),
      async (events, asked) => {
        const project = `parts-${runs++}`;
        const mine: WireEvent[] = events.map((one, index) => ({
          ...one,
          id: `${project}-${index}`,
          project,
          // Rated costs are the business of other tests; here all costs are known.
          reportedCostUsd: one.reportedCostUsd ?? 0.000_000_001,
        }));
        if (mine.length > 0) expect((await record(server.url, mine)).accepted).toBe(mine.length);

        for (const { by, unit, limit, range, team, tz } of asked) {
          const [start, end] = range as [string, string];
          const inside = mine
            .filter(({ occurredAt }) => occurredAt! >= start && occurredAt! < end)
            .filter(isOfTeam(team));
          const filters = [
            `project:${project}`,
            ...(team === null ? [] : [team.startsWith("!") ? `!team:${team.slice(1)}` : `team:${team}`]),
          ];
          const params = new URLSearchParams([
            ["metrics", "cost,calls,tokens"],
            ["by", [...by, ...(unit ? [unit] : [])].join(",")],
            ["from", start],
            ["to", end],
            ["tz", tz],
            ...filters.map((filter): [string, string] => ["filter", filter]),
            ...(limit ? [["limit", String(limit)] as [string, string]] : []),
          ]);
          const path = `/api/v1/query?${params}`;
          const answer = await get(server.url, path);
          answers.set(path, answer);
          expect(totalOfAnswer(answer)).toEqual(total(inside));
          expect(totalOfRows(answer.rows)).toEqual(total(inside));
          if (limit === null) expectGroups(answer.rows, by, inside);
        }
      },
    ),
    { numRuns: 100 },
  );

  // Asked again after a restart, when everything is in the kept sums, the answers are the same.
  await server.stop();
  server = await startServer({ dataDir });
  for (const [path, { rows, totals }] of answers) expect(await get(server.url, path)).toMatchObject({ rows, totals });
  expect(await verifyRollups(server.url)).toMatchObject({ different: 0 });
});

/** Every group of the first dimension has what its events say. */
function expectGroups(rows: QueryRow[], by: AskedDimension[], events: WireEvent[]): void {
  const [dimension] = by as [AskedDimension];
  if (valueOf(dimension, { provider: "", model: "" }) === undefined) return;
  const values = new Set(events.map((one) => valueOf(dimension, one)!));
  for (const value of values) {
    const ofValue = rows.filter((row) => row[dimension] === value && row["calls"] !== 0);
    expect(totalOfRows(ofValue)).toEqual(total(events.filter((one) => valueOf(dimension, one) === value)));
  }
  expect(rows.filter((row) => row["calls"] !== 0 && !values.has(row[dimension] as string)).length).toBe(0);
}

it("sending any part again, in any split and order, changes nothing", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 1, maxLength: 40 }),
      fc.array(fc.array(fc.nat(1_000), { maxLength: 40 }), { maxLength: 4 }),
      async (events, replays) => {
        const project = `replay-${runs++}`;
        const mine: WireEvent[] = events.map((one, index) => ({ ...one, id: `${project}-${index}`, project }));
        const path = `/api/v1/query?metrics=cost,calls,tokens,errors&by=model,day&period=all&tz=Asia/Kolkata&filter=project:${project}`;
        expect((await record(server.url, mine)).accepted).toBe(mine.length);
        const before = await get(server.url, path);
        for (const replay of replays) {
          const again = replay.map((pick) => mine[pick % mine.length]!);
          if (again.length === 0) continue;
          expect(await record(server.url, again)).toMatchObject({
            accepted: 0,
            duplicates: again.length,
            rejected: [],
          });
        }
        const after = await get(server.url, path);
        expect(after.rows).toEqual(before.rows);
        expect(after.totals).toEqual(before.totals);
      },
    ),
    { numRuns: 40 },
  );
});
