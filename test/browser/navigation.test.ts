import { expect, test } from "vitest";

import { LOOKS, barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, searchOf } from "./page-tools.ts";

const demo = openDemo();

const PAGES =
  "usage explore calls subscriptions sessions users agents work-items analytics insights budgets limits alerts prices reconciliation playground settings".split(
    " ",
  );

test("every page opens from the side bar with the period and filters, without a word in the console", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/?period=7d&filter=provider:anthropic`);
  const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
  await eventually(() => links.count()).toBe(PAGES.length + 1);
  for (const name of PAGES) {
    const link = page.locator(`nav a[href^="/${name}?"]`).first();
    await link.click();
    await eventually(() => new URL(page.url()).pathname).toBe(`/${name}`);
    expect(searchOf(page)).toContain("period=7d&filter=provider:anthropic");
    await eventually(() => link.getAttribute("aria-current")).toBe("page");
    await eventually(() => page.title()).toMatch(/· Outlay$/);
    await eventually(() => page.locator("h1").count()).toBe(1);
  }
  expect(complaints).toEqual([]);
  await close();
});

test("G and a letter lead to a page; the keys of periods are silent where there is none", async () => {
  const { page, complaints, close } = await openPage(demo.browser, demo.url);
  await page.getByRole("heading", { name: "Recent calls" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Prices", level: 1 }).waitFor();
  await page.keyboard.press("7");
  await page.keyboard.press("/");
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keyboard" });
  await keys.getByText("Work items").waitFor();
  expect(searchOf(page)).toBe("");
  await page.keyboard.press("Escape");
  await keys.waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await page.getByRole("heading", { name: "Usage", level: 1 }).waitFor();
  await page.keyboard.press("7");
  await eventually(() => searchOf(page)).toBe("?period=7d");
  expect(complaints).toEqual([]);
  await close();
});

test("on a phone the pages are behind a button, and the menu closes when one is chosen", async () => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/prices`, LOOKS["phone-light"]);
  await page.getByRole("button", { name: "Pages" }).click();
  const menu = page.getByRole("dialog", { name: "Pages" });
  await menu.getByRole("link", { name: "Usage" }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await menu.getByRole("link", { name: "Usage" }).click();
  await page.getByRole("heading", { name: "Usage", level: 1 }).waitFor();
  await menu.waitFor({ state: "detached" });
  await close();
});

test("usage is whole and without barriers", async () => {
  await checkLooks(demo.browser, `${demo.url}/usage`, "usage", async (page) => {
    await page
      .getByRole("table", { name: /Recent calls/ })
      .locator("tbody tr")
      .first()
      .waitFor();
    await page.getByRole("heading", { name: "Tokens by kind" }).waitFor();
    await eventually(() => page.getByRole("table").count()).toBeGreaterThanOrEqual(6);
  });
});

test.each(["", ...PAGES])("/%s cuts nothing off on a small phone", async (name) => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/${name}`, {
    viewport: { width: 360, height: 700 },
  });
  await page.getByRole("heading", { level: 2 }).filter({ visible: true }).first().waitFor();
  await eventually(() => page.locator("main [aria-busy=true]").count()).toBe(0);
  expect(await overflowPx(page)).toBe(0);
  await close();
});
