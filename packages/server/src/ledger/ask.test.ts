import { buckets, METRICS, resolvePeriod, type Metric, type TimeUnit } from "@outlay/core";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QueryAnswer, QueryParams, Row } from "./answers.ts";
import { ask } from "./ask.ts";
import { breakdown } from "./breakdown.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { parseQuestion } from "./question.ts";
import { recordUsage } from "./record-usage.ts";
import { summary } from "./summary.ts";
import { timeSeries } from "./time-series.ts";

const NOW = "2026-11-14T15:20:30.123Z";
const FIRST_MS = Date.parse("2026-10-01T00:00:00Z");
const ZONES = Intl.supportedValuesOf("timeZone");
/** Those whose clocks change in the weeks of the data, or never stood on a full hour. */
const ODD_ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "Asia/Beirut",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "Asia/Kolkata",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
  "UTC",
];

interface Sent {
  occurredAtMs: number;
  model: string;
  provider: string;
  user: string | null;
  team: string | null;
  agent: string | null;
  story: string | null;
  session: string | null;
  inputTokens: number;
  outputTokens: number;
  success: boolean;
  durationMs: number | null;
}

const pick = <Value>(...values: Value[]) => fc.constantFrom(...values);
const sentEvent: fc.Arbitrary<Sent> = fc.record({
  occurredAtMs: fc.integer({ min: FIRST_MS, max: Date.parse(NOW) - 1 }),
  model: pick("small", "large", "small", "unheard-of"),
  provider: pick("test", "other"),
  user: fc.oneof(
    fc.constant(null),
    fc.nat({ max: 30 }).map((n) => `u-${n}`),
  ),
  team: pick(null, "red", "blue"),
  agent: pick(null, "dexter", "otto", "=2+2"),
  story: pick(null, null, "st-1", "st-2", "st-3"),
  session: fc.oneof(
    fc.constant(null),
    fc.nat({ max: 60 }).map((n) => `s-${n}`),
  ),
  inputTokens: fc.nat({ max: 100_000 }),
  outputTokens: fc.nat({ max: 20_000 }),
  success: pick(true, true, true, false),
  durationMs: fc.option(fc.integer({ min: 1, max: 60_000 }), { nil: null }),
});
const SENT = fc.sample(sentEvent, { numRuns: 3_000, seed: 42 });

function toWire(sent: Sent, index: number): Record<string, unknown> {
  const { inputTokens, outputTokens, story, ...rest } = sent;
  return {
    ...rest,
    id: `e-${index}`,
    occurredAt: sent.occurredAtMs,
    occurredAtMs: undefined,
    usage: { inputTokens, outputTokens },
    tags: { story },
  };
}

let ledger: OpenLedger;

beforeAll(async () => {
  ledger = await openLedger(NOW);
  const wire = SENT.map((sent, index) => JSON.parse(JSON.stringify(toWire(sent, index))) as unknown);
  const answer = await recordUsage(ledger, wire);
  expect(answer.rejected).toEqual([]);
  expect(answer.accepted).toBe(SENT.length);
});
afterAll(() => ledger.close());

function query(params: Record<string, string | string[]>): Promise<QueryAnswer> {
  const lists: QueryParams = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value].flat()]));
  return ask(ledger, parseQuestion(lists, { now: ledger.now(), timeZone: "UTC" }));
}

/** The same numbers, from what was sent, added up by hand. */
function addUp(events: Sent[]): Record<"cost" | "calls" | "tokens" | "errors" | "unpricedCalls", number> {
  const priced = events.filter((event) => event.model !== "unheard-of");
  const nanoUsd = priced.reduce((sum, event) => sum + event.inputTokens * 1_000 + event.outputTokens * 10_000, 0);
  return {
    cost: nanoUsd / 1e9,
    calls: events.length,
    tokens: events.reduce((sum, event) => sum + event.inputTokens + event.outputTokens, 0),
    errors: events.filter((event) => !event.success).length,
    unpricedCalls: events.length - priced.length,
  };
}

function distinct(events: Sent[], name: "user" | "session"): number {
  return new Set(events.map((event) => event[name]).filter((value) => value !== null)).size;
}

