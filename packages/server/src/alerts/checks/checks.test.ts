import { afterEach, expect, test } from "vitest";
import { call } from "../../ledger/open-ledger.fixture.ts";
import type { Limit, LimitState } from "../../limits/limit.ts";
import type { ListedKey } from "../../keys/keys.ts";
import { openTestAlerts, type OpenAlerts } from "../open-alerts.fixture.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let open: OpenAlerts;
afterEach(() => open.close());

/** A call that costs so many dollars. */
function costing(
  usd: number,
  occurredAt: string | number,
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  const at = typeof occurredAt === "string" ? occurredAt : new Date(occurredAt).toISOString();
  return call(at, { usage: { inputTokens: 0, outputTokens: Math.round(usd * 100_000) }, ...rest });
}

function calls(count: number, at: string, rest: Record<string, unknown>): Record<string, unknown>[] {
  return Array.from({ length: count }, () => call(at, rest));
}

function rule(wanted: Record<string, unknown>): Promise<unknown> {
  return open.alerts.createRule({ name: "test", ...wanted }, "test");
}

test("cost: each user of the last 30 days on its own, and nobody else's", async () => {
  open = await openTestAlerts("2026-11-30T12:00:00Z");
  await rule({ kind: "cost", amountUsd: 5, period: "30d", each: "user" });
  await open.record(
    costing(4, "2026-11-02T12:00:00Z", { user: "ada" }),
    costing(1, "2026-11-30T11:00:00Z", { user: "ada" }),
    costing(4.99, "2026-11-30T11:00:00Z", { user: "bob" }),
    costing(9, "2026-10-30T11:00:00Z", { user: "bob" }),
    costing(12, "2026-11-30T11:00:00Z"),
  );
  await open.look();
  expect(open.news()).toEqual([
    "fired critical: Calls without user have cost $12.00 in the last 30 days",
    "fired warning: User ada has cost $5.00 in the last 30 days",
  ]);
  expect(open.alerts.list().map(({ users }) => users)).toEqual(expect.arrayContaining([["ada"], null]));
  // Opened another day, it still shows these 30 days.
  expect(open.alerts.list().map(({ texts }) => texts.link)).toContain(
    "/?filter=user%3Aada&from=2026-10-31T12%3A15%3A00.000Z&to=2026-11-30T12%3A15%3A00.000Z",
  );
  // what was spent on the 2nd leaves the month; the alert goes on over midnight until then
  await open.look("2026-12-01T12:00:00Z");
  expect(open.news()).toEqual([]);
  await open.look("2026-12-02T12:15:00Z");
  expect(open.news()).toEqual(["recovered info: Over: User ada has cost $5.00 in the last 30 days"]);
});

test("cost: of a tag's value, with calls of others left out", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "cost", amountUsd: 1, period: "month", each: "tag:feature", filters: ["project:shop"] });
  await open.record(
    costing(1, "2026-11-01T00:00:00Z", { project: "shop", tags: { feature: "search" } }),
    costing(0.9, "2026-11-05T00:00:00Z", { project: "shop", tags: { feature: "chat" } }),
    costing(5, "2026-11-05T00:00:00Z", { project: "blog", tags: { feature: "chat" } }),
  );
  await open.look();
  expect(open.news()).toEqual(["fired warning: Tag:feature search has cost $1.00 this month"]);
});

test("cost: says which calls are not in it", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "cost", amountUsd: 1 });
  await open.record(costing(1, "2026-11-13T01:00:00Z"), costing(1, "2026-11-13T01:00:00Z", { model: "unheard-of" }));
  await open.look();
  expect(open.sent[0]!.facts).toContainEqual({ label: "Not in it", value: "1 call without a price" });
});

test("a day turns over at midnight in Kathmandu, 18:15 in London", async () => {
  open = await openTestAlerts("2026-11-13T18:14:00Z", "Asia/Kathmandu");
  await rule({ kind: "cost", amountUsd: 1 });
  await open.record(costing(1, "2026-11-13T18:14:59Z"), costing(0.5, "2026-11-13T18:15:00Z"));
  await open.look("2026-11-13T18:14:59.999Z");
  expect(open.news()).toEqual(["fired warning: Calls have cost $1.00 today"]);
  await open.look("2026-11-13T18:15:00Z");
  expect(open.news()).toEqual(["recovered info: Over: Calls have cost $1.00 today"]);
  await open.record(costing(0.5, "2026-11-13T18:16:00Z"));
  await open.look("2026-11-13T18:16:00Z");
  expect(open.news()).toEqual(["fired warning: Calls have cost $1.00 today"]);
});

