import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openBackups } from "../backup/make-backup.ts";
import { createHostPolicy } from "../access/host-policy.ts";
import { recogniseCallers } from "../access/recognise.ts";
import { openAlerts } from "../alerts/alerts.ts";
import { openChannels } from "../alerts/channels/open-channels.ts";
import { generateCoding } from "../demo/generate-coding.ts";
import { generateEvents } from "../demo/generate.ts";
import { createApp } from "../http/app.ts";
import { openKeys } from "../keys/keys.ts";
import { makeSecret } from "../keys/secret.ts";
import type { EventsAnswer, QueryAnswer } from "../ledger/answers.ts";
import { createLiveFeed } from "../ledger/live-feed.ts";
import { openLearnedSizes } from "../limits/learned-sizes.ts";
import { openLimits } from "../limits/limits.ts";
import { openPriceBook } from "../prices/price-book.ts";
import { ScheduledReports } from "../reports/scheduled-reports.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { openSync } from "../sync/sync.ts";
import type { Api } from "./context.ts";
import { SubscriptionBook } from "../subscriptions/subscription-book.ts";
import { ViewBook } from "../views/view-book.ts";
import { fillDemo } from "./fill-demo.ts";
import { getJson, sendJson } from "./get-json.ts";

const firstStartMs = Date.UTC(2026, 10, 20, 15, 30);
const hourMs = 3_600_000;
const days = 50;
const events = 5_500;

let dataDir: string;
let api: Api;
let nowMs: number;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-demo-"));
  nowMs = firstStartMs;
  const now = () => nowMs;
  const storage = await openSqliteStorage({ dataDir });
  const prices = await openPriceBook({ storage, config: { refresh: { enabled: false } }, now });
  const ledger = { storage, prices, now, timeZone: "UTC", live: createLiveFeed(), health: { unrecorded: 0 } };
  const keys = await openKeys({ storage, dataDir, now });
  const { limits } = await openLimits({ storage, dataDir, now, timeZone: "UTC" });
  const channels = await openChannels({
    storage,
    secret: { find: async () => null, make: () => makeSecret(dataDir) },
    now,
    baseUrl: () => "http://127.0.0.1",
    timeZone: "UTC",
    allowInternal: false,
    logFailure,
  });
  const alerts = await openAlerts({
    ledger,
    limits,
    keys,
    channels,
    mailsAbout: async () => true,
    changes: () => 0,
    logFailure,
  });
  const { app } = createApp({
    ledger,
    keys,
    limits,
    sizes: await openLearnedSizes(storage),
    channels,
    alerts,
    sync: await openSync({
      storage,
      secret: { find: async () => null, make: () => makeSecret(dataDir) },
      now,
      urls: () => ({}),
      logFailure,
    }),
    recognise: recogniseCallers({ keys, accounts: null, isExposed: false, ownerToken: "" }),
    accounts: null,
    hosts: createHostPolicy({ host: "127.0.0.1", publicUrl: null, allowedHosts: [], trustedProxies: [] }),
    facts: { version: "0.0.0", demo: true },
    dashboardFolder: join(dataDir, "none"),
    mountPath: "",
    gatewayProviders: () => [],
    allowedOrigins: () => [],
    settings: { list: () => [], change: async () => [] },
    views: await ViewBook.open({ storage, now, hasAccount: () => true }),
    subscriptions: {
      book: await SubscriptionBook.open({ storage, now, timeZone: () => "UTC" }),
      monthlyBudgetUsd: () => null,
    },
    reports: new ScheduledReports({ ledger, limits, channels }),
    backups: await openBackups({ store: storage, dataDir, version: "0.0.0", now }),
    logFailure: (where, error) => expect.fail(`${where}: ${String(error)}`),
  });
  api = {
    where: dataDir,
    request: async (path, init) => app.request(path, init),
    async close() {
      await alerts.close();
      await limits.close();
      await storage.close();
    },
  };
});

