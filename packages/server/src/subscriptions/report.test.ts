import { afterAll, beforeAll, expect, test } from "vitest";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import type { ToldLimits } from "../insights/plan-limits.ts";
import { recordCharges } from "../ledger/record-charges.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { planFindings } from "./plan-findings.ts";
import { seenSubscription, type Onlookers } from "./narrow-subscription.ts";
import type { SubscriptionFields } from "./parse-subscription.ts";
import { subscriptionsReport } from "./report.ts";
import { SubscriptionBook } from "./subscription-book.ts";

let ledger: OpenLedger;

/** A call that costs so many dollars at list price. */
const worth = (usd: number, occurredAt: string, rest: Record<string, unknown>) =>
  call(occurredAt, { usage: { inputTokens: 0, outputTokens: usd * 100_000 }, ...rest });

beforeAll(async () => {
  ledger = await openLedger("2026-11-25T12:00:00Z");
  const tool = { source: "claude-code" };
  await recordUsage(ledger, [
    worth(30, "2026-11-03T10:00:00Z", { ...tool, user: "ann" }),
    worth(12, "2026-11-03T11:00:00Z", { ...tool, user: "ann" }),
    worth(5, "2026-11-12T10:00:00Z", { ...tool, user: "ann" }),
    // before ben has his seat, and after
    worth(7, "2026-11-09T23:59:59Z", { ...tool, user: "ben" }),
    worth(3, "2026-11-10T00:00:00Z", { ...tool, user: "ben" }),
    // the same tool with another provider, the same provider without the tool, nobody's
    worth(2, "2026-11-11T00:00:00Z", { ...tool, user: "ann", provider: "other" }),
    worth(4, "2026-11-11T01:00:00Z", { user: "ann" }),
    worth(1, "2026-11-11T02:00:00Z", { ...tool }),
    // the allowance of the editor began in October
    worth(15, "2026-10-25T00:00:00Z", { source: "editor", user: "cleo" }),
    worth(9, "2026-11-02T00:00:00Z", { source: "editor", user: "cleo" }),
    worth(6, "2026-11-22T00:00:00Z", { source: "editor", user: "cleo" }),
    { ...call("2026-11-22T00:00:00Z", { source: "editor" }), model: "nobody-knows" },
  ]);
  await recordCharges(ledger, [
    { id: "same", kind: "subscription", provider: "test", amountUsd: 60, occurredAt: "2026-11-01T00:00:00Z" },
    { id: "other-plan", kind: "subscription", provider: "test", amountUsd: 8, occurredAt: "2026-11-05T00:00:00Z" },
    {
      id: "extra",
      kind: "one_off",
      amountUsd: 2.5,
      occurredAt: "2026-11-05T00:00:00Z",
      metadata: { subscription: "Coding" },
    },
    { id: "fee", kind: "payment_fee", amountUsd: 0.5, occurredAt: "2026-11-05T00:00:00Z" },
    { id: "in", kind: "revenue", amountUsd: 900, occurredAt: "2026-11-05T00:00:00Z" },
  ]);
});
afterAll(() => ledger.close());

const CODING: SubscriptionFields = {
  name: "Coding",
  provider: "test",
  amountUsd: 20,
  seats: 3,
  start: "2026-10-01",
  people: [{ user: "ann" }, { user: "ben", from: "2026-11-10" }],
  covers: { sources: ["claude-code"], providers: ["test"] },
};
const EDITOR: SubscriptionFields = {
  name: "Editor",
  amountUsd: 10,
  includedUsd: 20,
  start: "2026-09-21",
  covers: { sources: ["editor"] },
};

const nanoPart = (days: number, of: number) => BigInt(Math.round((days / of) * 1e9));
const nano = (usd: number) => Math.round(usd * 1e9);

async function bookWith(...fields: SubscriptionFields[]): Promise<SubscriptionBook> {
  const { storage, now } = ledger;
  const ids = (await storage.listRecords("subscriptions")).map(({ id }) => id);
  await storage.deleteRecords("subscriptions", ids);
  const book = await SubscriptionBook.open({ storage, now, timeZone: () => "UTC" });
  for (const one of fields) await book.create(one, "test");
  return book;
}

