import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { putInvoice } from "./invoices.ts";
import { postAdjustment } from "./post-adjustment.ts";
import { DEFAULT_TOLERANCE, reconcile, type ReconcileQuestion } from "./reconcile.ts";
import { billed, counted, reportAccount } from "./reported-account.fixture.ts";

let ledger: OpenLedger;
beforeAll(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
});
afterAll(() => ledger.close());

/** Calls of GPT-4o at noon of a day of November. */
async function record(date: number, millions: number, more: Record<string, unknown> = {}): Promise<void> {
  const event = {
    provider: "openai",
    model: "gpt-4o",
    occurredAt: `2026-11-${String(date).padStart(2, "0")}T12:00:00Z`,
    usage: { inputTokens: millions * 1_000_000 },
    ...more,
  };
  const { rejected } = await recordUsage(ledger, [event]);
  expect(rejected).toEqual([]);
}

const NOVEMBER: ReconcileQuestion = {
  from: "2026-11-01",
  to: "2026-12-01",
  provider: null,
  filters: [],
  tolerance: DEFAULT_TOLERANCE,
};

function amounts({ explanations }: { explanations: { reason: string; amountUsd: number }[] }): Record<string, number> {
  return Object.fromEntries(explanations.map(({ reason, amountUsd }) => [reason, amountUsd]));
}

test("every difference has its reason, and all of them add up to it", async () => {
  await record(2, 1);
  await record(3, 1);
  await record(4, 10);
  await record(5, 10);
  await record(7, 1);
  await record(8, 1);
  await record(9, 1, { model: "mystery-1" });
  await record(11, 1);
  await record(12, 1);
  await record(13, 2);
  await record(22, 1);
  const shop = { key: "key_shop" };
  await reportAccount(
    ledger.storage,
    {
      // as recorded, under the name of the snapshot
      2: { counted: [counted(1, shop)], billed: [billed(2.5)] },
      // a second call that nobody recorded
      3: { counted: [counted(2, shop)], billed: [billed(5)] },
      // a million tokens about midnight
      4: { counted: [counted(11, shop)], billed: [billed(27.5)] },
      5: { counted: [counted(9, shop)], billed: [billed(22.5)] },
      // dearer than our list
      7: { counted: [counted(1, shop)], billed: [billed(3)] },
      // recorded without saying that it was a batch, at half the price
      8: { counted: [counted(1, { ...shop, tier: "batch" })], billed: [billed(1.25)] },
      9: { counted: [counted(1, { ...shop, model: "mystery-1" })], billed: [billed(7, { model: "mystery-1" })] },
      // of a key that has nothing to do with Outlay
      10: { counted: [counted(1, { key: "key_lab" })], billed: [billed(2.5)] },
      // tax, a credit, seats, a tool, and a discount of 20 cents
      11: {
        counted: [counted(1, { project: "proj_shop" })],
        billed: [
          billed(2.3, { listNanoUsd: 2_500_000_000 }),
          { provider: "openai", money: "tax", costNanoUsd: 475_000_000 },
          { provider: "openai", money: "credit", costNanoUsd: -1_000_000_000 },
          { provider: "openai", money: "fee", costNanoUsd: 30_000_000_000 },
          { provider: "openai", item: "web search tool calls", costNanoUsd: 100_000_000 },
        ],
      },
      // rounded to cents
      12: { counted: [counted(1, shop)], billed: [billed(2.503)] },
      // recorded twice as much as the provider knows
      13: { counted: [counted(1, shop)], billed: [billed(2.5)] },
    },
    ["key_shop", "proj_shop"],
  );
  const { providers, period } = await reconcile(ledger, NOVEMBER);
  expect(period).toEqual({ start: "2026-11-01T00:00:00.000Z", end: "2026-12-01T00:00:00.000Z", timeZone: "UTC" });
  expect(providers).toHaveLength(1);
  const [openai] = providers;
  expect(amounts(openai!)).toEqual({
    not_recorded: 2.5,
    not_reported: -2.5,
    other_keys: 2.5,
    no_price: 7,
    different_price: 0.5,
    service_tier: -1.25,
    other_items: 0.1,
    discount: -0.2,
    credit: -1,
    tax: 0.475,
    fee: 30,
    rounding: 0.003,
    not_covered: -2.5,
  });
  // recorded 29 million tokens at 2.50 and the unknown model at nothing; billed as above
  expect(openai).toMatchObject({ recordedUsd: 72.5, billedUsd: 108.128, differenceUsd: 35.628, unexplainedUsd: 0 });
  expect(openai!.toCheckUsd).toBe(6.35);
  expect(openai!.withinTolerance).toBe(false);
  const days = new Map(openai!.rows.filter(({ model }) => model === "gpt-4o").map((row) => [row.day, row]));
  expect(amounts(days.get("2026-11-04")!)).toEqual({ day_edge: 2.5 });
  expect(amounts(days.get("2026-11-05")!)).toEqual({ day_edge: -2.5 });
  expect(days.get("2026-11-02")).toMatchObject({ differenceUsd: 0, explanations: [], unexplainedUsd: 0 });
  // of a day that was not fetched nothing is known, which is no zero
  expect(days.get("2026-11-22")).toMatchObject({ recordedUsd: 2.5, reportedUsd: null, billedUsd: null });
  const [later] = (await reconcile(ledger, { ...NOVEMBER, from: "2026-11-22" })).providers;
  expect(later).toMatchObject({ recordedUsd: 2.5, reportedUsd: null, billedUsd: null });
  for (const row of [openai!, ...openai!.rows]) {
    const sum = row.explanations.reduce((all, { amountUsd }) => all + amountUsd, row.unexplainedUsd);
    expect(sum).toBeCloseTo(row.differenceUsd, 9);
  }
  const relaxed = { ...NOVEMBER, tolerance: { percent: 10, usd: 1 } };
  expect((await reconcile(ledger, relaxed)).providers[0]!.withinTolerance).toBe(true);
});