test("a clock that jumps to another day and back tells of each day once", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "cost", amountUsd: 1 });
  await open.record(costing(1, "2026-11-13T01:00:00Z"), costing(1, "2026-11-12T01:00:00Z"));
  await open.look();
  expect(open.news()).toHaveLength(1);
  await open.look("2026-11-12T23:59:00Z");
  await open.look("2026-11-13T12:00:00Z");
  await open.look("2026-11-12T23:59:00Z");
  await open.look("2026-11-13T12:00:00Z");
  const fired = open.sent.filter((message) => message.state !== "recovered");
  expect(fired).toHaveLength(2);
  await open.look("2036-01-01T00:00:00Z");
  await open.look("2026-11-13T12:00:00Z");
  expect(open.sent.filter((message) => message.state !== "recovered")).toHaveLength(2);
  expect(open.alerts.list().find(({ isOpen }) => isOpen)).toMatchObject({ severity: "warning" });
});

test("projected month: the month as its days have been", async () => {
  open = await openTestAlerts("2026-11-20T00:00:00Z");
  await rule({ kind: "projectedMonth", amountUsd: 30 });
  const days = Array.from({ length: 40 }, (_, day) => costing(1, Date.parse("2026-10-11T12:00:00Z") + day * DAY_MS));
  await open.record(...days);
  await open.look();
  expect(open.news()).toEqual(["fired warning: The month is heading for $30.00"]);
});

test("projected month: no month is made out of one morning", async () => {
  open = await openTestAlerts("2026-11-01T10:00:00Z");
  await rule({ kind: "projectedMonth", amountUsd: 30 });
  await open.record(costing(2, "2026-11-01T09:00:00Z"));
  await open.look();
  expect(open.news()).toEqual([]);
  expect(open.alerts.lastLook(open.alerts.rules.list()[0]!.id)?.note).toContain("too little data");
});

test("trend: against the same part of the week before, above the percentage", async () => {
  open = await openTestAlerts("2026-11-14T12:00:00Z");
  await rule({ kind: "trend", percent: 20 });
  const day = (date: string, usd: number) => costing(usd, `${date}T10:00:00Z`);
  await open.record(
    ...["01", "02", "03", "04", "05", "06", "07"].map((it) => day(`2026-11-${it}`, 1)),
    // in the part of the week before that this week has not reached
    costing(50, "2026-11-07T18:00:00Z"),
    ...["08", "09", "10", "11", "12", "13", "14"].map((it) => day(`2026-11-${it}`, 1.1)),
  );
  await open.look();
  expect(open.news()).toEqual([]);
  await open.record(costing(0.7, "2026-11-14T11:00:00Z"));
  await open.look();
  expect(open.news()).toEqual(["fired warning: The last 7 days cost 20 % more than before"]);
});

test("spike: an hour of the night that costs like one of the day", async () => {
  open = await openTestAlerts("2026-11-13T03:30:00Z");
  await rule({ kind: "spike" });
  // four weeks: 5 dollars an hour by day, some cents by night
  const hours = Array.from({ length: 28 * 24 }, (_, hour) => {
    const atMs = Date.parse("2026-10-16T00:00:00Z") + hour * HOUR_MS;
    const byDay = new Date(atMs).getUTCHours() >= 8 && new Date(atMs).getUTCHours() < 18;
    return costing(byDay ? 5 : 0.05, atMs);
  });
  await open.record(...hours);
  await open.look("2026-11-12T12:59:00Z");
  expect(open.news()).toEqual([]);
  await open.record(costing(5, "2026-11-13T03:20:00Z", { agent: "planner" }));
  await open.look("2026-11-13T03:30:00Z");
  expect(open.news()).toEqual(["fired warning: An hour cost $5.00, usual are $0.05"]);
  expect(open.sent[0]!.facts).toContainEqual({ label: "Mostly agent", value: "planner, 100 %" });
  // the hour after the next is as always
  await open.look("2026-11-13T05:30:00Z");
  expect(open.news()).toEqual(["recovered info: Over: An hour cost $5.00, usual are $0.05"]);
});

test("spike: says that it knows too little, instead of guessing", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "spike" });
  await open.record(costing(0.01, "2026-11-12T09:00:00Z"), costing(900, "2026-11-13T11:30:00Z"));
  await open.look();
  expect(open.news()).toEqual([]);
  expect(open.alerts.lastLook(open.alerts.rules.list()[0]!.id)?.note).toContain("too little data");
});

