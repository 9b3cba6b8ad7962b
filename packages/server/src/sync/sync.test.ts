import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { KEYS, openTestSync, type OpenedSync } from "./open-sync.fixture.ts";

// The mock provider tells the same of every day (mock-provider/organisation); the sums are worked out by hand.
let open: OpenedSync;
beforeAll(async () => {
  open = await openTestSync("2026-11-22T12:00:00Z");
});
afterAll(() => open.close());
afterEach(async () => {
  for (const { id } of open.sync.list()) await open.sync.remove(id, "test");
  await open.organisation({ pageSize: null, late: 0, refreshes: 0, behave: "", today: "2026-11-22" });
  open.setNow("2026-11-22T12:00:00Z");
});

const NO_SUMS = {
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  images: 0,
  audioSeconds: 0,
  characters: 0,
  pages: 0,
  searches: 0,
  foreign: [],
};

test("OpenAI: three days, page after page, equal the sums worked out by hand; another run changes nothing, late data replace their day", async () => {
  await open.organisation({ pageSize: 2 });
  const { id } = await open.add({ provider: "openai", key: KEYS.openai, since: "2026-11-20" });
  const { state } = await open.sync.run(id);
  expect(state.problem).toBeNull();
  expect(state.series["completions"]).toMatchObject({
    coveredToMs: Date.UTC(2026, 10, 22),
    resumeMs: null,
    problem: null,
  });
  const asked = await open.requests();
  expect(
    asked.filter((path) => path.includes("/usage/completions")).map((path) => path.includes("page=page_2")),
  ).toEqual([false, true]);
  expect(asked[0]).toBe(
    "/openai/v1/organization/usage/completions?start_time=1795132800&end_time=1795392000&bucket_width=1d&group_by[]=project_id&group_by[]=user_id&group_by[]=api_key_id&group_by[]=model&group_by[]=batch&group_by[]=service_tier&limit=3",
  );

  const answer = await open.ask(["model"]);
  // 3 × 5.35 (0.25 + 0.1 + 5), 3 × 0.18 (0.15 + 0.03), 3 × 0.06, 3 × 0.1 for searches
  expect(answer.totals).toMatchObject({
    costUsd: 17.07,
    inputTokens: 18_000_000,
    outputTokens: 1_800_000,
    requests: 111,
  });
  expect(Object.fromEntries(answer.rows.map((row) => [row.model, row.costUsd]))).toEqual({
    "gpt-5-2025-08-07": 16.05,
    "gpt-4o-mini-2024-07-18": 0.54,
    "text-embedding-3-small": 0.18,
    null: 0.3,
  });
  expect((await open.ask(["day"])).rows.map(({ day, costUsd, inputTokens }) => [day, costUsd, inputTokens])).toEqual(
    ["2026-11-20", "2026-11-21", "2026-11-22"].map((day) => [day, 5.69, 6_000_000]),
  );
  expect((await open.ask(["tier"], { model: "gpt-4o-mini-2024-07-18" })).rows).toMatchObject([
    { tier: null, costUsd: 0.54, requests: null },
    { tier: "batch", costUsd: null, requests: 6 },
  ]);
  expect((await open.ask(["project"], { user: "user_ada" })).rows).toEqual([
    {
      ...NO_SUMS,
      project: "proj_shop",
      inputTokens: 12_000_000,
      cacheReadTokens: 2_400_000,
      outputTokens: 1_500_000,
      searches: 0,
      requests: 105,
      costUsd: null,
      listCostUsd: null,
    },
  ]);
  expect((await open.ask(["series"])).rows.find(({ series }) => series === "web_search_calls")).toMatchObject({
    searches: 30,
  });

  await open.sync.run(id);
  expect((await open.ask(["model"])).rows).toEqual(answer.rows);

  // what comes late replaces its day; only the last days are asked for again; a restart knows where it was
  await open.reopen();
  await open.requests();
  await open.organisation({ late: 1_000_000, pageSize: null, today: "2026-11-24" });
  open.setNow("2026-11-24T06:00:00Z");
  await open.sync.run(id);
  const [first] = await open.requests();
  // covered to the 22nd, less three days, but not before the first
  expect(first).toContain(`start_time=${Date.UTC(2026, 10, 20) / 1_000}&end_time=${Date.UTC(2026, 10, 25) / 1_000}&`);
  expect((await open.ask(["day"])).rows.map(({ day, costUsd, inputTokens }) => [day, costUsd, inputTokens])).toEqual([
    ["2026-11-20", 5.69, 6_000_000],
    ["2026-11-21", 5.69, 6_000_000],
    ["2026-11-22", 6.94, 7_000_000],
    ["2026-11-23", 6.94, 7_000_000],
    ["2026-11-24", 6.94, 7_000_000],
  ]);
  await open.sync.remove(id, "test");
  expect((await open.ask(["day"])).rows).toEqual([]);
});

