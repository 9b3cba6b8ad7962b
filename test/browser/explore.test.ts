import { readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { PASSWORD, invitePerson, startWithAdministrator } from "../access/account-server.ts";
import { get } from "../api.ts";
import { barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, searchOf } from "./page-tools.ts";

const demo = openDemo();

const tableOf = (page: Page) => page.locator('section[aria-labelledby="rows"]');

/** Each row's name, and the first number that the hover of a column says. */
const shownRows = async (page: Page, column = 1) => {
  const rows = await tableOf(page)
    .locator("tbody tr")
    .evaluateAll(
      (all, index) =>
        (all as unknown as { cells: { innerText: string; title: string }[] }[]).map(({ cells }) => [
          cells[0]?.innerText.trim() ?? "",
          cells[index]?.title ?? "",
        ]),
      column,
    );
  return rows.map(([name, title]): [string, number] => [name!.replace(/ \(.*/, ""), exactNumber(title!)]);
};

/** The first number of a text, to three decimals. */
function exactNumber(text: string): number {
  const found = /[−-]?\$?[\d,]+(\.\d+)?/.exec(text)?.[0] ?? "";
  return rounded(Number(found.replaceAll(/[$,]/g, "").replace("−", "-")));
}
const rounded = (value: unknown) => Number(Number(value).toFixed(3));

const nameOf = (row: Record<string, unknown>, dimension: string) =>
  row["other"] === true ? "Other" : String(row[dimension] ?? "unattributed");

describe.each([
  ["", "model", "cost", "period=30d&limit=7&order=-cost"],
  [
    "?m=calls&by=agent&top=5&period=7d&filter=model:claude-*",
    "agent",
    "calls",
    "period=7d&limit=5&order=-calls&filter=model:claude-*",
  ],
  ["?by=tag:story&rank=calls-up&grain=none&top=10&period=90d", "tag:story", "cost", "period=90d&limit=10&order=calls"],
  [
    "?m=p95DurationMs&by=provider&filter=!status:error&grain=week",
    "provider",
    "p95DurationMs",
    "period=30d&limit=7&order=-p95DurationMs&filter=!status:error",
  ],
])("/explore%s", (address, dimension, metric, question) => {
  test("shows what the API answers", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore${address}`);
    const answer = await get(demo.url, `/api/v1/breakdown?by=${dimension}&metrics=${metric}&${question}`);
    const expected = answer.rows.map((row) => [nameOf(row, dimension), rounded(row[metric])]);
    await eventually(() => shownRows(page)).toEqual(expected);
    const total = await page.locator("[data-total]").getAttribute("title");
    expect(exactNumber(total!)).toBe(rounded(answer.totals[metric]));
    expect(complaints).toEqual([]);
    await close();
  });
});

test("a second group stands within the first, and adds up to it", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore?and=agent&grain=none&top=5`);
  const question = "metrics=cost&period=30d";
  const groups = await get(demo.url, `/api/v1/breakdown?by=model&limit=5&${question}`);
  const pairs = await get(demo.url, `/api/v1/breakdown?by=model,agent&limit=1000&${question}`);
  const expected = groups.rows.flatMap((row) => [
    [nameOf(row, "model"), rounded(row["cost"])],
    ...(row["other"] === true ? [] : pairs.rows.filter((pair) => pair["model"] === row["model"])).map((pair) => [
      nameOf(pair, "agent"),
      rounded(pair["cost"]),
    ]),
  ]);
  await eventually(() => shownRows(page)).toEqual(expected);
  await page.getByRole("button", { name: "Show as table" }).click();
  await page.getByRole("button", { name: "Show as chart" }).waitFor();
  const cells = await page
    .locator("figure tbody tr")
    .first()
    .locator("td[title]")
    .evaluateAll((all) => all.map((cell) => (cell as unknown as { title: string }).title));
  const [whole, , ...parts] = cells.map(exactNumber);
  expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(whole!, 1);
  expect(complaints).toEqual([]);
  await close();
});

test("every choice is in the address; back, reload and a click on a row, a bar, a legend keep it", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore`);
  const question = page.getByRole("region", { name: "Question" });
  await question.getByLabel("Metric").selectOption("calls");
  await eventually(() => searchOf(page)).toBe("?m=calls");
  await question.getByLabel("Group by").selectOption("agent");
  await question.getByLabel("Then by").selectOption("tag:story");
  await question.getByLabel("Show").selectOption("10");
  await question.getByLabel("Ranked by").selectOption("cost");
  await question.getByRole("button", { name: "Most first" }).click();
  await question.getByLabel("Steps of time").selectOption("week");
  await question.getByRole("button", { name: "Cumulative" }).click();
  await eventually(() => searchOf(page)).toBe("?m=calls&by=agent&and=tag:story&top=10&rank=cost-up&grain=week&sum=on");
  await page.getByRole("heading", { name: "Calls by agent, then story" }).waitFor();
  await page.goBack();
  await eventually(() => searchOf(page)).toBe("?m=calls&by=agent&and=tag:story&top=10&rank=cost-up&grain=week");
  await page.reload();
  await eventually(() => question.getByLabel("Then by").inputValue()).toBe("tag:story");
  expect(await question.getByRole("button", { name: "Least first" }).count()).toBe(1);

  // The heads of the table rank.
  await tableOf(page).getByRole("button", { name: "Calls", exact: true }).click();
  await eventually(() => searchOf(page)).toBe("?m=calls&by=agent&and=tag:story&top=10&grain=week");

  // A row of the second group keeps both; once more takes both away.
  const part = tableOf(page).locator("tbody tr").nth(1).getByRole("button");
  await part.click();
  const filters = () => new URL(page.url()).searchParams.getAll("filter");
  await eventually(() => filters().length).toBe(2);
  await tableOf(page).locator("tbody tr").nth(1).locator('button[aria-pressed="true"]').click();
  await eventually(filters).toEqual([]);
  await page.goto(`${demo.url}/explore?by=provider&grain=none`);
  await page.locator('button[data-row="0"]').click();
  await eventually(() => searchOf(page)).toMatch(/^\?by=provider&grain=none&filter=provider:[a-z]+$/);
  await page.goto(`${demo.url}/explore?by=provider&grain=week`);
  await page.locator("[data-bar]").nth(1).focus();
  await page.keyboard.press("Enter");
  await eventually(() => searchOf(page)).toMatch(/^\?by=provider&grain=week&from=[\d-]+&to=[\d-]+$/);
  await page.goto(`${demo.url}/explore?by=provider`);
  await page.locator("figcaption button").first().click();
  await eventually(() => searchOf(page)).toMatch(/^\?by=provider&filter=provider:[a-z]+$/);
  await page.getByRole("link", { name: "See the calls" }).click();
  await eventually(() => new URL(page.url()).pathname).toBe("/calls");
  expect(searchOf(page)).toMatch(/^\?filter=provider:[a-z]+$/);
  expect(complaints).toEqual([]);
  await close();
});

test("summed up, the last step is the total", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore?by=none&sum=on&period=7d`);
  const { totals } = await get(demo.url, "/api/v1/query?metrics=cost&period=7d");
  await page.getByRole("button", { name: "Show as table" }).click();
  await page.getByRole("button", { name: "Show as chart" }).waitFor();
  const last = page.locator("figure tbody tr").first().locator("td[title]").first();
  await eventually(async () => exactNumber((await last.getAttribute("title")) ?? "")).toBe(rounded(totals["cost"]));
  expect(await page.getByLabel("Then by").count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test("the table and the chart come as CSV with exact numbers", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore?by=agent&top=5&rank=calls`);
  const { rows } = await get(demo.url, "/api/v1/breakdown?by=agent&metrics=cost,calls&limit=5&order=-calls&period=30d");
  await eventually(async () => (await shownRows(page)).length).toBe(rows.length);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    tableOf(page).getByRole("button", { name: "CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^outlay-cost-agent-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(lines[0]).toBe("agent,cost,calls,share,cost before");
  expect(lines.slice(1).map((line) => line.split(",").slice(1, 3).map(Number))).toEqual(
    rows.map((row) => [row["cost"], row["calls"]]),
  );
  const overTime = await page.getByRole("link", { name: "CSV over time" }).getAttribute("href");
  const file = await fetch(new URL(overTime!, demo.url));
  expect(file.status).toBe(200);
  expect((await file.text()).split("\r\n")[0]).toBe("agent,day,cost,calls,unpricedCalls,other");
  expect(complaints).toEqual([]);
  await close();
});

test("a question too large, and steps too fine, are told with what to do", async () => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/explore?period=90d&grain=hour`);
  await page.getByRole("heading", { name: "Explore" }).waitFor();
  await page.getByText("Too many steps for one chart").waitFor();
  await page.getByRole("button", { name: "Choose steps that fit" }).click();
  await page.locator("[data-bar]").first().waitFor();

  // A store of twenty million calls would take longer than all other tests.
  await page.route(/by=model(%2C|,)agent/, (route) =>
    route.fulfill({
      status: 400,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "scan_too_large", detail: "more than 20000000 events", status: 400 }),
    }),
  );
  await page.getByLabel("Then by").selectOption("agent");
  await page.getByText("Too many calls for this question").waitFor();
  await page.getByRole("button", { name: "Group by model only" }).click();
  await eventually(() => searchOf(page)).toBe("?period=90d");
  await page.locator("[data-bar]").first().waitFor();
  await close();
});