test("error rate: of enough calls, each provider on its own, over only when clearly fewer fail", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "errorRate", percent: 50, minimumCalls: 10, each: "provider" });
  await open.record(...calls(9, "2026-11-13T11:50:00Z", { success: false }));
  await open.look();
  expect(open.news()).toEqual([]);
  await open.record(
    ...calls(9, "2026-11-13T11:50:00Z", {}),
    ...calls(20, "2026-11-13T11:50:00Z", { provider: "other" }),
  );
  await open.look();
  expect(open.news()).toEqual(["fired warning: 50 % of the calls of provider test fail"]);
  await open.record(...calls(3, "2026-11-13T11:50:00Z", {}));
  await open.look();
  expect(open.news()).toEqual([]);
  await open.record(...calls(10, "2026-11-13T11:50:00Z", {}));
  await open.look();
  expect(open.news()).toEqual(["recovered info: Over: 50 % of the calls of provider test fail"]);
});

test("an unpriced model: with its calls and tokens, and over when it has a price", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "unpricedModel" });
  await open.record(
    call("2026-11-13T11:00:00Z", { model: "brand/new", usage: { inputTokens: 900, outputTokens: 100 } }),
    call("2026-11-13T11:00:00Z", { model: "brand/new", usage: { inputTokens: 900, outputTokens: 100 } }),
  );
  await open.look();
  expect(open.news()).toEqual(["fired warning: brand/new of test has no price"]);
  expect(open.sent[0]!.facts).toMatchObject([
    { label: "Model", value: "test/brand/new" },
    { label: "Calls", value: "2" },
    { label: "Tokens", value: "2,000" },
    { label: "Why" },
  ]);
  // the next days it is not told again
  await open.look("2026-11-15T12:00:00Z");
  expect(open.news()).toEqual([]);
});

test("a fee that comes due, once for each term", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "subscriptionRenewal", minimumUsd: 50, severity: "info" });
  const subscription = { id: "s-1", name: "Claude Max" };
  open.renewals.push({ subscription, on: "2026-11-20", inDays: 7, amountUsd: 100 });
  open.renewals.push({ subscription: { id: "s-2", name: "small" }, on: "2026-11-20", inDays: 7, amountUsd: 20 });
  open.renewals.push({ subscription: { id: "s-3", name: "later" }, on: "2026-11-21", inDays: 8, amountUsd: 200 });
  await open.look();
  expect(open.news()).toEqual(["fired info: Claude Max is renewed in 7 days"]);
  await open.look("2026-11-14T12:00:00Z");
  expect(open.news()).toEqual([]);
  open.renewals[0] = { subscription, on: "2026-12-20", inDays: 1, amountUsd: 100 };
  await open.look("2026-12-19T12:00:00Z");
  expect(open.news()).toEqual(["fired info: Claude Max is renewed tomorrow"]);
});

test("a month's budget over all sources, more urgent as it fills", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "monthlyBudget" });
  const month = { start: "2026-11-01T00:00:00.000Z", end: "2026-12-01T00:00:00.000Z" };
  const used = (usedUsd: number) => ({
    amountUsd: 100,
    month,
    feesUsd: 60,
    meteredUsd: usedUsd - 60,
    otherChargesUsd: 0,
    usedUsd,
    usedPercent: usedUsd,
    leftUsd: 100 - usedUsd,
  });
  open.monthlyBudget = used(69);
  await open.look();
  expect(open.news()).toEqual([]);
  open.monthlyBudget = used(75);
  await open.look();
  expect(open.news()).toEqual(["fired warning: 75 % of the month's budget over all sources is used"]);
  open.monthlyBudget = used(104);
  await open.look();
  expect(open.news()).toEqual(["escalated emergency: 104 % of the month's budget over all sources is used"]);
});

test("a key that nobody uses, until somebody does", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "keyUnused", days: 30 });
  open.keys.push(key("ci", { createdAtMs: 0, lastUsedAtMs: Date.parse("2026-10-14T12:00:00Z") }));
  open.keys.push(key("new", { createdAtMs: Date.parse("2026-11-01T00:00:00Z") }));
  await open.look();
  expect(open.news()).toEqual(["fired warning: Key ci is not used any more"]);
  expect(open.sent[0]!.link).toBe("/settings?tab=keys&key=id%20of%20ci");
  open.keys[0]!.lastUsedAtMs = Date.parse("2026-11-13T12:00:00Z");
  await open.look();
  expect(open.news()).toEqual(["recovered info: Over: Key ci is not used any more"]);
});