const ADDITIVE = ["cost", "calls", "tokens", "errors", "unpricedCalls"] as const;

/** In whole nano-dollars, so that adding up in the test loses nothing. */
function columnSum(rows: Row[], metric: string): number {
  return rows.reduce((sum, row) => sum + Math.round(Number(row[metric] ?? 0) * (metric === "cost" ? 1e9 : 1)), 0);
}

function expectPartsToBeTheWhole(answer: QueryAnswer): void {
  for (const metric of ADDITIVE) {
    expect([metric, columnSum(answer.rows, metric)]).toEqual([metric, columnSum([answer.totals as Row], metric)]);
  }
}

const metrics = ADDITIVE.join(",");
const dimension = pick(
  "model",
  "provider",
  "user",
  "team",
  "agent",
  "session",
  "tag:story",
  "status",
  "basis",
  "tag:none",
);
const unit = pick<TimeUnit | null>(null, "hour", "day", "week", "month", "quarter", "year");
const filter = pick(
  "model:*",
  "!model:large",
  "user:u-1*",
  "team:",
  "!team:",
  "agent:otto",
  "tag:story:st-1",
  "tag:story:",
  "!user:u-2",
  "status:error",
);
const zone = fc.oneof(pick(...ODD_ZONES), pick(...ZONES));
const range = fc
  .tuple(fc.integer({ min: FIRST_MS - 86_400_000, max: Date.parse(NOW) }), fc.integer({ min: 1, max: 30 * 86_400_000 }))
  .map(([startMs, lengthMs]) => ({
    from: new Date(startMs).toISOString(),
    to: new Date(startMs + lengthMs).toISOString(),
  }));
const period = fc.oneof(
  range,
  pick("today", "yesterday", "week", "month", "quarter", "year", "7d", "30d", "90d", "all").map((name) => ({
    period: name,
  })),
);

