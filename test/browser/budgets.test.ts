import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { get, postJson, record } from "../api.ts";
import { barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

interface Report {
  limit: { id: string; name: string; amountUsd: number; filters: string[] };
  period: { start: string; end: string } | null;
  standing: { state: { spentUsd: number; amountUsd: number } } | null;
  history: { spentUsd: number }[];
  values: { state: { value: string | null; spentUsd: number } }[];
}

const demo = openDemo();

const budgets = async () => (await get<{ budgets: Report[] }>(demo.url, "/api/v1/budgets")).budgets;
const named = async (name: string) => (await budgets()).find(({ limit }) => limit.name === name)!;
const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const drawer = (page: Page, name: string) => page.getByRole("dialog", { name, exact: true });

describe("budgets", () => {
  test("show what the API answers: over all sources, of each account, in past periods", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/budgets`);
    const all = await budgets();
    expect(all.length).toBeGreaterThan(3);
    for (const { limit, standing, values } of all) {
      const region = card(page, limit.name);
      await region.waitFor();
      const spent = await region.locator("[title*=' of $'], [title^='$']").first().getAttribute("title");
      const [first] = standing === null ? values.map(({ state }) => state) : [standing.state];
      expect(numberIn(spent!.split(" of ")[0]!)).toBeCloseTo(first!.spentUsd, 8);
    }
    const { limit, history, period } = await named("Storefront");
    await page.getByRole("button", { name: "Storefront" }).click();
    await eventually(() => searchOf(page)).toBe(`?budget=${limit.id}`);
    const rows = drawer(page, "Storefront").getByRole("table").locator("tbody tr");
    await eventually(() => rows.count()).toBe(history.length);
    const titles = await rows
      .locator("td:last-child")
      .evaluateAll((cells) => cells.map((cell) => (cell as { title?: string }).title ?? ""));
    expect(titles.map(numberIn)).toEqual(history.map(({ spentUsd }) => spentUsd).toReversed());

    await page.reload();
    await drawer(page, "Storefront").getByRole("link", { name: "Calls that count" }).click();
    await page.getByRole("heading", { level: 1, name: "Calls" }).waitFor();
    const { searchParams } = new URL(page.url());
    expect(searchParams.getAll("filter")).toEqual(limit.filters);
    expect([searchParams.get("from"), searchParams.get("to")]).toEqual([period!.start, period!.end]);
    await page.goBack();
    await drawer(page, "Storefront").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("one account of a budget for each has an address of its own", async () => {
    const { limit } = await named("Each team");
    const { page, close } = await openPage(demo.browser, `${demo.url}/budgets?budget=${limit.id}`);
    await drawer(page, "Each team").getByRole("button", { name: "platform" }).click();
    await eventually(() => searchOf(page)).toBe(`?budget=${limit.id}&value=platform`);
    await drawer(page, "Each team").getByText("Past periods", { exact: true }).waitFor();
    await page.goBack();
    await drawer(page, "Each team").getByText("Past periods, all together").waitFor();
    await page.keyboard.press("Escape");
    await eventually(() => searchOf(page)).toBe("");
    await close();
  });

  test("are made, changed and deleted; what the server refuses names its field", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/budgets`);
    await page.getByRole("button", { name: "New budget" }).click();
    await eventually(() => searchOf(page)).toBe("?form=new");
    const form = drawer(page, "New budget");
    await form.getByLabel("Name").fill("Research, a week");
    await form.getByLabel("Amount in dollars").fill("lots");
    await form.getByLabel("Period").selectOption("Week");
    await form.getByLabel("Time zone").fill("Asia/Kathmandu");
    await form.getByLabel("Value to filter by").fill("assistant");
    await form.getByRole("button", { name: "Add", exact: true }).click();
    await form.getByLabel("Thresholds in percent").fill("50, 100");
    await form.getByLabel("Carry over").check();
    await form.getByRole("button", { name: "Create the budget" }).click();
    await form.getByRole("alert").getByText("is not a decimal number").waitFor();
    expect(await form.getByLabel("Amount in dollars").getAttribute("aria-invalid")).toBe("true");
    await form.getByLabel("Amount in dollars").fill("12.50");
    await form.getByRole("button", { name: "Create the budget" }).click();
    await drawer(page, "Research, a week").waitFor();
    expect((await named("Research, a week")).limit).toMatchObject({
      amountUsd: 12.5,
      filters: ["project:assistant"],
      period: { unit: "week", rolling: false, timeZone: "Asia/Kathmandu" },
      thresholdsPercent: [50, 100],
      carryOver: true,
      each: null,
    });
    await drawer(page, "Research, a week").getByText("Asia/Kathmandu").waitFor();

    await page.getByRole("button", { name: "Change", exact: true }).click();
    const change = drawer(page, "Change Research, a week");
    await change.getByLabel("Name").fill("Research");
    await change.getByLabel("Period").selectOption("Last 7 days");
    await change.getByLabel("Whose amount it is").selectOption("Each agent");
    await change.getByRole("button", { name: "Remove the filter project:assistant" }).click();
    await change.getByRole("button", { name: "Save the changes" }).click();
    await drawer(page, "Research").waitFor();
    expect((await named("Research")).limit).toMatchObject({
      amountUsd: 12.5,
      filters: [],
      each: "agent",
      period: { unit: "week", rolling: true },
      carryOver: false,
      thresholdsPercent: [50, 100],
    });

    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete the budget" }).click();
    await eventually(() => card(page, "Research").count()).toBe(0);
    expect(await named("Research")).toBeUndefined();
    expect(searchOf(page)).toBe("");
    // The browser notes the answer 400 to the amount that was none.
    expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
    await close();
  });

  test("follow what is spent and what fires, while one looks", async () => {
    const made = await postJson(`${demo.url}/api/v1/budgets`, {
      name: "Watched",
      amountUsd: 1,
      period: "day",
      filters: ["project:watched"],
    });
    const { id } = (await made.json()) as { id: string };
    const { page, close } = await openPage(demo.browser, `${demo.url}/budgets?budget=${id}`);
    await drawer(page, "Watched").getByText("None has fired.").waitFor();
    await page.getByText("Live", { exact: true }).filter({ visible: true }).waitFor();
    await record(demo.url, [{ provider: "openai", model: "gpt-5", project: "watched", reportedCostUsd: 0.95 }]);
    await drawer(page, "Watched").getByText("Budget Watched is at 95 %").waitFor();
    await drawer(page, "Watched").getByText("$0.95").first().waitFor();
    await drawer(page, "Watched").getByText("Budget Watched is at 95 %").click();
    await page
      .getByRole("dialog", { name: "Budget Watched is at 95 %" })
      .getByRole("link", { name: "The budget" })
      .click();
    await drawer(page, "Watched").waitFor();
    await close();
    await fetch(`${demo.url}/api/v1/limits/${id}`, { method: "DELETE" });
  });

  test("look good everywhere, and are for everybody", async () => {
    await checkLooks(demo.browser, `${demo.url}/budgets`, "budgets", (page) => card(page, "Storefront").waitFor());
    const { limit } = await named("Storefront");
    await checkLooks(demo.browser, `${demo.url}/budgets?budget=${limit.id}`, "budgets-one", (page) =>
      drawer(page, "Storefront").getByText("Past periods").waitFor(),
    );
    const narrow = await openPage(demo.browser, `${demo.url}/budgets?form=new`, {
      viewport: { width: 360, height: 740 },
    });
    await drawer(narrow.page, "New budget").waitFor();
    expect(await overflowPx(narrow.page)).toBe(0);
    expect(await barriers(narrow.page)).toEqual([]);
    await narrow.close();
  });
});
