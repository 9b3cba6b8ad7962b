import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { get, record } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { LOOKS, barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { SCREENSHOTS, cardNumber, eventually, numberIn, searchOf, showWhole } from "./page-tools.ts";

const demo = openDemo();

describe("the overview", () => {
  test("shows the numbers that the API answers", async () => {
    const { page, complaints, close } = await openPage(demo.browser, demo.url);
    const { totals } = await get(demo.url, "/api/v1/query?metrics=cost,calls,tokens,errors&period=30d");
    expect(await cardNumber(page, "Cost")).toBeCloseTo(totals["cost"]!, 8);
    expect(await cardNumber(page, "Calls")).toBe(totals["calls"]);
    expect(await cardNumber(page, "Tokens")).toBe(totals["tokens"]);

    const { rows } = await get(demo.url, "/api/v1/breakdown?by=model&metrics=cost&limit=8&period=30d");
    const listed = page.getByRole("table", { name: /Cost by model/ }).locator("tbody tr");
    await eventually(() => listed.count()).toBe(rows.length);
    expect(await listed.first().innerText()).toContain(String(rows[0]!["model"]));

    // The bars, read as a table, add up to the total.
    await page.getByRole("button", { name: "Show as table" }).click();
    await page.getByRole("button", { name: "Show as chart" }).waitFor();
    const cells = page.getByRole("region", { name: "Cost by model over time" }).locator("tbody td:nth-child(2)");
    const bars = await cells.evaluateAll((all) => all.map((cell) => (cell as { title?: string }).title ?? ""));
    expect(bars).toHaveLength(30);
    expect(bars.reduce((sum, text) => sum + numberIn(text), 0)).toBeCloseTo(totals["cost"]!, 6);
    expect(complaints).toEqual([]);
    await close();
  });

  test("says when calls could not be recorded", async () => {
    const { page, close } = await openPage(demo.browser, "about:blank");
    // A disk that is full for the server only cannot be had while the demo fills it.
    await page.route("**/api/health", async (route) => {
      const health = (await (await route.fetch()).json()) as { unrecorded: number };
      await route.fulfill({ json: { ...health, unrecorded: 12 } });
    });
    await page.goto(demo.url);
    await page.getByRole("alert").getByText("12 calls could not be recorded").waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await barriers(page)).toEqual([]);
    // One may be on its way, and would be answered on a page that is gone.
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.reload();
    await page.getByRole("heading", { name: "Recent calls" }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await close();
  });

  test("keeps the period in the address, through reload and back", async () => {
    const { page, complaints, close } = await openPage(demo.browser, demo.url);
    await page.getByRole("button", { name: "7 days" }).click();
    await eventually(() => searchOf(page)).toBe("?period=7d");
    const week = await get(demo.url, "/api/v1/query?metrics=calls&period=7d");
    await eventually(() => cardNumber(page, "Calls")).toBe(week.totals["calls"]);
    await page.reload();
    await eventually(() => cardNumber(page, "Calls")).toBe(week.totals["calls"]);
    expect(await page.getByRole("button", { name: "7 days" }).getAttribute("aria-pressed")).toBe("true");

    await page.goBack();
    await eventually(() => searchOf(page)).toBe("");
    const month = await get(demo.url, "/api/v1/query?metrics=calls&period=30d");
    await eventually(() => cardNumber(page, "Calls")).toBe(month.totals["calls"]);
    expect(complaints).toEqual([]);
    // Which charts are shown as tables as well.
    await page.getByRole("button", { name: "Show as table" }).click();
    await page.getByRole("button", { name: "Show as chart" }).waitFor();
    const table = page.getByRole("region", { name: "Cost by model over time" });
    await table.waitFor();
    expect(new URL(page.url()).searchParams.get("table")).toBe("chart");
    await page.reload();
    await table.waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Show as table" }).waitFor();
    await close();
  });

  test("filters by a click on a row, and says so", async () => {
    const { page, complaints, close } = await openPage(demo.browser, demo.url);
    const rows = page.getByRole("table", { name: /Cost by agent/ }).getByRole("button", { name: /^(?!unattributed)/ });
    const agent = (await rows.first().innerText()).trim();
    await rows.first().click();
    await eventually(() => searchOf(page)).toBe(`?filter=agent:${agent}`);
    const { totals } = await get(demo.url, `/api/v1/query?metrics=calls,cost&period=30d&filter=agent:${agent}`);
    await eventually(() => cardNumber(page, "Calls")).toBe(totals["calls"]);
    expect(await cardNumber(page, "Cost")).toBeCloseTo(totals["cost"]!, 8);
    await page.getByRole("button", { name: `Remove the filter Agent is ${agent}` }).click();
    await eventually(() => searchOf(page)).toBe("");
    expect(complaints).toEqual([]);
    await close();
  });

  test("obeys its keys", async () => {
    const { page, complaints, close } = await openPage(demo.browser, demo.url);
    await cardNumber(page, "Calls");
    await page.keyboard.press("9");
    await eventually(() => searchOf(page)).toBe("?period=90d");
    await page.keyboard.press("x");
    await eventually(() => searchOf(page)).toBe("?period=90d&compare=off");
    await page.keyboard.press("/");
    await page.getByRole("searchbox").fill("claude-*");
    await page.keyboard.press("Enter");
    await eventually(() => searchOf(page)).toBe("?period=90d&compare=off&filter=model:claude-*");
    const { totals } = await get(demo.url, "/api/v1/query?metrics=calls&period=90d&filter=model:claude-*");
    await eventually(() => cardNumber(page, "Calls")).toBe(totals["calls"]);
    await page.keyboard.press("Escape");
    await eventually(() => searchOf(page)).toBe("?period=90d&compare=off");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("lets the keyboard walk the bars and open a day", async () => {
    const { page, complaints, close } = await openPage(demo.browser, demo.url);
    const bars = page.locator("[data-bar]");
    await eventually(() => bars.count()).toBe(30);
    await bars.last().focus();
    await page.keyboard.press("ArrowLeft");
    expect(await page.evaluate("document.activeElement.dataset.bar")).toBe("28");
    await page.keyboard.press("Enter");
    await eventually(() => searchOf(page)).toMatch(/^\?from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d$/);
    await eventually(() => bars.count()).toBeGreaterThanOrEqual(23);
    expect(complaints).toEqual([]);
    await close();
  });

  test("explains one call to the last part of a cent", async () => {
    const { page, complaints, close } = await openPage(
      demo.browser,
      `${demo.url}/?filter=model:claude-*&filter=status:success`,
    );
    const row = page
      .getByRole("table", { name: /Recent calls/ })
      .locator("tbody tr")
      .first();
    await row.getByRole("button").click();
    const sheet = page.getByRole("dialog");
    await sheet.getByText("output tokens").waitFor();
    await sheet.locator("tfoot").getByText("$").waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("names the filter that excludes everything", async () => {
    const agents = await get(demo.url, "/api/v1/breakdown?by=agent&metrics=calls&period=30d");
    const agent = agents.rows.find((row) => typeof row["agent"] === "string")!["agent"];
    const { page, close } = await openPage(
      demo.browser,
      `${demo.url}/?filter=agent:${agent}&filter=user:nobody-at-all`,
    );
    await page.getByRole("button", { name: /^Remove User is nobody-at-all/ }).click();
    await eventually(() => searchOf(page)).toBe(`?filter=agent:${agent}`);
    await close();
  });

  test("ignores nonsense in the address", async () => {
    const { page, complaints, close } = await openPage(
      demo.browser,
      `${demo.url}/?period=fortnight&tz=Mars/Olympus&filter=x`,
    );
    const { totals } = await get(demo.url, "/api/v1/query?metrics=calls&period=30d");
    expect(await cardNumber(page, "Calls")).toBe(totals["calls"]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("follows the system's theme, and remembers another choice", async () => {
    const { page, close } = await openPage(demo.browser, demo.url, LOOKS["desk-dark"]);
    const background = () => page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    const dark = await background();
    const button = page.getByRole("button", { name: /^Theme: system/ });
    await button.click();
    await eventually(background).not.toBe(dark);
    const light = await background();
    await page.reload();
    await page.getByRole("button", { name: /^Theme: light/ }).waitFor();
    expect(await background()).toBe(light);
    await close();
  });

  test.each(Object.entries(LOOKS))("is whole and without barriers: %s", async (name, look) => {
    const { page, complaints, close } = await openPage(demo.browser, demo.url, look);
    await cardNumber(page, "Calls");
    await eventually(() => page.locator("[data-bar]").count()).toBe(30);
    await page
      .getByRole("table", { name: /Recent calls/ })
      .locator("tbody tr")
      .first()
      .waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await barriers(page)).toEqual([]);
    mkdirSync(SCREENSHOTS, { recursive: true });
    const { viewport } = look;
    await showWhole(page);
    await page.screenshot({ path: join(SCREENSHOTS, `overview-${name}.png`) });
    await page.setViewportSize(viewport);

    await page
      .getByRole("button", { name: /^Filter/ })
      .first()
      .click();
    await page.getByRole("dialog").waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, `filters-${name}.png`) });
    expect(complaints).toEqual([]);
    await close();
  });

  test.each([320, 360, 768, 1024, 1920])("cuts nothing off at %i pixels", async (width) => {
    const { page, close } = await openPage(demo.browser, demo.url, { viewport: { width, height: 800 } });
    await cardNumber(page, "Calls");
    await eventually(() => page.locator("[data-bar]").count()).toBe(30);
    expect(await overflowPx(page)).toBe(0);
    await close();
  });
});

describe("while calls arrive", () => {
  test("waits for the first one, then shows it, and never moves rows under a reader", async () => {
    const server = await startServer({ dataDir: temporaryFolder(), built: true });
    onTestFinished(() => server.kill());
    const { page, complaints, close } = await openPage(demo.browser, server.url);
    await page.getByText("Waiting for the first event…").waitFor();
    expect(await page.locator("pre").innerText()).toContain(`${server.url}/api/v1/events`);
    expect(await barriers(page)).toEqual([]);

    const call = { provider: "openai", model: "gpt-4o-mini", usage: { inputTokens: 1_000, outputTokens: 100 } };
    await record(server.url, [{ ...call, id: "first" }]);
    const list = page.getByRole("table", { name: /Recent calls/ });
    await eventually(() => list.locator("tbody tr").count()).toBe(1);

    await page.mouse.move(0, 0);
    await record(server.url, [{ ...call, model: "gpt-4o", id: "second" }]);
    await eventually(() => list.locator("tbody tr").count()).toBe(2);
    expect(await list.locator("tbody tr").first().innerText()).toContain("gpt-4o");
    await eventually(() => cardNumber(page, "Calls")).toBe(2);

    await list.hover();
    await record(server.url, [{ ...call, id: "third" }]);
    await page.getByRole("button", { name: "1 new call" }).waitFor();
    expect(await list.locator("tbody tr").count()).toBe(2);
    await page.getByRole("button", { name: "1 new call" }).click();
    await eventually(() => list.locator("tbody tr").count()).toBe(3);

    await record(server.url, [{ ...call, model: "nobody-knows-me", provider: "nobody", id: "fourth" }]);
    await page.mouse.move(0, 0);
    await list.getByText("unpriced").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("says when the server is gone, and keeps the numbers", async () => {
    const server = await startServer({ dataDir: temporaryFolder(), built: true });
    onTestFinished(() => server.kill());
    await record(server.url, [{ provider: "openai", model: "gpt-4o", usage: { inputTokens: 10, outputTokens: 1 } }]);
    const { page, close } = await openPage(demo.browser, server.url);
    expect(await cardNumber(page, "Calls")).toBe(1);
    await server.kill();
    await page.getByText("Not connected").filter({ visible: true }).waitFor();
    await page.getByRole("button", { name: "Today" }).click();
    await page.getByRole("alert").getByText("The Outlay server does not answer.").waitFor();
    expect(await cardNumber(page, "Calls")).toBe(1);
    expect(await barriers(page)).toEqual([]);
    await close();
  });
});