// of a day: Sonnet 3 + 1.875 + 0.6 + 0.6 + 4.5 + 0.1, Haiku 0.4 + 0.1, code execution 1.2378912 ("123.78912" cents)
const ANTHROPIC_DAY = { sonnet: 10.675, haiku: 0.5, none: 1.2378912 };

test.each([
  ["analytics", KEYS.anthropic, 48],
  ["classic, where the key may not use analytics", "sk-ant-classic-000", null],
])("Anthropic: %s", async (_api, key, requestsADay) => {
  await open.organisation({ pageSize: 3 });
  const { id } = await open.add({ provider: "anthropic", key, since: "2026-11-21" });
  const { state } = await open.sync.run(id);
  expect(state.problem).toBeNull();
  const rows = new Map((await open.ask(["model"])).rows.map((row) => [row.model, row]));
  expect(rows.get("claude-sonnet-4-5-20250929")).toMatchObject({
    costUsd: 2 * ANTHROPIC_DAY.sonnet,
    inputTokens: 2 * 3_600_000,
    cacheReadTokens: 2 * 2_000_000,
    cacheWriteTokens: 2 * 600_000,
    outputTokens: 2 * 300_000,
    searches: 20,
    requests: requestsADay === null ? null : 80,
  });
  expect((await open.ask([])).totals.costUsd).toBe(2 * 12.4128912);
  // people of Claude Code are seen beside the usage, and are not in it a second time
  expect((await open.ask(["user", "key"], { series: "claude_code" })).rows).toMatchObject([
    { user: "ada@example.com", key: null, costUsd: 20.5, inputTokens: 230_000, outputTokens: 70_000 },
    { user: null, key: "ci", costUsd: 1.5 },
  ]);
});

test("Anthropic: a cursor of data that were refreshed begins the window again, and nothing counts twice", async () => {
  await open.organisation({ pageSize: 1, refreshes: 2 });
  const { id } = await open.add({ provider: "anthropic", key: KEYS.anthropic, since: "2026-11-21" });
  expect((await open.sync.run(id)).state.problem).toBeNull();
  expect((await open.ask([])).totals.costUsd).toBe(24.8257824);
});

test("OpenRouter: completed days, the credits, or the key's own limit", async () => {
  const { id } = await open.add({ provider: "openrouter", key: KEYS.openrouter, since: "2026-10-01" });
  const { state } = await open.sync.run(id);
  expect(state.series["activity"]).toMatchObject({
    problem: null,
    note: "the provider keeps 30 days: nothing before 2026-10-23",
    coveredToMs: Date.UTC(2026, 10, 22),
  });
  expect(state.balance).toMatchObject({ currency: "USD", remaining: "74.75", used: "25.75" });
  // 21 days of November: 0.015 + 0.012 of one's own keys + 0.005
  expect((await open.ask(["model"])).rows).toMatchObject([
    {
      model: "openai/gpt-5",
      costUsd: 0.672,
      inputTokens: 21 * 51_000,
      outputTokens: 21 * 10_400,
      reasoningTokens: 21 * 2_500,
      requests: 126,
    },
  ]);
  await open.sync.remove(id, "test");
  const plain = await open.add({ provider: "openrouter", key: "sk-or-plain-00000" });
  const { state: limited } = await open.sync.run(plain.id);
  expect(limited.problem?.code).toBe("sync_not_allowed");
  expect(limited.balance).toMatchObject({ remaining: "12.5", note: "limit of the key" });
});