test("a key that is used from a network where it never was, after its first week", async () => {
  open = await openTestAlerts("2026-11-01T12:00:00Z");
  await rule({ kind: "keyNewPlace" });
  open.keys.push(key("ci", {}));
  const use = (address: string, at: string) => {
    const atMs = Date.parse(at);
    open.keys[0]!.usedFrom = [{ address, firstAtMs: atMs, lastAtMs: atMs }, ...open.keys[0]!.usedFrom].slice(0, 1);
  };
  use("203.0.113.7", "2026-11-01T10:00:00Z");
  await open.look();
  use("2001:db8:1:2::9", "2026-11-03T10:00:00Z");
  await open.look("2026-11-03T12:00:00Z");
  // another address of a network that is known
  use("203.0.113.99", "2026-11-20T10:00:00Z");
  await open.look("2026-11-20T12:00:00Z");
  expect(open.news()).toEqual([]);
  use("198.51.100.1", "2026-11-20T13:00:00Z");
  await open.look("2026-11-20T13:00:00Z");
  expect(open.news()).toEqual(["fired warning: Key ci is used from a new place"]);
  expect(open.sent[0]!.facts).toContainEqual({ label: "From", value: "198.51.100.0/24" });
  expect(open.sent[0]!.link).toBe("/settings?tab=keys&key=id%20of%20ci");
  await open.reopen();
  await open.look("2026-11-28T13:00:00Z");
  expect(open.news()).toEqual([]);
  expect(open.alerts.list()).toMatchObject([{ isOpen: false, closedBecause: "passed" }]);
});

test("a threshold of a budget: each once in its period, by what was spent", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "limitThreshold" });
  const budget = { limit: limit({}), states: [state({ spentNanoUsd: 69e9 })] };
  open.limits.push(budget);
  await open.look();
  budget.states = [state({ spentNanoUsd: 70e9 })];
  await open.look();
  budget.states = [state({ spentNanoUsd: 89e9, leasedNanoUsd: 50e9 })];
  await open.look();
  budget.states = [state({ spentNanoUsd: 90e9 })];
  await open.look();
  budget.states = [state({ spentNanoUsd: 113e9 })];
  await open.look();
  expect(open.news()).toEqual([
    "fired warning: Budget Shop is at 70 %",
    "escalated critical: Budget Shop is at 90 %",
    "escalated emergency: Budget Shop is at 113 %",
  ]);
  // raised: what was told of the smaller amount is over, and the larger one is told of on its own
  budget.states = [state({ spentNanoUsd: 113e9, amountNanoUsd: 200e9 })];
  await open.look();
  budget.states = [state({ spentNanoUsd: 140e9, amountNanoUsd: 200e9 })];
  await open.look();
  expect(open.news()).toEqual([
    "recovered info: Budget Shop is back below its thresholds",
    "fired warning: Budget Shop is at 70 %",
  ]);
  // the month after
  budget.states = [state({ spentNanoUsd: 0 })];
  await open.look("2026-12-01T00:00:00Z");
  expect(open.news()).toEqual(["recovered info: Over: Budget Shop is at 70 %"]);
});

test("who wants no e-mails about a limit gets none, and everything else", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "limitThreshold" });
  open.channels.push(
    { id: "mail", kind: "smtp", enabled: true },
    { id: "chat", kind: "slack", enabled: true },
    { id: "off", kind: "slack", enabled: false },
  );
  open.withoutMail.add("personal");
  open.limits.push({ limit: limit({}), states: [state({ spentNanoUsd: 70e9 })] });
  open.limits.push({ limit: limit({ id: "personal" }), states: [state({ limitId: "personal", spentNanoUsd: 70e9 })] });
  await open.look();
  expect(open.receivers).toEqual([null, ["chat"]]);
});

test("a rule names channels and limits that are there; when all its channels are gone, every other one is told", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  open.channels.push({ id: "chat", kind: "slack", enabled: true }, { id: "mail", kind: "smtp", enabled: true });
  await expect(rule({ kind: "cost", amountUsd: 1, channels: ["chat", "x"] })).rejects.toMatchObject({
    code: "channel_not_found",
    field: "channels",
  });
  await expect(rule({ kind: "limitThreshold", limits: ["x"] })).rejects.toMatchObject({ code: "limit_not_found" });
  await rule({ kind: "cost", amountUsd: 1, channels: ["chat"] });
  await open.record(costing(1, "2026-11-13T11:00:00Z"));
  await open.look();
  open.channels.shift();
  await open.record(costing(1, "2026-11-13T11:00:00Z"));
  await open.look();
  expect(open.receivers).toEqual([["chat"], null]);
});

