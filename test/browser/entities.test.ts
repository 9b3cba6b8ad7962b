import { describe, expect, onTestFinished, test } from "vitest";

import { get, postJson, record } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { cardNumber, checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

const demo = openDemo();

type Page = Awaited<ReturnType<typeof openPage>>["page"];

const rowsOf = (page: Page) => page.getByRole("region", { name: /^All / }).locator("tbody tr");

/** Each row's name and what the hover of its cost says. */
const shownCosts = (page: Page) =>
  rowsOf(page).evaluateAll((rows) =>
    (rows as unknown as { cells: { innerText: string; title: string }[] }[]).map(({ cells }) => [
      cells[0]?.innerText.split("\n")[0]?.toLowerCase(),
      Number(/\$([\d,.]+)/.exec(cells[1]?.title ?? "")?.[1]?.replaceAll(",", "")),
    ]),
  );

async function answeredCosts(dimension: string, question: string): Promise<[string, number][]> {
  const { rows } = await get(demo.url, `/api/v1/breakdown?by=${dimension}&metrics=cost,calls&limit=50&${question}`);
  return rows.map((row) => [
    row["other"] === true ? "other" : String(row[dimension] ?? "unattributed").toLowerCase(),
    Number(row["cost"]),
  ]);
}

describe.each([
  ["users", "user", "", "period=30d"],
  ["users", "user", "?period=7d&filter=model:claude-*", "period=7d&filter=model:claude-*"],
  ["agents", "agent", "?period=90d&filter=status:error", "period=90d&filter=status:error"],
  ["work-items", "tag:story", "", "period=30d"],
  ["work-items", "tag:epic", "?key=epic&filter=agent:forge", "period=30d&filter=agent:forge"],
])("/%s by %s%s", (path, dimension, address, question) => {
  test("lists what the API answers", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/${path}${address}`);
    await rowsOf(page).first().waitFor();
    await eventually(() => shownCosts(page)).toEqual(await answeredCosts(dimension, question));
    expect(complaints).toEqual([]);
    await close();
  });
});

test("counts those with a name, and tells how much has none", async () => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/users`);
  const { rows, totals } = await get(demo.url, "/api/v1/breakdown?by=user&metrics=cost,calls&limit=1000&period=30d");
  const none = rows.find((row) => row["user"] === null)!;
  await eventually(() => cardNumber(page, "Users")).toBe(rows.length - 1);
  expect(await cardNumber(page, "Cost")).toBeCloseTo(totals["cost"]!, 8);
  expect(await cardNumber(page, "Unattributed")).toBeCloseTo(Number(none["cost"]), 8);
  // One timeseries question answers every row's line.
  await eventually(() => rowsOf(page).locator("svg").count()).toBeGreaterThan(10);
  await close();
});

test("sorts, finds and pages; back and reload keep it", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/users`);
  await rowsOf(page).first().waitFor();
  await page.getByRole("button", { name: "Calls", exact: true }).click();
  await eventually(() => searchOf(page)).toBe("?sort=calls");
  const byCalls = await get(demo.url, "/api/v1/breakdown?by=user&metrics=cost&limit=50&period=30d&order=-calls");
  const names = async () => (await shownCosts(page)).map(([name]) => name);
  await eventually(names).toEqual(byCalls.rows.map((row) => String(row["user"] ?? "unattributed")));
  await page.getByRole("button", { name: "Calls", exact: true }).click();
  await eventually(() => searchOf(page)).toBe("?sort=calls-up");
  await page.goBack();
  await eventually(() => searchOf(page)).toBe("?sort=calls");

  await page.getByRole("searchbox", { name: "Find users" }).fill("MAR");
  await eventually(() => searchOf(page)).toBe("?sort=calls&find=MAR");
  await eventually(async () => (await names()).every((name) => String(name).includes("mar"))).toBe(true);
  await page.reload();
  await eventually(async () => (await names()).every((name) => String(name).includes("mar"))).toBe(true);
  await page.getByRole("searchbox", { name: "Find users" }).fill("nobody-has-this-name");
  await page.getByText("No user contains “nobody-has-this-name”").waitFor();
  await page.getByRole("button", { name: "Show all users" }).click();
  await eventually(async () => (await names()).length).toBe(byCalls.rows.length);
  expect(await page.getByRole("searchbox", { name: "Find users" }).inputValue()).toBe("");
  expect(complaints).toEqual([]);
  await close();
});

test("one user: totals against before, splits, sessions, calls; filters narrow it, its own dimension's do not", async () => {
  const { rows } = await get(demo.url, "/api/v1/breakdown?by=user&metrics=cost&limit=3&period=30d");
  const user = String(rows.find((row) => typeof row["user"] === "string")!["user"]);
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/users`);
  await page.getByRole("link", { name: user, exact: true }).click();
  await eventually(() => searchOf(page)).toBe(`?of=${user}`);
  const { totals } = await get(demo.url, `/api/v1/users/${user}?period=30d`);
  await eventually(() => cardNumber(page, "Calls")).toBe(totals["calls"]);
  expect(await cardNumber(page, "Cost")).toBeCloseTo(totals["cost"]!, 8);
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(user);

  const byCategory = page.getByRole("table", { name: /Cost by category/ });
  await byCategory.getByRole("button").first().waitFor();
  const category = (await byCategory.getByRole("button").first().innerText()).trim();
  await byCategory.getByRole("button").first().click();
  await eventually(() => searchOf(page)).toBe(`?of=${user}&filter=category:${category}`);
  const narrowed = await get(demo.url, `/api/v1/users/${user}?period=30d&filter=category:${category}`);
  await eventually(() => cardNumber(page, "Calls")).toBe(narrowed.totals["calls"]);
  await page.getByRole("note").getByText(`Category is ${category}`).waitFor();
  await page.getByRole("region", { name: "Sessions" }).locator("tbody tr").first().waitFor();
  await page
    .getByRole("table", { name: /^Recent calls/ })
    .locator("tbody tr")
    .first()
    .waitFor();
  expect(await page.getByRole("link", { name: "Limits", exact: true }).last().getAttribute("href")).toContain(
    `/limits?filter=category:${category}&user=${user}`,
  );

  await page.goto(`${demo.url}/users?of=${user}&filter=user:somebody-else&filter=user:${user}`);
  await page.getByRole("note").getByText("User is somebody-else").waitFor();
  await eventually(() => cardNumber(page, "Calls")).toBe(totals["calls"]);
  expect(complaints).toEqual([]);
  await close();
});

