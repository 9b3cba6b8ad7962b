import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { get } from "../api.ts";
import { barriers, openPage } from "./chromium.ts";
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

const send = async (method: string, path: string, body: unknown) => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${demo.url}${path}`, { method, headers, body: JSON.stringify(body) });
  expect(answer.status, path).toBe(200);
  return answer.json() as Promise<{ connection: { id: string } }>;
};

async function exactFigures(page: Page, name: string): Promise<number[]> {
  const titles = await region(page, name)
    .locator("dl dd[title]")
    .evaluateAll((cells) => cells.map((cell) => (cell as { title?: string }).title ?? ""));
  return titles.map(numberIn);
}

describe("subscriptions", () => {
  test("show what the API answers: three figures of all and of each plan, and one budget", async () => {
    const resetsAt = new Date(Date.now() + 3 * 3_600_000).toISOString();
    const windows = [{ name: "five_hour", minutes: 300, usedPercent: 41.5, resetsAt }];
    for (const tool of ["claude-code", "some-editor"]) await send("PUT", "/api/v1/plan-limits", { tool, windows });
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
    for (const of of [
      page.getByRole("region", { name: /Claude Max/ }),
      region(page, "Limits of tools that no plan covers"),
    ]) {
      const said = of.first().getByRole("listitem").filter({ hasText: "was told" });
      expect(await said.textContent()).toMatch(/was toldas of \d\d:\d\d5 hours42% used, anew .*\d\d:\d\d/);
    }
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

interface Compared {
  recordedUsd: number;
  reportedUsd: number | null;
  billedUsd: number | null;
  differenceUsd: number;
}
interface Reconciled {
  providers: (Compared & { provider: string; toCheckUsd: number; remainingUsd: number; rows: Compared[] })[];
}

/** A UTC day: `2026-11-20`. */
const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

describe("reconciliation", () => {
  // The demo's cloud bills what was recorded with tax, a discount and a credit; forty days ago, 8.40 dollars that nobody recorded.
  const [from = "", last = "", to = ""] = [60, 3, 2].map(dayAgo);
  const address = () => `${demo.url}/reconciliation?from=${from}&to=${to}`;

  test("shows what the API answers, and posts what is left, once", async () => {
    const { page, complaints, close } = await openPage(demo.browser, address());
    const ask = async () => {
      const { providers } = await get<Reconciled>(demo.url, `/api/v1/reconciliation?from=${from}&to=${to}`);
      return providers.find(({ provider }) => provider === "google")!;
    };
    const google = await ask();
    expect(google).toMatchObject({ reportedUsd: null, toCheckUsd: 8.4 });
    await region(page, "google").getByText("+$8.40 to look into").waitFor();
    // The provider tells no counts: what it reports is not known, and no zero.
    const figures = region(page, "google").locator("dl dd[title]");
    expect(await figures.nth(1).textContent()).toBe("—");
    const [recorded, , billed, difference] = await exactFigures(page, "google");
    expect([recorded, billed, difference]).toEqual([google.recordedUsd, google.billedUsd, google.differenceUsd]);
    await region(page, "Needs attention").getByText("Bills $8.40 more").waitFor();
    const days = region(page, "Days and models of google");
    await page.getByRole("button", { name: "Where it differs" }).click();
    await eventually(() => days.locator("tbody tr").count()).toBe(1);
    await days.locator("tbody button").click();
    await page
      .getByRole("dialog", { name: /^gemini-2.5-pro/ })
      .getByText("Tokens reported")
      .waitFor();
    await page.keyboard.press("Escape");

    await region(page, "google").getByRole("button", { name: "Post an adjustment of google" }).click();
    const sheet = page.getByRole("dialog", { name: "Post an adjustment of google" });
    await sheet.getByLabel("Reason").fill("as billed");
    await sheet.getByRole("button", { name: "Post +$" }).click();
    await sheet.getByText("is posted for").waitFor();
    await page.keyboard.press("Escape");
    await region(page, "google").getByText("nothing is left to post").waitFor();
    expect(await ask()).toMatchObject({ recordedUsd: google.recordedUsd, remainingUsd: 0 });
    expect(complaints).toEqual([]);
    await close();
  });

  test("keeps invoices and compares with them; what is refused names its field", async () => {
    const { page, complaints, close } = await openPage(demo.browser, address());
    await region(page, "Invoices").getByRole("button", { name: "Add an invoice" }).click();
    const sheet = page.getByRole("dialog", { name: "Add an invoice" });
    await sheet.getByLabel("Provider").fill("google");
    await sheet.getByLabel("Number").fill("INV/7");
    await sheet.getByLabel("First day").fill(from);
    await sheet.getByLabel("Last day").fill("2020-01-01");
    await sheet.getByLabel("To be paid, in dollars").fill("100");
    await sheet.getByRole("button", { name: "Keep it" }).click();
    await sheet.getByRole("alert").waitFor();
    expect(await sheet.getByLabel("Last day").getAttribute("aria-invalid")).toBe("true");
    await sheet.getByLabel("Last day").fill(last);
    await sheet.getByRole("button", { name: "Keep it" }).click();
    await eventually(() => sheet.count()).toBe(0);
    await eventually(async () => (await exactFigures(page, "google"))[2]).toBe(100);
    await page.getByRole("button", { name: "Invoice INV/7 of google" }).click();
    await page.getByRole("dialog", { name: "Invoice INV/7" }).getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await region(page, "Invoices").getByText("No invoice is kept").waitFor();
    expect(complaints.filter((line) => !line.includes("400"))).toEqual([]);
    await close();
  });

  test("fits a desk and a phone, light and dark, keeps nobody out, and says how to begin", async () => {
    await checkLooks(demo.browser, address(), "reconciliation", (page) =>
      region(page, "Days and models of google").waitFor(),
    );
    const { connections } = await get<{ connections: { id: string }[] }>(demo.url, "/api/v1/sync");
    for (const { id } of connections) await fetch(`${demo.url}/api/v1/sync/${id}`, { method: "DELETE" });
    const { page, complaints, close } = await openPage(demo.browser, address());
    await page.getByText("outlay sync add openai").waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});