describe("the parts are the whole", () => {
  test("for any split, filter, zone, limit and period", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(dimension, { minLength: 0, maxLength: 2 }),
        unit,
        fc.uniqueArray(filter, { maxLength: 2 }),
        zone,
        fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }),
        period,
        async (by, timeUnit, filters, tz, limit, asked) => {
          const params = {
            metrics,
            by: [...by, ...(timeUnit === null ? [] : [timeUnit])].join(","),
            filter: filters,
            tz,
          };
          const answer = await query({ ...params, ...asked, ...(limit === null ? {} : { limit: String(limit) }) });
          expectPartsToBeTheWhole(answer);
          const { totals } = await query({ ...params, ...asked, by: "" });
          expect(answer.totals).toEqual(totals);
          if (limit !== null && timeUnit === null) {
            expect(answer.rows.length).toBeLessThanOrEqual(limit + 1);
            expect(answer.rows.filter((row) => row.other).length).toBe(
              answer.meta.groups > limit && by.length > 0 ? 1 : 0,
            );
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("the days of a range are the range, in every zone", async () => {
    const whole = addUp(SENT);
    for (const tz of ZONES) {
      const answer = await query({ metrics, by: "day", period: "all", tz });
      expectPartsToBeTheWhole(answer);
      expect(answer.totals).toEqual(whole);
    }
  });

  test("one day in a zone is that day's events and no others", async () => {
    for (const tz of ODD_ZONES) {
      const days = buckets(
        resolvePeriod({ from: "2026-10-20", to: "2026-11-10" }, { timeZone: tz, nowMs: ledger.now() }),
        "day",
      );
      for (const day of days.filter((_, index) => index % 5 === 2)) {
        const next = days[days.indexOf(day) + 1]!;
        const answer = await query({ metrics, from: day.label, to: next.label, tz });
        const inDay = SENT.filter((event) => event.occurredAtMs >= day.startMs && event.occurredAtMs < next.startMs);
        expect(answer.totals).toEqual(addUp(inDay));
      }
    }
  });

  test("every group has what its events have", async () => {
    const groups = Map.groupBy(SENT, (event) => `${event.team} ${event.story}`);
    const { rows } = await query({ metrics, by: "team,tag:story", period: "all" });
    expect(rows.length).toBe(groups.size);
    for (const row of rows) {
      const expected = addUp(groups.get(`${row["team"]} ${row["tag:story"]}`)!);
      expect(row).toEqual({ team: row["team"], "tag:story": row["tag:story"], ...expected });
    }
  });

  test("tags and what has none add up to everything", async () => {
    const { rows, totals } = await query({ metrics, by: "tag:story", period: "all" });
    expect(rows.map((row) => row["tag:story"]).toSorted()).toEqual([null, "st-1", "st-2", "st-3"].toSorted());
    expect(columnSum(rows, "cost")).toBe(columnSum([totals as Row], "cost"));
    const { rows: byUser } = await query({
      metrics,
      by: "tag:story,user",
      period: "all",
      filter: "tag:story:st-1",
      limit: "10000",
    });
    expect(columnSum(byUser, "cost")).toBe(
      columnSum(
        rows.filter((row) => row["tag:story"] === "st-1"),
        "cost",
      ),
    );
  });
});

describe("order and limit", () => {
  test("most first, the rest as other, which comes last", async () => {
    const { rows, meta } = await query({ metrics, by: "user", period: "all", limit: "5" });
    const costs = rows.slice(0, 5).map((row) => row["cost"] as number);
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
    expect(rows[5]).toMatchObject({ user: "other", other: true });
    expect(meta.groups).toBe(new Set(SENT.map((event) => event.user)).size);
  });

  test.each<Metric>(["errorRate", "costPerCall", "p95DurationMs", "sessions", "users", "costPerSession", "successes"])(
    "by %s, which no store can sort by",
    async (metric) => {
      const { rows } = await query({ metrics: metric, by: "agent", period: "all", order: metric, limit: "3" });
      const values = rows.filter((row) => !row.other).map((row) => row[metric] as number);
      expect(values.length).toBe(3);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    },
  );

  test("with time, the largest groups of the whole period keep their place in every bucket", async () => {
    const ranking = await query({ metrics, by: "user", period: "30d", limit: "3" });
    const { rows } = await query({ metrics, by: "user,day", period: "30d", limit: "3" });
    expect(rows.length).toBe(30 * 4);
    const names = ranking.rows.map((row) => row["user"]);
    for (let day = 0; day < 30; day++)
      expect(rows.slice(day * 4, day * 4 + 4).map((row) => row["user"])).toEqual(names);
    for (const name of names) {
      const whole = ranking.rows.filter((row) => row["user"] === name);
      expect(
        columnSum(
          rows.filter((row) => row["user"] === name),
          "cost",
        ),
      ).toBe(columnSum(whole, "cost"));
    }
  });

  test("more rows than an answer holds are refused", async () => {
    await expect(query({ by: "user,hour", period: "30d", limit: "1000" })).rejects.toMatchObject({
      code: "too_many_rows",
      field: "limit",
    });
  });
});

describe("what is computed from sums", () => {
  test("distinct users and sessions are exact, also with filters and buckets", async () => {
    const red = SENT.filter((event) => event.team === "red");
    const { totals } = await query({ metrics: "users,sessions", period: "all", filter: "team:red" });
    expect(totals).toEqual({ users: distinct(red, "user"), sessions: distinct(red, "session") });
    const { rows } = await query({ metrics: "users", by: "team,month", period: "all" });
    for (const row of rows) {
      const events = SENT.filter(
        (event) =>
          event.team === row["team"] && new Date(event.occurredAtMs).toISOString().startsWith(String(row["month"])),
      );
      expect(row["users"]).toBe(distinct(events, "user"));
    }
  });

  test("cost per session leaves out calls without a session", async () => {
    const { totals } = await query({ metrics: "costPerSession", period: "all" });
    const inSession = SENT.filter((event) => event.session !== null);
    const sessions = new Set(inSession.map((event) => event.session)).size;
    expect(totals.costPerSession).toBeCloseTo(addUp(inSession).cost / sessions, 8);
  });

  test("averages and percentiles are null where there was no call", async () => {
    const { rows } = await query({
      metrics: Object.keys(METRICS).join(","),
      by: "day",
      from: "2026-09-01",
      to: "2026-09-03",
    });
    expect(rows).toHaveLength(2);
    for (const [name, { additive }] of Object.entries(METRICS)) {
      const isCount = additive || name === "users" || name === "sessions";
      expect([name, rows[0]![name]]).toEqual([name, isCount ? 0 : null]);
    }
  });

  test("percentiles lie within two percent of the truth, and say that they are approximate", async () => {
    const { totals, meta } = await query({ metrics: "p50DurationMs,p95DurationMs,cost", period: "all" });
    const durations = SENT.map((event) => event.durationMs)
      .filter((value) => value !== null)
      .toSorted((a, b) => a - b);
    const nearestRank = (share: number) => durations[Math.ceil(durations.length * share) - 1]!;
    expect(Math.abs(totals.p50DurationMs! / nearestRank(0.5) - 1)).toBeLessThan(0.02);
    expect(Math.abs(totals.p95DurationMs! / nearestRank(0.95) - 1)).toBeLessThan(0.02);
    expect(meta.approximate).toEqual(["p50DurationMs", "p95DurationMs"]);
  });

  test("unpriced calls are told, and leave the average cost of the others alone", async () => {
    const { totals, meta } = await query({ metrics: "cost,calls,costPerCall", period: "all" });
    const expected = addUp(SENT);
    expect(meta.unpriced.calls).toBe(expected.unpricedCalls);
    expect(totals.costPerCall).toBeCloseTo(expected.cost / (expected.calls - expected.unpricedCalls), 8);
  });
});

describe("filters", () => {
  test.each<[string[], (event: Sent) => boolean]>([
    [["user:u-1"], (event) => event.user === "u-1"],
    [["user:u-1", "user:u-2"], (event) => event.user === "u-1" || event.user === "u-2"],
    [["user:u-1*"], (event) => event.user?.startsWith("u-1") ?? false],
    [["user:u-1*", "team:red"], (event) => (event.user?.startsWith("u-1") ?? false) && event.team === "red"],
    [["team:"], (event) => event.team === null],
    [["!team:"], (event) => event.team !== null],
    [["!team:red", "!team:blue"], (event) => event.team === null],
    [["user:u-*", "!user:u-1"], (event) => event.user !== null && event.user !== "u-1"],
    [["tag:story:st-*"], (event) => event.story !== null],
    [["tag:story:", "agent:=2+2"], (event) => event.story === null && event.agent === "=2+2"],
    [["status:error"], (event) => !event.success],
    [["basis:unpriced"], (event) => event.model === "unheard-of"],
    [["user:' OR 1=1 --"], () => false],
  ])("%j", async (filters, matches) => {
    const { totals } = await query({ metrics, period: "all", filter: filters });
    const expected = addUp(SENT.filter(matches));
    const isUnpriced = expected.calls > 0 && expected.calls === expected.unpricedCalls;
    expect(totals).toEqual({ ...expected, cost: isUnpriced ? null : expected.cost });
  });
});

describe("comparison", () => {
  test("with the same unfinished part: on the 14th at 15:20 with the first 14 days until 15:20", async () => {
    const answer = await query({ metrics, period: "month", compare: "previous" });
    expect(answer.comparison!.period).toEqual({ start: "2026-10-01T00:00:00.000Z", end: "2026-10-14T15:20:30.123Z" });
    const before = SENT.filter((event) => event.occurredAtMs < Date.parse("2026-10-14T15:20:30.123Z"));
    expect(answer.comparison!.totals).toEqual(addUp(before));
    expect(answer.comparison!.change.cost).toBeCloseTo(answer.totals.cost! / addUp(before).cost - 1, 10);
    expect(answer.query.compare).toEqual(answer.comparison!.period);
  });

  test("shows the same groups, and adds up", async () => {
    const answer = await query({ metrics, by: "user", period: "7d", compare: "previous", limit: "4" });
    expect(answer.comparison!.rows.map((row) => row["user"])).toEqual(answer.rows.map((row) => row["user"]));
    expectPartsToBeTheWhole({ ...answer, ...answer.comparison! });
  });

  test("from nothing is not known, not infinite", async () => {
    const answer = await query({
      metrics: "cost,errorRate",
      from: "2026-10-01",
      to: "2026-10-08",
      compare: "previous",
    });
    expect(answer.comparison!.totals).toEqual({ cost: 0, errorRate: null });
    expect(answer.comparison!.change).toEqual({ cost: null, errorRate: null });
  });

  test("there is none for all", async () => {
    const answer = await query({ period: "all", compare: "previous" });
    expect(answer.comparison).toBeUndefined();
    expect(answer.query.compare).toBeNull();
  });
});

async function unitOf(name: string): Promise<string[]> {
  return (await timeSeries(ledger, one({ period: name }))).query.by;
}

function one(params: Record<string, string>): QueryParams {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value]]));
}