test("an agent's name is capitalised for the eye alone; a work item's tag can be chosen", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/agents?of=forge`);
  const { totals } = await get(demo.url, "/api/v1/agents/forge?period=30d");
  await eventually(() => cardNumber(page, "Calls")).toBe(totals["calls"]);
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Forge");
  await page.getByRole("link", { name: "All agents" }).click();
  await page.getByRole("link", { name: "Forge", exact: true }).waitFor();

  await page.goto(`${demo.url}/work-items`);
  await page.getByRole("button", { name: "epic" }).click();
  await eventually(() => searchOf(page)).toBe("?key=epic");
  const epic = rowsOf(page).getByRole("link").first();
  const name = (await epic.innerText()).trim();
  await epic.click();
  await eventually(() => searchOf(page)).toBe(`?key=epic&of=${name}`);
  const ofEpic = await get(demo.url, `/api/v1/tags/epic/${name}?period=30d`);
  await eventually(() => cardNumber(page, "Calls")).toBe(ofEpic.totals["calls"]);
  expect(complaints).toEqual([]);
  await close();
});

test("teaches how calls say whose they are; names keep every character; limits are shown", async () => {
  const server = await startServer({ dataDir: temporaryFolder(), built: true });
  onTestFinished(() => server.kill());
  const call = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000, outputTokens: 100 } };
  await record(server.url, [call]);
  const { page, complaints, close } = await openPage(demo.browser, `${server.url}/work-items`, {
    viewport: { width: 360, height: 780 },
  });
  await page.getByRole("heading", { name: "No call here names its story" }).waitFor();
  expect(await page.locator("pre").innerText()).toContain("x-outlay-tags: story=st-9");
  expect(await overflowPx(page)).toBe(0);

  const strange = "a*b & c/d?e=#1 %20 “ü” with-a-name-that-is-much-too-long-to-be-shown-in-one-line-of-a-telephone";
  await record(server.url, [
    { ...call, user: strange },
    { ...call, user: strange },
    { ...call, user: "aXb & others" },
    { ...call, provider: "nobody", model: "unknown", user: "unpriced-user" },
  ]);
  const made = await postJson(`${server.url}/api/v1/limits`, {
    name: "Each user, a day",
    each: "user",
    amountUsd: 0.01,
    period: "day",
  });
  expect(made.ok).toBe(true);
  await page.goto(`${server.url}/users`);
  await page.getByTitle(strange).click();
  await eventually(() => cardNumber(page, "Calls")).toBe(2);
  await page.getByRole("region", { name: "Limits now" }).getByText("Each user, a day").first().waitFor();
  expect(await overflowPx(page)).toBe(0);
  await page.getByRole("link", { name: "All users" }).click();
  await rowsOf(page).getByText("unpriced", { exact: true }).waitFor();

  await page.goto(`${server.url}/users?of=never-seen`);
  await page.getByText("No calls of never-seen in the last 30 days").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("live calls change the numbers, but not the places of rows that somebody reads", async () => {
  const server = await startServer({ dataDir: temporaryFolder(), built: true });
  onTestFinished(() => server.kill());
  const call = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000, outputTokens: 100 } };
  await record(server.url, [
    { ...call, agent: "first" },
    { ...call, agent: "first" },
    { ...call, agent: "second" },
  ]);
  const { page, complaints, close } = await openPage(demo.browser, `${server.url}/agents`);
  const names = async () => (await shownCosts(page)).map(([name]) => name);
  await eventually(names).toEqual(["first", "second"]);
  await rowsOf(page).first().hover();
  await record(server.url, [
    { ...call, agent: "second" },
    { ...call, agent: "second" },
  ]);
  const costOfSecond = async () =>
    numberIn((await rowsOf(page).nth(1).locator("td").nth(1).getAttribute("title")) ?? "");
  await eventually(costOfSecond).toBeCloseTo(3 * 0.0035, 9);
  expect(await names()).toEqual(["first", "second"]);
  await page.mouse.move(0, 0);
  await eventually(names).toEqual(["second", "first"]);
  expect(complaints).toEqual([]);
  await close();
});

test.each([
  ["users", "/users", "users"],
  ["agents", "/agents", "agents"],
  ["work-items", "/work-items", "stories"],
])("%s are whole and without barriers", async (name, path, many) => {
  await checkLooks(demo.browser, `${demo.url}${path}`, name, async (page) => {
    await page
      .getByRole("region", { name: `All ${many}` })
      .locator("tbody tr")
      .first()
      .waitFor();
    await cardNumber(page, "Cost");
    await page.locator("tbody svg").first().waitFor({ state: "attached" });
  });
});

test("one of each is whole and without barriers", async () => {
  const { rows } = await get(demo.url, "/api/v1/breakdown?by=tag:story&metrics=cost&limit=3&period=30d");
  const story = String(rows.find((row) => typeof row["tag:story"] === "string")!["tag:story"]);
  for (const [name, path] of [
    ["agent", "/agents?of=dexter"],
    ["work-item", `/work-items?of=${story}`],
  ] as const) {
    await checkLooks(demo.browser, `${demo.url}${path}`, name, async (page) => {
      await cardNumber(page, "Cost");
      await page.locator("[data-bar]").first().waitFor();
      await page
        .getByRole("table", { name: /^Cost by activity/ })
        .locator("tbody tr")
        .first()
        .waitFor();
      await page
        .getByRole("table", { name: /^Recent calls/ })
        .locator("tbody tr")
        .first()
        .waitFor();
    });
  }
});
