import { expect, test } from "vitest";

import { get } from "../api.ts";
import { openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, searchOf } from "./page-tools.ts";

const demo = openDemo();

test("the list shows the API's prices, finds a model, and explains its price", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/prices`);
  const { total } = (await get(demo.url, "/api/v1/prices?limit=1")) as unknown as { total: number };
  await page.getByText(`${total.toLocaleString("en-US")} prices`).waitFor();

  await page.getByRole("searchbox", { name: "Find a model" }).fill("gpt-4o-mini");
  await eventually(() => searchOf(page)).toBe("?find=gpt-4o-mini");
  const path = "/api/v1/prices?limit=50&search=gpt-4o-mini";
  const { prices } = (await get(demo.url, path)) as unknown as { prices: { model: string; provider: string }[] };
  const rows = page.getByRole("table", { name: "Prices in dollars" }).locator("tbody tr");
  await eventually(() => rows.count()).toBe(prices.length);

  const { provider, model } = prices[0]!;
  await page
    .getByRole("button", { name: `The price of ${provider} ${model}`, exact: true })
    .first()
    .click();
  const sheet = page.getByRole("dialog", { name: model });
  await sheet.getByText("Input tokens").first().waitFor();
  await page.reload();
  await sheet.getByText("Input tokens").first().waitFor();
  await page.keyboard.press("Escape");
  await eventually(() => searchOf(page)).toBe("?find=gpt-4o-mini");
  expect(complaints).toEqual([]);
  await close();
});

test("says which price a name would get, and when there is none", async () => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/prices`);
  const ask = async (provider: string, model: string) => {
    await page.getByLabel("Provider", { exact: true }).fill(provider);
    await page.getByLabel("Model, as the call names it").fill(model);
    await page.getByRole("button", { name: "Look it up" }).click();
  };
  await ask("openai", "gpt-4o-2024-08-06");
  await page.locator("output").getByText("openai gpt-4o").first().waitFor();
  await ask("nobody", "nothing-1");
  await page.getByText("No price is known.").waitFor();
  await close();
});

test("an unpriced model gets a price with its past calls, which can be changed, repriced and removed", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/prices?tab=unpriced`);
  const unpriced = async () => (await get(demo.url, "/api/v1/query?metrics=unpricedCalls&period=all")).totals;
  const before = await unpriced();
  expect(before["unpricedCalls"]).toBeGreaterThan(0);

  await page
    .getByRole("button", { name: /^Set a price/ })
    .first()
    .click();
  const sheet = page.getByRole("dialog", { name: "Set a price" });
  await sheet.getByRole("textbox", { name: "Input tokens" }).fill("dear");
  await sheet.getByRole("button", { name: "Set this price" }).click();
  await sheet.getByRole("alert").getByText("dear").waitFor();
  await sheet.getByRole("textbox", { name: "Input tokens" }).fill("2");
  await sheet.getByRole("textbox", { name: "Output tokens" }).fill("8");
  await sheet.getByRole("button", { name: "Set this price" }).click();
  await page.getByText("Every recorded call has a price").waitFor();
  expect((await unpriced())["unpricedCalls"]).toBe(0);

  await page.getByRole("button", { name: /^Your prices/ }).click();
  await page.getByRole("button", { name: /^Change the price of meridian/ }).click();
  const edit = page.getByRole("dialog", { name: "Change a price" });
  await edit.getByRole("textbox", { name: "Input tokens" }).fill("4");
  await edit.getByRole("button", { name: "Set this price" }).click();
  await edit.waitFor({ state: "detached" });

  // Twice the price for what is recorded, shown before it is done.
  await page.getByRole("button", { name: "Reprice", exact: true }).click();
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByLabel("Calls of").selectOption("all");
  const cost = async () =>
    (await get(demo.url, "/api/v1/query?metrics=cost&period=all&filter=provider:meridian")).totals["cost"]!;
  const costBefore = await cost();
  await page.getByRole("button", { name: "Show what would change" }).click();
  await page.getByText(/would get another cost/).waitFor();
  expect(await cost()).toBe(costBefore);
  await page.getByRole("button", { name: /^Reprice \d/ }).click();
  await page.getByText(/got another cost/).waitFor();
  expect(await cost()).toBeGreaterThan(costBefore);

  await page.getByRole("button", { name: /^Your prices/ }).click();
  await page.getByRole("button", { name: /^Remove the price of meridian/ }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await page.getByRole("button", { name: /^Change the price of meridian/ }).waitFor({ state: "detached" });
  // What was refused above is the browser's own complaint about the answer 400.
  expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
  await close();
});

test.each([
  ["prices", "/prices"],
  ["prices-one", "/prices?provider=anthropic&model=claude-sonnet-4-5"],
])("is whole and without barriers: %s", async (name, path) => {
  await checkLooks(demo.browser, `${demo.url}${path}`, name, (page) =>
    page.getByRole("table", { name: "Prices in dollars" }).locator("tbody tr").nth(20).waitFor(),
  );
});

test.each(["unpriced", "own", "reprice"])("the tab %s has room on a small phone", async (tab) => {
  const small = { viewport: { width: 360, height: 700 } };
  const { page, close } = await openPage(demo.browser, `${demo.url}/prices?tab=${tab}`, small);
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  expect(await overflowPx(page)).toBe(0);
  await close();
});
