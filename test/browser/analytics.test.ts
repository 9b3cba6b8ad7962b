import { describe, expect, onTestFinished, test } from "vitest";

import { visitor } from "../access/visitor.ts";
import { get } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { LOOKS, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { cardNumber, checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

const demo = openDemo();

type Page = Awaited<ReturnType<typeof openPage>>["page"];

/** Each row's name and the exact cost in its title. */
async function shownRows(page: Page, card: string): Promise<[string, number][]> {
  const rows = page.getByRole("region", { name: card, exact: true }).locator("tbody tr");
  const texts = await rows.evaluateAll((all) =>
    (all as unknown as { cells: { innerText: string; title: string }[] }[]).map(({ cells }) => [
      cells[0]?.innerText.split("\n")[0] ?? "",
      cells[1]?.title ?? "",
    ]),
  );
  return texts.map(([name, title]) => [
    name!.startsWith("Other") ? "other" : name!,
    title!.startsWith("$") ? numberIn(/\$[\d,.]+\d/.exec(title!)![0]) : 0,
  ]);
}

async function answeredRows(by: string, question: string): Promise<[string, number][]> {
  const { rows } = await get(demo.url, `/api/v1/breakdown?by=${by}&metrics=cost,calls&limit=10&${question}`);
  return rows.map((row) => [
    row["other"] === true ? "other" : String(row[by] ?? "unattributed"),
    Number(row["cost"] ?? 0),
  ]);
}

describe.each([
  ["", "period=30d"],
  ["?period=7d&filter=model:claude-*", "period=7d&filter=model:claude-*"],
  ["?period=90d&filter=!project:cockpit&tz=America/New_York", "period=90d&filter=!project:cockpit&tz=America/New_York"],
])("/analytics%s", (address, question) => {
  test("shows what the API answers", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/analytics${address}`);
    const { totals } = await get(
      demo.url,
      `/api/v1/query?metrics=cost,calls,tokens,users,sessions,costPerSession&${question}`,
    );
    await eventually(() => cardNumber(page, "Calls")).toBe(totals["calls"]);
    expect(await cardNumber(page, "Cost")).toBeCloseTo(totals["cost"]!, 8);
    expect(await cardNumber(page, "Tokens")).toBe(totals["tokens"]);
    await eventually(() => cardNumber(page, "Users")).toBe(totals["users"]);
    expect(await cardNumber(page, "Sessions")).toBe(totals["sessions"]);
    await eventually(() => shownRows(page, "Cost per user")).toEqual(await answeredRows("user", question));
    await eventually(() => shownRows(page, "Models")).toEqual(await answeredRows("model", question));
    const { recommendations } = await get<{ recommendations: { title: string; savedUsd: number }[] }>(
      demo.url,
      `/api/v1/insights/savings?${question}`,
    );
    const advice = page.getByRole("region", { name: "What would save most" }).getByRole("listitem");
    await eventually(() => advice.count()).toBe(Math.min(3, recommendations.length));
    for (const [index, { title, savedUsd }] of recommendations.slice(0, 3).entries()) {
      expect(await advice.nth(index).getByRole("heading").innerText()).toContain(title);
      // the fee of a running plan grows with every moment
      expect(numberIn((await advice.nth(index).locator("p[title]").getAttribute("title"))!)).toBeCloseTo(savedUsd, 2);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

test("sums up, sorts, filters and exports; back and reload keep it", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/analytics`);
  await page.getByRole("button", { name: "Summed up" }).click();
  await eventually(() => searchOf(page)).toBe("?sum=on");
  const { totals } = await get(demo.url, "/api/v1/query?metrics=cost&period=30d");
  const trend = page.getByRole("region", { name: "Cost over time" });
  await trend.getByRole("button", { name: "Show as table" }).click();
  // The newest row stands first, and has everything.
  const sum = trend.locator("tbody tr").first().locator("td").first();
  await eventually(async () => numberIn((await sum.getAttribute("title")) ?? "")).toBeCloseTo(totals["cost"]!, 6);

  const users = page.getByRole("region", { name: "Cost per user" });
  await users.getByRole("button", { name: "Calls", exact: true }).click();
  await eventually(() => searchOf(page)).toBe("?table=cost&sum=on&users=calls");
  const byCalls = await get(demo.url, "/api/v1/breakdown?by=user&metrics=cost&limit=10&period=30d&order=-calls");
  const names = async () => (await shownRows(page, "Cost per user")).map(([name]) => name);
  const expected = byCalls.rows.map((row) => (row["other"] === true ? "other" : String(row["user"] ?? "unattributed")));
  await eventually(names).toEqual(expected);
  await page.reload();
  await eventually(names).toEqual(expected);

  const href = await users.getByRole("link", { name: "CSV of cost per user" }).getAttribute("href");
  const csv = await (await fetch(href!)).text();
  const lines = csv.trim().split(/\r?\n/);
  const all = await get(demo.url, "/api/v1/breakdown?by=user&metrics=cost&limit=1000&period=30d");
  expect(lines.length - 1).toBe(all.rows.length);
  expect(lines[0]).toContain("user,");

  const models = page.getByRole("region", { name: "Models" });
  await models.getByRole("button", { name: "gpt-5.1" }).click();
  await eventually(() => searchOf(page)).toBe("?table=cost&sum=on&users=calls&filter=model:gpt-5.1");
  const narrowed = await get(demo.url, "/api/v1/query?metrics=calls&period=30d&filter=model:gpt-5.1");
  await eventually(() => cardNumber(page, "Calls")).toBe(narrowed.totals["calls"]);
  await page.goBack();
  await eventually(() => searchOf(page)).toBe("?table=cost&sum=on&users=calls");

  await page.getByRole("link", { name: /^All savings/ }).click();
  await page.getByRole("heading", { name: "What would have cost less" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a member sees their own use, and nothing about others", async () => {
  const server = await startServer({ dataDir: temporaryFolder(), built: true });
  onTestFinished(() => server.kill());
  const call = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000, outputTokens: 100 } };
  const ada = visitor(server.url);
  const password = "correct horse battery staple";
  await ada.ask("POST", "/api/v1/account/set-up", { name: "Ada", email: "ada@example.com", password });
  await ada.ask("POST", "/api/v1/events", {
    events: [
      { ...call, user: "u-alice", session: "s1" },
      { ...call, user: "u-bob", session: "s2", model: "gpt-4o-mini" },
      { ...call, user: "u-bob", session: "s3" },
    ],
  });
  const email = "alice@example.com";
  await ada.ask("POST", "/api/v1/people", { name: "Alice", email, role: "member", user: "u-alice", password });
  const alice = visitor(server.url);
  await alice.ask("POST", "/api/v1/account/sign-in", { email, password });
  const context = await demo.browser.newContext();
  await context.addCookies([...alice.cookies].map(([name, value]) => ({ name, value, url: server.url })));
  const storageState = await context.storageState();
  await context.close();
  const { page, complaints, close } = await openPage(demo.browser, `${server.url}/analytics`, {
    ...LOOKS["desk-light"],
    storageState,
  });
  await page.getByText("Your own use").waitFor();
  await eventually(() => cardNumber(page, "Calls")).toBe(1);
  await eventually(() => cardNumber(page, "Sessions")).toBe(1);
  expect(await cardNumber(page, "Cost")).toBeCloseTo(0.0035, 9);
  await eventually(() => shownRows(page, "Most used models")).toEqual([["gpt-4o", 0.0035]]);
  expect(await page.getByRole("heading", { name: "Users", exact: true }).count()).toBe(0);
  expect(await page.getByRole("heading", { name: "Cost per user" }).count()).toBe(0);
  expect(await page.locator("main").innerText()).not.toContain("bob");
  expect(complaints).toEqual([]);
  await close();
});

async function ready(page: Page): Promise<void> {
  await eventually(() => page.locator("[data-bar]").count()).toBe(30);
  await eventually(() => cardNumber(page, "Users")).toBeGreaterThan(0);
  await page.getByRole("region", { name: "Models" }).locator("tbody tr").first().waitFor();
  await page.getByText("These overlap").waitFor();
}

test("is whole and without barriers in every look", async () => {
  await checkLooks(demo.browser, `${demo.url}/analytics`, "analytics", ready);
});

test.each([360, 768, 1920])("cuts nothing off at %i pixels", async (width) => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/analytics`, { viewport: { width, height: 800 } });
  await ready(page);
  expect(await overflowPx(page)).toBe(0);
  await close();
});