afterEach(async () => {
  await api.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function logFailure(error: unknown): never {
  return expect.fail(String(error));
}

const silent = { update: () => {}, end: () => {} };

function fill(through: Api = api) {
  return fillDemo({ now: () => nowMs, progress: () => silent }, through, { dataDir, days, events, seed: 3 });
}

async function calls(): Promise<number> {
  const answer = await getJson<QueryAnswer>(api, "/api/v1/query", { metrics: "calls", period: "all" });
  return answer.totals.calls ?? 0;
}

it("has budgets and limits of which some are quiet and one refuses, made once", async () => {
  await fill();
  nowMs += hourMs;
  await fill();
  const { budgets } = await getJson<{ budgets: { standing: { usedPercent: number } | null; values: unknown[] }[] }>(
    api,
    "/api/v1/budgets",
  );
  expect(budgets).toHaveLength(4);
  const used = budgets.flatMap(({ standing }) => (standing === null ? [] : [standing.usedPercent]));
  expect(used.some((percent) => percent > 0 && percent < 100)).toBe(true);
  const { total } = await getJson<{ total: number }>(api, "/api/v1/limits/refusals");
  expect(total).toBe(3);
});

it("goes on where it stopped: an hour and two days later, and adds nothing twice", async () => {
  const first = await fill();
  expect(first.known).toBe(0);
  expect(await fill()).toEqual({ recorded: 0, known: 0 });

  nowMs += hourMs;
  const anHourLater = await fill();
  nowMs += 47 * hourMs;
  const twoDaysLater = await fill();
  expect(anHourLater.known + twoDaysLater.known).toBe(0);
  expect(twoDaysLater.recorded).toBeGreaterThan(0);

  const story = { seed: 3, eventsPerDay: events / days, anchorMs: firstStartMs, days: days + 2, untilMs: nowMs };
  expect(await calls()).toBe([...generateEvents(story)].length + generateCoding(story).length);
  expect(first.recorded + anHourLater.recorded + twoDaysLater.recorded).toBe(await calls());
});

it("fills up what a broken-off start has left, once", async () => {
  let batches = 0;
  const breaksOff: Api = {
    ...api,
    request: async (path, init) => {
      if (path === "/api/v1/events" && ++batches === 2) throw new TypeError("fetch failed");
      return api.request(path, init);
    },
  };
  await expect(fill(breaksOff)).rejects.toThrow("fetch failed");
  const before = await calls();
  expect(before).toBeGreaterThan(1_000);
  const rest = await fill();
  expect(rest.known).toBe(before);
  expect(await calls()).toBe(before + rest.recorded);
});

it("has a price that changes in the period, calls without a price, and charges", async () => {
  await fill();
  const page = await getJson<EventsAnswer>(api, "/api/v1/events", {
    period: "all",
    filter: "model:llama-3.3-70b-versatile",
    limit: 500,
  });
  const prices = new Set(page.events.map(({ priceId }) => priceId?.split(":")[0]));
  expect(prices).toContain("override");
  expect(prices.size).toBe(2);
  const totals = await getJson<QueryAnswer>(api, "/api/v1/query", { metrics: "cost,unpricedCalls", period: "all" });
  expect(totals.totals.unpricedCalls).toBeGreaterThan(0);
  type Charges = { byKind: Record<string, number>; revenueUsd: number };
  const charges = await getJson<Charges>(api, "/api/v1/charges", { period: "all" });
  expect(Object.keys(charges.byKind).toSorted()).toEqual(["credit", "one_off", "payment_fee", "subscription"]);
  expect(charges.revenueUsd).toBeGreaterThan(0);
  type Subscriptions = {
    subscriptions: { worth: { verdict: string }; value: { usd: number } | null }[];
    sameCharges: unknown[];
  };
  const report = await getJson<Subscriptions>(api, "/api/v1/subscriptions/report", { period: "all" });
  expect(new Set(report.subscriptions.map(({ worth }) => worth.verdict)).size).toBeGreaterThan(1);
  expect(report.subscriptions.some(({ value }) => (value?.usd ?? 0) > 0)).toBe(true);
});

it("keeps away from folders with other calls, and from a story that it cannot read", async () => {
  const call = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1 } };
  await sendJson(api, "POST", "/api/v1/events", call);
  await expect(fill()).rejects.toMatchObject({ code: "not_a_demo_folder" });
  writeFileSync(join(dataDir, "demo.json"), '{"seed":"none"}');
  await expect(fill()).rejects.toMatchObject({ code: "unreadable_demo_file" });
  expect(await calls()).toBe(1);
});