test("an adjustment is posted once, the rest after late data, and never for days that were corrected already", async () => {
  const wanted = { from: "2026-11-01", to: "2026-11-21", filters: [], provider: "OpenAI", reason: "bill of November" };
  const before = await ledger.storage.listEvents({ startMs: 0, endMs: 2e12, filters: [], limit: 100 });
  const [posted, again] = await Promise.all([
    postAdjustment(ledger, wanted, "test"),
    postAdjustment(ledger, wanted, "test"),
  ]);
  expect(posted).toEqual({
    posted: true,
    id: "reconciliation/openai/2026-11-01/2026-11-21/1",
    amountUsd: 38.128,
    from: "2026-11-01",
    to: "2026-11-21",
  });
  expect(again).toMatchObject({ posted: false, id: null, amountUsd: 0 });
  const question = { ...NOVEMBER, to: "2026-11-21" };
  expect((await reconcile(ledger, question)).providers[0]).toMatchObject({ adjustedUsd: 38.128, remainingUsd: 0 });
  await record(6, 2);
  expect(await postAdjustment(ledger, wanted, "test")).toMatchObject({ posted: true, amountUsd: -5 });
  await expect(postAdjustment(ledger, { ...wanted, from: "2026-11-10" }, "test")).rejects.toMatchObject({
    code: "adjustment_overlaps",
  });
  await expect(postAdjustment(ledger, { ...wanted, provider: "mistral" }, "test")).rejects.toMatchObject({
    code: "nothing_reported",
  });
  const charges = await ledger.storage.listCharges({ startMs: 0, endMs: 2e12 });
  expect(charges.map(({ kind, amountNanoUsd }) => [kind, amountNanoUsd])).toEqual([
    ["adjustment", -5_000_000_000],
    ["adjustment", 38_128_000_000],
  ]);
  const after = await ledger.storage.listEvents({ startMs: 0, endMs: 2e12, filters: [], limit: 100 });
  expect(after.events.filter(({ id }) => before.events.some((event) => event.id === id))).toEqual(before.events);
});

test("an invoice that covers the time is what is billed; one that does not is only shown", async () => {
  const invoice = { provider: "openai", reference: "INV-1", amountUsd: 120, taxUsd: 0.475, creditUsd: 1 };
  await putInvoice(ledger.storage, { ...invoice, from: "2026-11-01", to: "2026-11-21" }, "test", 0);
  const covered = (await reconcile(ledger, { ...NOVEMBER, to: "2026-11-21" })).providers[0]!;
  expect(covered).toMatchObject({ billedUsd: 120, recordedUsd: 75, differenceUsd: 45 });
  // tax and credit were known already: what the invoice has beyond the costs of the interface nobody explains
  expect(covered.unexplainedUsd).toBe(11.872);
  const partly = (await reconcile(ledger, NOVEMBER)).providers[0]!;
  expect(partly).toMatchObject({ billedUsd: 108.128, invoices: [{ reference: "INV-1" }] });
  expect(partly.notes).toContain("Invoices cover only a part of the time and are not compared");
  // an invoice of days that the interface does not tell of
  const ofTheRest = { provider: "openai", reference: "INV-2", from: "2026-11-21", to: "2026-12-01" };
  await putInvoice(ledger.storage, { ...ofTheRest, amountUsd: 3, taxUsd: 0, creditUsd: 0 }, "test", 0);
  const rest = (await reconcile(ledger, { ...NOVEMBER, from: "2026-11-21" })).providers[0]!;
  expect(rest).toMatchObject({
    recordedUsd: 2.5,
    billedUsd: 3,
    explanations: [],
    unexplainedUsd: 0.5,
    remainingUsd: 0.5,
  });
  await expect(reconcile(ledger, { ...NOVEMBER, from: "2026-11-01T05:00:00Z" })).rejects.toMatchObject({
    code: "not_whole_days",
  });
});

test("a provider that nobody asks is held against its invoices", async () => {
  const call = { provider: "anthropic", model: "claude-sonnet-4-5", usage: { inputTokens: 100_000 } };
  await recordUsage(ledger, [{ ...call, occurredAt: "2026-11-20T12:00:00Z" }]);
  const question = { ...NOVEMBER, provider: "anthropic" };
  expect((await reconcile(ledger, question)).providers).toEqual([]);
  const invoice = { provider: "anthropic", reference: "A-1", from: "2026-11-01", taxUsd: 0.06, creditUsd: 0 };
  await putInvoice(ledger.storage, { ...invoice, to: "2026-12-01", amountUsd: 0.36 }, "someone", ledger.now());
  const [whole] = (await reconcile(ledger, question)).providers;
  // a tenth of a million tokens at 3 dollars, and 20 % tax
  expect(whole).toMatchObject({ recordedUsd: 0.3, reportedUsd: null, billedUsd: 0.36, unexplainedUsd: 0 });
  expect(amounts(whole!)).toEqual({ tax: 0.06 });
  expect(whole!.withinTolerance).toBe(true);
  expect((await reconcile(ledger, { ...question, provider: "google" })).providers).toEqual([]);
  await putInvoice(ledger.storage, { ...invoice, to: "2026-11-16", amountUsd: 0.36 }, "someone", ledger.now());
  const [part] = (await reconcile(ledger, question)).providers;
  expect(part).toMatchObject({ recordedUsd: 0.3, billedUsd: null, remainingUsd: 0, toCheckUsd: 0 });
  expect(part!.notes).toContain("Invoices cover only a part of the time and are not compared");
});
