import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openAlerts, type Alerts } from "../../packages/server/src/alerts/alerts.ts";
import type { AlertMessage } from "../../packages/server/src/alerts/alert-message.ts";
import { countChanges } from "../../packages/server/src/alerts/count-changes.ts";
import { call, openLedger, type OpenLedger } from "../../packages/server/src/ledger/open-ledger.fixture.ts";
import { recordUsage } from "../../packages/server/src/ledger/record-usage.ts";
import { openLimits, type Limits } from "../../packages/server/src/limits/limits.ts";
import { watchStorage } from "../../packages/server/src/storage/watch-storage.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** Budgets and alerts over one store, with a clock of the test's own. */
interface World {
  ledger: OpenLedger;
  limits: Limits;
  alerts: Alerts;
  sent: AlertMessage[];
  spend(usd: number, rest?: Record<string, unknown>): Promise<void>;
  /** Titles of what was told since last asked, after a look. */
  news(): Promise<string[]>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

let world: World;
beforeEach(async () => {
  world = await open("2026-11-13T12:00:00Z", "Asia/Kathmandu");
});
afterEach(() => world.close());

async function open(now: string, timeZone: string): Promise<World> {
  const ledger = await openLedger(now, timeZone);
  const dataDir = temporaryFolder();
  const sent: AlertMessage[] = [];
  let told = 0;
  const begin = async () => {
    const { limits, watch } = await openLimits({ storage: ledger.storage, dataDir, now: ledger.now, timeZone });
    const changes = countChanges(watch);
    const alerts = await openAlerts({
      ledger,
      limits,
      keys: { list: () => [] },
      channels: {
        book: { list: () => [] },
        async send(message) {
          sent.push(message);
          return [];
        },
      },
      mailsAbout: async () => true,
      changes: changes.count,
      logFailure: (error) => expect.fail(String(error)),
    });
    return { limits, alerts, storage: watchStorage(ledger.storage, changes.watch) };
  };
  let running = await begin();
  const end = async () => {
    await running.alerts.close();
    await running.limits.close();
  };
  return {
    ledger,
    get limits() {
      return running.limits;
    },
    get alerts() {
      return running.alerts;
    },
    sent,
    async spend(usd, rest = {}) {
      const usage = { inputTokens: 0, outputTokens: Math.round(usd * 100_000) };
      const event = call(new Date(ledger.now()).toISOString(), { usage, ...rest });
      const { rejected } = await recordUsage({ ...ledger, storage: running.storage }, [event]);
      expect(rejected).toEqual([]);
    },
    async news() {
      await running.alerts.evaluate({ everything: true });
      await running.alerts.settled();
      const titles = sent.slice(told).map(({ state, title }) => (state === "recovered" ? `over: ${title}` : title));
      told = sent.length;
      return titles.filter((title) => title.includes("Budget") || title.includes("Limit"));
    },
    async restart() {
      await end();
      running = await begin();
    },
    async close() {
      await end();
      await ledger.close();
    },
  };
}

describe("a restart keeps what was spent, and what was told of it (litellm#25374)", () => {
  it("of a model's budget", async () => {
    await world.limits.create(
      { name: "Large", kind: "budget", amountUsd: 10, period: "day", filters: ["model:large"] },
      "test",
    );
    await world.spend(7, { model: "large" });
    expect(await world.news()).toEqual(["Budget Large is at 70 %"]);
    await world.restart();
    expect(await world.news()).toEqual([]);
    await world.spend(5, { model: "small" });
    await world.spend(2, { model: "large" });
    expect(await world.news()).toEqual(["Budget Large is at 90 %"]);
  });

  it("tells after the restart of what was passed while nobody looked", async () => {
    await world.limits.create({ name: "All", kind: "budget", amountUsd: 10, period: "day" }, "test");
    // stored by somebody else than this process: nothing is told at once
    const usage = { inputTokens: 0, outputTokens: 750_000 };
    await recordUsage(world.ledger, [call("2026-11-13T12:00:00Z", { usage })]);
    await world.restart();
    expect(await world.news()).toEqual(["Budget All is at 75 %"]);
  });
});

describe("budgets of all kinds begin anew, and are told of anew (litellm#8364, #41624)", () => {
  // 18:15 in London is midnight in Kathmandu
  it.each([
    ["team", { team: "blue" }],
    ["user", { user: "ada" }],
    ["tag:feature", { tags: { feature: "search" } }],
  ])("each %s, at midnight of its zone", async (each, owner) => {
    await world.limits.create({ name: "Daily", kind: "budget", amountUsd: 10, period: "day", each }, "test");
    const [value] = Object.values(owner).map((said) => (typeof said === "string" ? said : Object.values(said)[0]));
    world.ledger.setNow("2026-11-13T18:14:59.999Z");
    await world.spend(7, owner);
    expect(await world.news()).toEqual([`Budget Daily (${value}) is at 70 %`]);
    world.ledger.setNow("2026-11-13T18:15:00Z");
    expect(await world.news()).toEqual([`over: Over: Budget Daily (${value}) is at 70 %`]);
    await world.spend(7, owner);
    expect(await world.news()).toEqual([`Budget Daily (${value}) is at 70 %`]);
  });

  it("a copy of a budget counts and tells for itself", async () => {
    const wanted = { kind: "budget", amountUsd: 10, period: "month" };
    await world.limits.create({ ...wanted, name: "One" }, "test");
    await world.limits.create({ ...wanted, name: "Two" }, "test");
    await world.spend(7);
    expect((await world.news()).toSorted()).toEqual(["Budget One is at 70 %", "Budget Two is at 70 %"]);
    // the 1st of December in Kathmandu
    world.ledger.setNow("2026-11-30T18:15:00Z");
    expect(await world.news()).toHaveLength(2);
    await world.spend(9);
    expect((await world.news()).toSorted()).toEqual(["Budget One is at 90 %", "Budget Two is at 90 %"]);
  });
});

it("a budget over what the sender's metadata says (Portkey gateway#1169)", async () => {
  await world.limits.create(
    {
      name: "Gold",
      kind: "budget",
      amountUsd: 10,
      period: "month",
      filters: ["tag:plan:gold", "environment:production"],
    },
    "test",
  );
  await world.spend(8, { tags: { plan: "gold" }, environment: "staging" });
  await world.spend(8, { tags: { plan: "free" }, environment: "production" });
  expect(await world.news()).toEqual([]);
  await world.spend(8, { tags: { plan: "gold" }, environment: "production" });
  expect(await world.news()).toEqual(["Budget Gold is at 80 %"]);
});

it("one user's cost in a rolling month (langfuse#714)", async () => {
  const period = { unit: "month", rolling: true };
  await world.limits.create({ name: "Rolling", kind: "budget", amountUsd: 10, period, each: "user" }, "test");
  await world.spend(6, { user: "ada" });
  world.ledger.setNow("2026-12-05T12:00:00Z");
  await world.spend(3, { user: "ada" });
  await world.spend(3, { user: "bob" });
  expect(await world.news()).toEqual(["Budget Rolling (ada) is at 90 %"]);
  // thirty days after the 13th of November
  world.ledger.setNow("2026-12-13T12:30:00Z");
  expect(await world.news()).toEqual(["over: Budget Rolling (ada) is back below its thresholds"]);
  await world.spend(6, { user: "ada" });
  expect(await world.news()).toEqual(["Budget Rolling (ada) is at 90 %"]);
});

it("a budget that was raised for a time is told of against what it is then", async () => {
  const { id } = await world.limits.create({ name: "All", kind: "budget", amountUsd: 10, period: "month" }, "test");
  await world.spend(9);
  expect(await world.news()).toEqual(["Budget All is at 90 %"]);
  await world.limits.override(id, { amountUsd: 20, until: "2026-11-20T00:00:00Z", reason: "launch" }, "test");
  world.ledger.setNow("2026-11-13T12:05:00Z");
  expect(await world.news()).toEqual(["over: Budget All is back below its thresholds"]);
  await world.spend(5);
  expect(await world.news()).toEqual(["Budget All is at 70 %"]);
});