test("GitHub: net is what has to be paid, gross what was used; seats are fees, other products are not Copilot's", async () => {
  const { id } = await open.add({
    provider: "github",
    key: KEYS.github,
    settings: { organization: "acme" },
    since: "2026-11-13",
  });
  expect((await open.sync.run(id)).state.problem).toBeNull();
  expect((await open.ask(["model", "money"])).rows).toMatchObject([
    { model: null, money: "fee", costUsd: 6.33, listCostUsd: 6.33 },
    { model: "GPT-5", money: "usage", costUsd: 3, listCostUsd: 5 },
    { model: "Claude Sonnet 4.5", money: "usage", costUsd: 0, listCostUsd: 12 },
  ]);
});

test("Cursor: calls are added up by day, page after page; cents with fractions", async () => {
  await open.organisation({ pageSize: 2 });
  const { id } = await open.add({ provider: "cursor", key: KEYS.cursor, since: "2026-11-13" });
  const { state } = await open.sync.run(id);
  expect(state.problem).toBeNull();
  expect(state.balance).toMatchObject({ used: "36.845", note: "spent by the team since 2026-11-01" });
  // ten days, three calls each: two at 21.36 cents, one in the plan; input 126 + 6,112 + 11,964
  expect((await open.ask(["user"])).rows).toMatchObject([
    {
      user: "ada@example.com",
      costUsd: 4.272,
      listCostUsd: 4.272,
      requests: 20,
      inputTokens: 20 * 18_202,
      outputTokens: 9_000,
    },
    { user: "bob@example.com", costUsd: 0, listCostUsd: 2.136, requests: 10 },
  ]);
  expect((await open.ask(["day"])).rows.map(({ requests }) => requests)).toEqual(Array.from({ length: 10 }, () => 3));
});

test("xAI, Mistral in euros, DeepSeek's balance", async () => {
  const xai = await open.add({ provider: "xai", key: KEYS.xai, settings: { team: "team-1" }, since: "2026-11-21" });
  const mistral = await open.add({ provider: "mistral", key: KEYS.mistral, since: "2026-10-30" });
  const deepseek = await open.add({ provider: "deepseek", key: KEYS.deepseek });
  for (const { id } of [xai, mistral, deepseek]) expect((await open.sync.run(id)).state.problem).toBeNull();
  expect((await open.ask(["model", "item"], { provider: "x-ai" })).rows).toMatchObject([
    { model: "grok-4", item: "Grok 4 input", costUsd: 0.9 },
    { model: null, item: "Live search", costUsd: 0.05 },
  ]);
  // 24 days: 10,000 × 0.0000018 + 2,000 × 0.0000054 = 0.0288 each, in euros and so in no sum of dollars
  const all = await open.ask(["model"], { provider: "mistral" }, { from: "2026-10-01", to: "2026-12-01" });
  expect(all.rows).toMatchObject([
    { inputTokens: 240_000, outputTokens: 48_000, costUsd: null, foreign: [{ currency: "EUR", amount: "0.6912" }] },
  ]);
  expect(open.sync.get(deepseek.id).state.balance).toMatchObject({ remaining: "110.00", currency: "USD" });
});

