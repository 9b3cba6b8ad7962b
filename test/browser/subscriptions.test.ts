import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { get } from "../api.ts";
import { openPage } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { cardNumber, checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

interface Report {
  fees: { spreadUsd: number; chargesUsd: number };
  metered: { usd: number };
  value: { usd: number };
  subscriptions: {
    name: string;
    fee: { spreadUsd: number };
    metered: { usd: number };
    value: { usd: number } | null;
    people: { user: string }[];
  }[];
  budget: { usedUsd: number; amountUsd: number };
  renewals: unknown[];
}

const demo = openDemo();

const report = (period: string) => get<Report>(demo.url, `/api/v1/subscriptions/report?period=${period}`);
const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function exactFigures(page: Page, name: string): Promise<number[]> {
  const titles = await region(page, name)
    .locator("dl dd[title]")
    .evaluateAll((cells) => cells.map((cell) => (cell as { title?: string }).title ?? ""));
  return titles.map(numberIn);
}

describe("subscriptions", () => {
  test("show what the API answers: three figures of all and of each plan, and one budget", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/subscriptions?period=90d`);
    const answer = await report("90d");
    expect(answer.subscriptions.length).toBeGreaterThan(3);
    await eventually(() => cardNumber(page, "Fees")).toBeCloseTo(answer.fees.spreadUsd + answer.fees.chargesUsd, 9);
    expect(await cardNumber(page, "Metered")).toBeCloseTo(answer.metered.usd, 9);
    expect(await cardNumber(page, "Value, no money")).toBeCloseTo(answer.value.usd, 9);
    for (const { name, fee, metered, value, people } of answer.subscriptions) {
      expect(await exactFigures(page, name), name).toEqual([fee.spreadUsd, metered.usd, value?.usd ?? 0]);
      expect(await region(page, name).locator("tbody tr").count(), name).toBe(people.length);
    }
    const bar = region(page, "This month, over all sources").locator("[title*=' of $']").first();
    const [used, amount] = (await bar.getAttribute("title"))!.split(" of ").map(numberIn);
    expect([used, amount]).toEqual([answer.budget.usedUsd, answer.budget.amountUsd]);
    const rows = region(page, "Renewed in the next 30 days").locator("tbody tr");
    expect(await rows.count()).toBe(answer.renewals.length);
    expect(complaints).toEqual([]);
    await close();
  });

  test("are added from the catalogue, changed, ended and removed; what is refused names its field", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/settings?tab=subscriptions`);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await eventually(() => searchOf(page)).toBe("?tab=subscriptions&subscription=new");
    const sheet = page.getByRole("dialog", { name: "Add a subscription" });
    await sheet.getByLabel("Plan", { exact: true }).selectOption("claude-max-20x");
    expect(await sheet.getByLabel("Amount of a seat, in dollars").inputValue()).toBe("200");
    await sheet.getByLabel("Name", { exact: true }).fill("Test plan");
    await sheet.getByLabel("Paid", { exact: true }).fill("fortnightly");
    await sheet.getByRole("button", { name: "Add it" }).click();
    await sheet.getByRole("alert").waitFor();
    expect(await sheet.getByLabel("Paid", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await sheet.getByLabel("Paid", { exact: true }).fill("3");
    await sheet.getByLabel("People with a seat").fill("maria from 2026-01-01");
    await sheet.getByRole("button", { name: "Add it" }).click();
    await page.getByRole("button", { name: "Subscription Test plan" }).click();
    const drawer = page.getByRole("dialog", { name: "Test plan", exact: true });
    await drawer.getByText("$200.00 every 3 months").waitFor();
    await drawer.getByText("maria from 2026-01-01").waitFor();
    await drawer.getByRole("button", { name: "End" }).click();
    const end = page.getByRole("dialog", { name: "End Test plan" });
    // Where the server is: late in the evening it is tomorrow there already, and the plan begins then.
    const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Berlin" }).format();
    await end.getByLabel("Cancelled on").fill(today);
    await end.getByRole("button", { name: "Save" }).click();
    await eventually(() => end.count()).toBe(0);
    await drawer.getByText("Cancelled on").waitFor();
    await drawer.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await eventually(() => page.getByRole("button", { name: "Subscription Test plan" }).count()).toBe(0);
    expect(complaints.filter((line) => !line.includes("400"))).toEqual([]);
    await close();
  });

  test("fit a desk and a phone, light and dark, and keep nobody out", async () => {
    await checkLooks(demo.browser, `${demo.url}/subscriptions`, "subscriptions", (page) =>
      region(page, "Calls that no plan covers").waitFor(),
    );
    await checkLooks(
      demo.browser,
      `${demo.url}/settings?tab=subscriptions&subscription=new`,
      "settings-subscriptions",
      (page) => page.getByRole("dialog", { name: "Add a subscription" }).getByLabel("Plan", { exact: true }).waitFor(),
    );
  });
});