interface Changes {
  before: number;
  now: number;
  difference: number;
  rows: { key: string | null; other?: boolean; difference: number; now: number }[];
}

const differencesOf = ({ rows }: Changes) =>
  rows.map((row) => [row.other ? "Other" : (row.key ?? "unattributed"), rounded(row.difference)]);

test("what changed: a sentence, its rows as the API has them, two periods of one's own", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore`);
  await page.getByRole("button", { name: "What changed" }).click();
  await eventually(() => searchOf(page)).toBe("?mode=changes");
  const asked = (params: string) => get<Changes>(demo.url, `/api/v1/insights/changes?${params}`);
  const byModel = await asked("by=model&limit=7&period=30d");
  await eventually(() => shownRows(page)).toEqual(differencesOf(byModel));
  const words = byModel.difference > 0 ? "more" : "less";
  expect(await page.locator("[data-sentence]").innerText()).toMatch(
    new RegExp(`^You spent \\$[\\d.,k]+ ${words}: .+\\.$`),
  );

  await page.getByLabel("Group by").selectOption("agent");
  await page.getByRole("button", { name: /period before/ }).click();
  await page.getByLabel("First day").fill("2026-10-01");
  await page.getByLabel("Last day").fill("2026-10-07");
  await page.getByRole("button", { name: "Compare with these days" }).click();
  await eventually(() => searchOf(page)).toBe("?mode=changes&by=agent&cfrom=2026-10-01&cto=2026-10-08");
  const free = await asked("by=agent&limit=7&period=30d&compareFrom=2026-10-01&compareTo=2026-10-08");
  await eventually(() => shownRows(page)).toEqual(differencesOf(free));
  await tableOf(page).getByRole("button", { name: "Now" }).click();
  await eventually(() => searchOf(page)).toContain("&sort=now");
  const [most] = free.rows.filter((row) => !row.other).toSorted((a, b) => b.now - a.now);
  const nameOfMost = most!.key ?? "unattributed";
  await eventually(async () => (await shownRows(page))[0]?.[0]).toBe(nameOfMost);
  await page.reload();
  await eventually(async () => (await shownRows(page))[0]?.[0]).toBe(nameOfMost);
  await page.getByRole("button", { name: "1 – 7 Oct 2026" }).click();
  await page.getByRole("button", { name: "Compare with the period before" }).click();
  await eventually(() => searchOf(page)).toBe("?mode=changes&by=agent&sort=now");

  await page.goto(`${demo.url}/explore?mode=changes&period=all`);
  await page.getByText("Before all time there is nothing to compare with").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("views: save, open, rename, move, delete; two of one name are refused", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore?by=agent&period=7d`);
  const menu = page.getByRole("button", { name: "Views", exact: true });
  await menu.click();
  await page.getByText("None yet").waitFor();
  const save = async (name: string) => {
    await page.getByRole("button", { name: "Save what is shown" }).click();
    await page.getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Save the view" }).click();
  };
  await save("Agents of the week");
  // What is on screen is this view now.
  await page.getByRole("button", { name: "Agents of the week" }).waitFor();

  await page.getByLabel("Group by").selectOption("user");
  await menu.click();
  await save("Agents of the week");
  await page.getByRole("alert").getByText("choose another name").waitFor();
  expect(await page.getByLabel("Name").getAttribute("aria-invalid")).toBe("true");
  await page.getByLabel("Name").fill("Users of the week");
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.getByRole("button", { name: "Users of the week" }).click();
  const list = page.getByRole("list", { name: "Saved views" });
  await eventually(() => list.getByRole("link").allInnerTexts()).toEqual(["Agents of the week", "Users of the week"]);
  await list.getByRole("link", { name: "Agents of the week" }).click();
  await eventually(() => new URL(page.url()).searchParams.get("by")).toBe("agent");
  expect(new URL(page.url()).searchParams.get("period")).toBe("7d");

  await page.getByLabel("Metric").selectOption("tokens");
  await menu.click();
  await page.getByRole("button", { name: "Change “Agents of the week”" }).click();
  await page.getByLabel("Name").fill("Tokens of the week");
  await page.getByLabel("Keep what is on screen now instead").check();
  await page.getByRole("button", { name: "Save the changes" }).click();
  await eventually(() => list.getByRole("link").allInnerTexts()).toEqual(["Tokens of the week", "Users of the week"]);
  await page.getByRole("button", { name: "Delete “Users of the week”" }).click();
  await page.getByRole("button", { name: "Delete the view" }).click();
  await eventually(() => list.getByRole("link").allInnerTexts()).toEqual(["Tokens of the week"]);
  const { views } = await get<{ views: { name: string; page: string; search: string }[] }>(demo.url, "/api/v1/views");
  expect(views).toMatchObject([{ name: "Tokens of the week", page: "/explore" }]);
  expect([...new URLSearchParams(views[0]!.search)].toSorted()).toEqual([
    ["by", "agent"],
    ["m", "tokens"],
    ["period", "7d"],
  ]);
  // The refused name, which the browser writes down as such.
  expect(complaints.filter((text) => !text.includes("409"))).toEqual([]);
  await close();
});