function ask(
  book: SubscriptionBook,
  params: Record<string, string[]>,
  onlookers: Onlookers = "all",
  budget: number | null = null,
) {
  const seen = book.list().flatMap((one) => seenSubscription(one, onlookers) ?? []);
  return subscriptionsReport({ ledger, seen, plans: book.plans(), monthlyBudgetUsd: budget, limits: LIMITS }, params);
}

const told = (tool: string, user: string | null): ToldLimits => ({
  tool,
  account: "default",
  user,
  plan: null,
  windows: [{ name: "five_hour", minutes: 300, usedPercent: 41.5, resetsAt: null, label: "official" }],
  reportedAt: "2026-11-25T11:00:00.000Z",
  label: "official",
});
const LIMITS = [told("claude-code", "ann"), told("claude-code", "zoe"), told("editor", "zoe"), told("codex", null)];

const NOVEMBER = { from: ["2026-11-01"], to: ["2026-12-01"] };

test("three figures stand side by side, each call and each charge in one of them", async () => {
  const report = await ask(await bookWith(CODING, EDITOR), NOVEMBER, "all", 200);
  // 3 seats of 20, and the editor's 10 by days: 20 of 31 of the term from 21 October, 10 of 30 of that from 21 November
  expect(report.fees).toEqual({ spreadUsd: 60 + 6.451612903 + 3.333333333, paidUsd: 70, chargesUsd: 8 });
  // ann's and ben's; the editor's 9 and 6
  expect(report.value).toEqual({ usd: 30 + 12 + 5 + 3 + 15, calls: 7, tokens: expect.any(Number), unpricedCalls: 1 });
  expect(report.metered).toEqual({
    // ben before his seat, the other provider, without the tool, nobody's; 4 beyond the allowance; the extra usage
    usd: 7 + 2 + 4 + 1 + 4 + 2.5,
    uncoveredUsd: 14,
    beyondIncludedUsd: 4,
    chargesUsd: 2.5,
    calls: 4,
    unpricedCalls: 0,
  });
  expect(report.otherChargesUsd).toBe(0.5);
  expect(report.moneyUsd).toBeCloseTo(report.fees.spreadUsd + 8 + 21, 9);
  expect(report.uncovered.map(({ source, provider, usd }) => [source, provider, usd])).toEqual([
    ["claude-code", "test", 8],
    ["api", "test", 4],
    ["claude-code", "other", 2],
  ]);
  expect(report.sameCharges.map(({ id, subscription }) => [id, subscription.name])).toEqual([["same", "Coding"]]);
  expect(
    report.renewals.map(({ subscription, on, inDays, amountUsd }) => [subscription.name, on, inDays, amountUsd]),
  ).toEqual([
    ["Coding", "2026-12-01", 6, 60],
    ["Editor", "2026-12-21", 26, 10],
  ]);
  expect(report.budget).toMatchObject({
    amountUsd: 200,
    meteredUsd: 20.5,
    feesUsd: 77.784946236,
    usedUsd: 98.784946236,
    usedPercent: 49.39,
  });
});

const whose = (limits: ToldLimits[]) => limits.map(({ tool, user }) => [tool, user]);

test("limits stand at the plan that covers their tool and its person, and beside the plans when there is none", async () => {
  const { subscriptions, otherLimits } = await ask(await bookWith(CODING, EDITOR), NOVEMBER);
  expect(subscriptions.map(({ name, limits }) => [name, whose(limits)])).toEqual([
    ["Editor", [["editor", "zoe"]]],
    ["Coding", [["claude-code", "ann"]]],
  ]);
  expect(whose(otherLimits)).toEqual([
    ["claude-code", "zoe"],
    ["codex", null],
  ]);
});