test("a provider that wants to be left alone is waited for; one that fails is tried again; a broken page too", async () => {
  const { id } = await open.add({ provider: "deepseek", key: KEYS.deepseek });
  for (const [behave, wait] of [
    ["status=429; retry-after=17; times=1", 17_000],
    ["status=500; times=2", 2_000],
    ["close", 32_000],
    ["stop-after=1", 16_000],
  ] as const) {
    open.waits.length = 0;
    await open.organisation({ behave });
    const { state } = await open.sync.run(id);
    const isLasting = !behave.includes("times");
    expect(state.problem?.code ?? null, behave).toBe(
      isLasting ? (behave === "close" ? "sync_provider_down" : "sync_answer_unreadable") : null,
    );
    if (!isLasting) expect(open.waits, behave).toContain(wait);
    else expect(state.requests, behave).toBe(6);
  }
  // longer than a run waits: the next one comes when it may
  await open.organisation({ behave: "status=429; retry-after=7200" });
  const { state } = await open.sync.run(id);
  expect(state.problem?.code).toBe("sync_rate_limited");
  expect(state.nextRunAtMs! - state.startedAtMs!).toBeGreaterThanOrEqual(7_200_000);
  expect(state.failures).toBe(3);
});

test("a wrong key ends the run, is said without the key, and nothing of it is stored in the clear", async () => {
  const key = "sk-admin-wrong-7c41a9";
  const { id } = await open.add({ provider: "openai", key });
  await open.requests();
  const { state } = await open.sync.run(id);
  expect(state.problem).toMatchObject({
    code: "sync_key_refused",
    message: "OpenAI answered /v1/organization/usage/completions with 401: Incorrect API key provided: ….",
  });
  expect(await open.requests()).toHaveLength(1);
  const stored = await Promise.all(["sync", "sync-states"].map((name) => open.storage.listRecords(name)));
  const audit = await open.storage.listAudit({ limit: 100 });
  expect(JSON.stringify([stored, audit, open.failures])).not.toContain(key);
  await open.sync.change(id, { key: KEYS.openai }, "test");
  await open.reopen();
  expect((await open.sync.run(id)).state.problem).toBeNull();
  // the same account twice would report everything twice
  await expect(open.add({ provider: "openai", name: "again", key: KEYS.openai })).rejects.toMatchObject({
    code: "sync_exists",
  });
});

test("a run that is stopped is no failure; days further back are fetched when they are wanted", async () => {
  const { id } = await open.add({ provider: "xai", key: KEYS.xai, settings: { team: "team-1" }, since: "2026-08-01" });
  await open.organisation({ behave: "hang" });
  const run = open.sync.run(id);
  await open.reopen();
  await run;
  await open.organisation({ behave: "" });
  expect(open.sync.get(id).state).toMatchObject({ problem: null, endedAtMs: null });
  const daysAsked = async () => {
    const { state } = await open.sync.run(id);
    expect(state.problem).toBeNull();
    return [state.requests, new Date(state.series["usage"]!.firstMs!).toISOString().slice(0, 10)];
  };
  // windows of 31 days; then only the one with the last days, until more is wanted
  expect(await daysAsked()).toEqual([4, "2026-08-01"]);
  expect(await daysAsked()).toEqual([1, "2026-08-01"]);
  await open.sync.change(id, { since: "2026-07-20" }, "test");
  expect(await daysAsked()).toEqual([5, "2026-07-20"]);
  expect(await daysAsked()).toEqual([1, "2026-07-20"]);
});

test("an address that is not there keeps the other series from nothing; two runs at once are one", async () => {
  await expect(open.add({ provider: "github", key: KEYS.github })).rejects.toMatchObject({
    code: "invalid_sync_settings",
  });
  await expect(open.add({ provider: "openai" })).rejects.toMatchObject({ code: "sync_key_missing" });
  const lost = await open.add({
    provider: "github",
    key: KEYS.github,
    settings: { user: "nobody" },
    since: "2026-11-22",
  });
  const { state } = await open.sync.run(lost.id);
  expect(Object.values(state.series).map(({ problem }) => problem?.code)).toEqual(["sync_not_there", "sync_not_there"]);
  await open.sync.remove(lost.id, "test");

  const { id } = await open.add({ provider: "openai", key: KEYS.openai, since: "2026-11-22" });
  await open.requests();
  await Promise.all([open.sync.run(id), open.sync.run(id), open.sync.runDue()]);
  expect((await open.requests()).filter((path) => path.includes("/costs"))).toHaveLength(1);
});