describe("views", () => {
  test("a breakdown has shares that add up to one", async () => {
    const { rows, shareOf } = await breakdown(ledger, one({ by: "user", limit: "5", period: "all" }));
    expect(shareOf).toBe("cost");
    expect(rows.reduce((sum, row) => sum + (row["share"] as number), 0)).toBeCloseTo(1, 10);
  });

  test("a breakdown of rates has shares of the cost", async () => {
    const { rows, totals, shareOf } = await breakdown(ledger, one({ by: "team", metrics: "errorRate", period: "all" }));
    expect(shareOf).toBe("cost");
    expect(Object.keys(rows[0]!).toSorted()).toEqual(["errorRate", "share", "team"]);
    expect(Object.keys(totals)).toEqual(["errorRate"]);
  });

  test("a time series has a value for every bucket, and its series add up to the totals", async () => {
    const answer = await timeSeries(
      ledger,
      one({
        by: "user",
        metrics: "cost,calls",
        period: "30d",
        tz: "America/New_York",
        limit: "3",
        compare: "previous",
      }),
    );
    expect(answer.buckets).toHaveLength(30);
    expect(answer.buckets.at(-1)).toMatchObject({ label: "2026-11-14", unfinished: true });
    expect(answer.series).toHaveLength(4);
    expect(answer.series[3]).toMatchObject({ label: "other", other: true });
    const nano = answer.series.flatMap((line) => line.values.cost!).map((value) => Math.round((value ?? 0) * 1e9));
    expect(nano.reduce((sum, value) => sum + value, 0)).toBe(Math.round(answer.totals.cost! * 1e9));
    expect(answer.comparison!.series.map((line) => line.label)).toEqual(answer.series.map((line) => line.label));
  });

  test("a time series picks a unit that fits", async () => {
    expect(await unitOf("today")).toEqual(["hour"]);
    expect(await unitOf("90d")).toEqual(["day"]);
    expect(await unitOf("year")).toEqual(["week"]);
  });

  test("a summary is its parts", async () => {
    const answer = await summary(
      ledger,
      one({ period: "all", include: "byUser,byTag:story,users,sessions", limit: "5" }),
    );
    const whole = columnSum([answer.totals as Row], "cost");
    for (const part of ["byProvider", "byModel", "byOperation", "byAgent", "byUser", "byTag:story", "daily"] as const) {
      expect([part, columnSum((answer as unknown as Record<string, Row[]>)[part]!, "cost")]).toEqual([part, whole]);
    }
    expect(answer.totals.users).toBe(31);
    expect(answer.meta.skipped).toEqual([]);
    expect(answer.meta.unfinished).toEqual(["2026-11-14"]);
  });
});

test("a late event moves the day that it belongs to", async () => {
  const before = await query({
    metrics: "calls",
    by: "day",
    from: "2026-10-05",
    to: "2026-10-07",
    tz: "Asia/Kathmandu",
  });
  await recordUsage(ledger, [
    call("2026-10-05T18:14:59.999Z", { id: "late-1" }),
    call("2026-10-05T18:15:00Z", { id: "late-2" }),
  ]);
  const after = await query({
    metrics: "calls",
    by: "day",
    from: "2026-10-05",
    to: "2026-10-07",
    tz: "Asia/Kathmandu",
  });
  // Midnight in Kathmandu is 18:15 UTC.
  expect(after.rows.map((row, index) => Number(row["calls"]) - Number(before.rows[index]!["calls"]))).toEqual([1, 1]);
});