test("each seat: fee, value, days, and whether it is worth it", async () => {
  const [editor, coding] = (await ask(await bookWith(CODING, EDITOR), NOVEMBER)).subscriptions;
  expect(coding).toMatchObject({
    name: "Coding",
    state: "running",
    metered: { usd: 2.5, beyondIncludedUsd: 0, chargesUsd: 2.5 },
    daysUsed: 3,
    breakEvenOn: null,
    worth: { verdict: "worth_it" },
    seats: { paid: 3, assigned: 2, used: 2, unassigned: 1 },
    people: [
      { user: "ann", feeUsd: 20, daysUsed: 2, value: { usd: 47, calls: 3 }, worth: { verdict: "worth_it" } },
      // 21 of 30 days
      { user: "ben", feeUsd: 14, daysUsed: 1, value: { usd: 3, calls: 1 }, worth: { verdict: "below_fee" } },
    ],
  });
  // 24.5 of 30 days of 60 are 49: what was used is worth a dollar more, and does not reach the whole month's 60
  expect(coding!.worth.valuePerDollar).toBe(1.02);
  expect(editor).toMatchObject({
    daysUsed: 2,
    metered: { beyondIncludedUsd: 4 },
    breakEvenOn: "2026-11-22",
    worth: { verdict: "worth_it" },
    fee: {
      terms: [
        { from: "2026-10-21", amountUsd: 10, inPeriodUsd: 6.451612903 },
        { from: "2026-11-21", inPeriodUsd: 3.333333333 },
      ],
    },
  });
});

test("coverage counts for the past, and nothing is counted twice", async () => {
  const book = await bookWith(CODING, { ...CODING, name: "For all", people: [], provider: null, start: "2026-11-01" });
  const report = await ask(book, NOVEMBER);
  const value = Object.fromEntries(report.subscriptions.map((one) => [one.name, one.value?.usd]));
  // whoever has a seat goes before what covers everybody
  expect(value).toEqual({ Coding: 50, "For all": 8 });
  expect(report.metered.uncoveredUsd).toBe(4 + 2 + 15);
  const [coding] = book.list();
  await book.change(coding!.id, { covers: { sources: ["editor"], providers: [] } }, "test");
  const changed = await ask(book, NOVEMBER);
  expect(Object.fromEntries(changed.subscriptions.map((one) => [one.name, one.value?.usd]))).toEqual({
    Coding: 0,
    "For all": 58,
  });
  const sum = (one: typeof report) => one.value!.usd + one.metered.uncoveredUsd!;
  expect(sum(changed)).toBe(sum(report));
});

test("a period may be cut anywhere, its parts add up", async () => {
  const book = await bookWith(CODING, EDITOR);
  const edges = ["2026-11-01", "2026-11-02T07:31:00Z", "2026-11-10", "2026-11-21T12:15:00Z", "2026-12-01"];
  const parts = await Promise.all(edges.slice(1).map((to, index) => ask(book, { from: [edges[index]!], to: [to] })));
  const whole = await ask(book, NOVEMBER);
  const add = (pick: (one: typeof whole) => number) => parts.reduce((sum, one) => sum + nano(pick(one)), 0);
  expect(add((one) => one.fees.spreadUsd)).toBe(nano(whole.fees.spreadUsd));
  expect(add((one) => one.value!.usd)).toBe(nano(whole.value!.usd));
  expect(add((one) => one.moneyUsd!)).toBe(nano(whole.moneyUsd!));
});

test("a member learns of their own seat alone", async () => {
  const report = await ask(await bookWith(CODING, EDITOR), NOVEMBER, { users: ["ben"] }, null);
  expect(
    report.subscriptions.map(({ name, people, fee, seats }) => [
      name,
      people.length,
      fee.spreadUsd,
      fee.paidUsd,
      fee.terms,
      seats.paid,
    ]),
  ).toEqual([["Coding", 1, 14, null, [], 1]]);
  expect(report).toMatchObject({ budget: null, fees: { spreadUsd: 14, paidUsd: null } });
});