test("what somebody keeps for themselves is not another's; what is shared is everybody's", async () => {
  const { server, ada } = await startWithAdministrator();
  await ada.ask("POST", "/api/v1/views", { name: "Ada's own", page: "/explore", search: "by=user", shared: false });
  await ada.ask("POST", "/api/v1/views", { name: "For all", page: "/explore", search: "by=agent", shared: true });
  await invitePerson(server, ada, { email: "mia@example.com", role: "member", user: "mia" });
  await ada.ask("POST", "/api/v1/events", {
    events: [{ provider: "openai", model: "gpt-4o", user: "mia", usage: { inputTokens: 1_000, outputTokens: 10 } }],
  });
  const { page, complaints, close } = await openPage(demo.browser, `${server.url}/explore`);
  await page.getByLabel("E-mail").fill("mia@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Views", exact: true }).click();
  const list = page.getByRole("list", { name: "Saved views" });
  await eventually(() => list.getByRole("listitem").allInnerTexts()).toEqual(["For all\nBy Ada Lovelace"]);
  expect(await page.getByRole("button", { name: "Change “For all”" }).count()).toBe(0);
  await page.getByRole("button", { name: "Save what is shown" }).click();
  await page.getByLabel("Name").fill("Mia's");
  await page.getByLabel("Share with everybody").check();
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.getByRole("button", { name: "Mia's" }).click();
  await list.getByText("Yours, shared with everybody").waitFor();
  const { json } = await ada.ask<{ views: { name: string }[] }>("GET", "/api/v1/views");
  expect(json.views.map(({ name }) => name)).toEqual(["Ada's own", "For all", "Mia's"]);
  expect(complaints).toEqual([]);
  await close();
});

test.each([
  ["explore", "", "[data-bar]"],
  ["explore-changes", "?mode=changes&by=agent", "[data-sentence]"],
])("%s is whole and without barriers", async (name, address, ready) => {
  await checkLooks(demo.browser, `${demo.url}/explore${address}`, name, async (page) => {
    await page.locator(ready).first().waitFor();
    await tableOf(page).locator("tbody tr").first().waitFor();
  });
});

test("with everything chosen it fits a small phone, and keeps nobody out", async () => {
  const small = { viewport: { width: 360, height: 780 } };
  const address = "?m=p95DurationMs&and=agent&grain=none&rank=costPerCall-up&top=20";
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/explore${address}`, small);
  await page.locator("[data-row]").first().waitFor();
  await tableOf(page).locator("tbody tr").first().waitFor();
  expect(await overflowPx(page)).toBe(0);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Views", exact: true }).click();
  await page.getByRole("list", { name: "Saved views" }).waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});