test("a crossing is told as it was, also when its period has ended meanwhile", async () => {
  open = await openTestAlerts("2026-11-13T18:15:00.001Z", "Asia/Kathmandu");
  await rule({ kind: "limitThreshold" });
  const daily = limit({ period: { unit: "day", rolling: false, timeZone: null } });
  open.limits.push({ limit: daily, states: [state({ spentNanoUsd: 0 })] });
  open.cross({
    limit: daily,
    state: state({ spentNanoUsd: 95e9 }),
    percent: 90,
    // midnight in Kathmandu was a millisecond ago
    periodStartMs: Date.parse("2026-11-12T18:15:00Z"),
  });
  await open.look();
  expect(open.news()).toEqual([
    "fired critical: Budget Shop is at 95 %",
    "recovered info: Over: Budget Shop is at 95 %",
  ]);
});

test("a look and a crossing of the same threshold tell of it once", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "limitThreshold" });
  const limitStates = [state({ spentNanoUsd: 75e9 })];
  const monthly = limit({});
  open.limits.push({ limit: monthly, states: limitStates });
  const periodStartMs = Date.parse("2026-11-01T00:00:00Z");
  const looking = open.look();
  open.cross({ limit: monthly, state: limitStates[0]!, percent: 70, periodStartMs });
  await looking;
  open.cross({ limit: monthly, state: limitStates[0]!, percent: 70, periodStartMs });
  await open.look();
  expect(open.news()).toEqual(["fired warning: Budget Shop is at 75 %"]);
});

test("a session's limit: of sessions of the last day, once, and settled without a word", async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  await rule({ kind: "limitThreshold" });
  await open.record(
    costing(2, "2026-11-10T12:00:00Z", { session: "old" }),
    costing(2, "2026-11-13T11:00:00Z", { session: "new" }),
    costing(0.5, "2026-11-13T11:00:00Z", { session: "small" }),
  );
  open.limits.push({
    limit: limit({ amountNanoUsd: 2e9, period: { unit: "session", rolling: false, timeZone: null } }),
    states: ["old", "new", "small"].map((value) =>
      state({ value, amountNanoUsd: 2e9, spentNanoUsd: value === "small" ? 0.5e9 : 2e9 }),
    ),
  });
  await open.look();
  await open.look("2026-11-15T12:00:00Z");
  expect(open.news()).toEqual(["fired emergency: Budget Shop (new) is at 100 %"]);
  expect(open.alerts.list()).toMatchObject([{ isOpen: false, closedBecause: "passed" }]);
});

test("a budget that will not last is told of before it is used up", async () => {
  open = await openTestAlerts("2026-11-20T00:00:00Z");
  await rule({ kind: "projectedOverrun" });
  const days = Array.from({ length: 40 }, (_, day) => costing(1, Date.parse("2026-10-11T12:00:00Z") + day * DAY_MS));
  await open.record(...days);
  open.limits.push({ limit: limit({}), states: [state({ amountNanoUsd: 25e9, spentNanoUsd: 19e9 })] });
  await open.look();
  expect(open.news()).toEqual(["fired warning: Budget Shop will not last: 120 % at the end"]);
});

function key(name: string, rest: Partial<ListedKey>): ListedKey {
  return {
    id: `id of ${name}`,
    name,
    scopes: ["gateway"],
    attribution: {},
    lastFour: "abcd",
    createdAtMs: 0,
    expiresAtMs: null,
    previous: null,
    lastUsedAtMs: null,
    usedFrom: [],
    ...rest,
  };
}

function limit(rest: Partial<Limit>): Limit {
  return {
    id: "shop",
    name: "Shop",
    kind: "budget",
    enabled: true,
    filters: [],
    each: null,
    amountNanoUsd: 100e9,
    period: { unit: "month", rolling: false, timeZone: null },
    startsAtMs: null,
    carryOver: false,
    thresholdsPercent: [70, 90, 100],
    enforcement: null,
    createdAtMs: 0,
    updatedAtMs: 0,
    ...rest,
  };
}

function state(rest: Partial<LimitState>): LimitState {
  return {
    limitId: "shop",
    name: "Shop",
    value: null,
    scope: "everything, a month",
    amountNanoUsd: 100e9,
    spentNanoUsd: 0,
    leasedNanoUsd: 0,
    resetsAtMs: null,
    ...rest,
  };
}