test("advice only from a month of use, with what it saves", async () => {
  const book = await bookWith(
    {
      plan: "claude-max-5x",
      start: "2026-09-01",
      seats: 2,
      people: [{ user: "dora" }],
      covers: { providers: ["test"] },
    },
    { ...EDITOR, name: "Max", plan: "claude-max-20x", amountUsd: 200, includedUsd: null },
  );
  const kinds = async (from: string) =>
    (await ask(book, { from: [from], to: ["2026-11-26"] })).subscriptions.map(({ suggestions }) =>
      suggestions.map(({ kind, plan, savesUsd }) => [kind, plan, savesUsd]),
    );
  expect(await kinds("2026-11-10")).toEqual([[], []]);
  // the dear plan's 30 dollars of use in 61 days would fit a plan of 20
  expect(await kinds("2026-09-26")).toEqual([[["end", null, 200]], []]);
  await book.change(book.list()[1]!.id, { covers: { sources: ["editor"], models: ["small"] } }, "test");
  expect(await kinds("2026-09-26")).toEqual([[["end", null, 200]], [["smaller_plan", "claude-pro", 180]]]);
  const report = await ask(book, { from: ["2026-09-26"], to: ["2026-11-26"] });
  const advice = planFindings(report, book.list()).map(({ title, basis, savedNanoUsd, ofCostNanoUsd, filters }) => [
    title,
    basis,
    savedNanoUsd,
    ofCostNanoUsd,
    filters.length,
  ]);
  // 2 seats of 100: 5 of 30 days, October, and 24.5 of 30 days; of the other, 180 of each 200
  const unused = 200n * (nanoPart(5, 30) + nanoPart(1, 1) + nanoPart(24.5, 30));
  const editors = BigInt(nano(report.subscriptions[1]!.suggestions[0]!.ofUsd));
  expect(advice[0]!.slice(0, 2)).toEqual(["Unused subscription: Claude Max 5x", "exact"]);
  expect(Number(advice[0]![2])).toBeCloseTo(Number(unused), -3);
  expect(advice[0]![2]).toBe(advice[0]![3]);
  expect(advice[1]!.slice(0, 2)).toEqual(["Smaller plan: Max", "estimate"]);
  expect(Number(advice[1]![2])).toBeCloseTo(Number(editors) * 0.9, -3);
  expect(advice[1]!.slice(3)).toEqual([editors, 1]);
});

test("what does not fit is refused with its field, and nothing is kept of it", async () => {
  const book = await bookWith(CODING);
  const cases: [SubscriptionFields, string, string][] = [
    [{}, "invalid_subscription", "name"],
    [{ name: "x" }, "invalid_subscription", "amountUsd"],
    [{ plan: "no-such" }, "plan_not_found", "plan"],
    [{ ...CODING, end: "2026-10-01" }, "invalid_subscription", "end"],
    [{ ...CODING, cancelledOn: "2026-09-30" }, "invalid_subscription", "cancelledOn"],
    [{ ...CODING, seats: 1 }, "invalid_subscription", "people"],
    [{ ...CODING, people: [{ user: "a" }, { user: "a" }] }, "invalid_subscription", "people.0.user"],
    [{ ...CODING, changes: [{ from: "2026-01-01" }] }, "invalid_subscription", "changes.0.from"],
  ];
  for (const [fields, code, field] of cases) {
    await expect(book.create(fields, "test"), JSON.stringify(fields)).rejects.toMatchObject({ code, field });
  }
  expect(book.list()).toHaveLength(1);
  const again = await SubscriptionBook.open({ storage: ledger.storage, now: ledger.now, timeZone: () => "UTC" });
  expect(again.list()).toEqual(book.list());
  await book.putPlan("claude-pro", { name: "Ours", amountUsd: 18 }, "test");
  expect((await book.create({ plan: "claude-pro" }, "test")).amountNanoUsd).toBe(18e9);
  await book.removePlan("claude-pro", "test");
  expect(book.plan("claude-pro")?.origin).toBe("catalogue");
});
