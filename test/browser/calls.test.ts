import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";

import { get, record } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

const demo = openDemo();

interface ListedCall {
  id: string;
  model: string;
  costUsd: number | null;
}

/** Calls as the API lists them, all pages. */
async function listed(query: string): Promise<ListedCall[]> {
  const calls: ListedCall[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page = (await get(demo.url, `/api/v1/events?limit=1000&${query}${next}`)) as unknown as {
      events: ListedCall[];
      nextCursor: string | null;
    };
    calls.push(...page.events);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return calls;
}

const totalsOf = async (query: string) =>
  (await get(demo.url, `/api/v1/query?metrics=cost,calls,tokens,errors,unpricedCalls&${query}`)).totals;

const row = (page: Page, index: number) => page.locator(`tr[data-row="${index}"]`);
const sheet = (page: Page) => page.getByRole("dialog");
const heading = (page: Page) => page.getByRole("main").getByRole("heading", { level: 2 }).first();
const callIn = (page: Page) => new URLSearchParams(searchOf(page)).get("call");

describe("the list of calls", () => {
  test("says how many match and what they cost, and filters at a press", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/calls`);
    const all = await totalsOf("period=30d");
    await eventually(() => heading(page).innerText()).toContain(`${all["calls"]!.toLocaleString("en-US")} calls`);
    // `$1,234.567, and 12 calls without a price`
    const cost = await heading(page).locator("[title]").first().getAttribute("title");
    expect(numberIn(cost!.replace(/, and .*/, ""))).toBeCloseTo(all["cost"]!, 8);

    await page.getByRole("button", { name: /^Failed/ }).click();
    await eventually(() => searchOf(page)).toBe("?filter=status:error");
    await eventually(() => heading(page).innerText()).toContain(`${all["errors"]!.toLocaleString("en-US")} calls`);
    await eventually(() => row(page, 0).innerText()).toContain("failed");
    await page.getByRole("button", { name: /^Failed/ }).click();

    await page.getByRole("button", { name: /^Unpriced/ }).click();
    const unpriced = await listed("period=30d&filter=basis:unpriced");
    expect(unpriced.length).toBe(all["unpricedCalls"]);
    await eventually(() => heading(page).innerText()).toContain(`${unpriced.length} calls`);
    await page.goBack();
    await eventually(() => searchOf(page)).toBe("");
    expect(complaints).toEqual([]);
    await close();
  });

  test("reaches the last of them, and keeps only those in sight", async () => {
    const query = "period=all&filter=operation:chat&filter=agent:dexter";
    const calls = await listed(query);
    expect(calls.length).toBeGreaterThan(250);
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/calls?${query}`);
    await eventually(() => row(page, 0).innerText()).toContain(calls[0]!.model);
    await eventually(async () => {
      await page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)");
      return row(page, calls.length - 1).count();
    }).toBe(1);
    expect(await page.locator("tr[data-row]").count()).toBeLessThan(80);
    expect(await row(page, calls.length).count()).toBe(0);
    const last = row(page, calls.length - 1);
    await last.getByRole("button").click();
    await eventually(() => callIn(page)).toBe(calls.at(-1)!.id);
    await sheet(page).waitFor();
    await page.keyboard.press("Escape");
    await page.evaluate("window.scrollTo(0, 0)");
    await eventually(() => row(page, 0).innerText()).toContain(calls[0]!.model);
    expect(complaints).toEqual([]);
    await close();
  });

  test("walks by keys, opens, goes from call to call, and comes back to the row", async () => {
    const calls = await listed("period=7d");
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/calls?period=7d`);
    await row(page, 0).getByRole("button").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const focused = () => page.evaluate<string | undefined>("document.activeElement.closest('tr')?.dataset.row");
    await eventually(focused).toBe("2");
    await page.keyboard.press("Enter");
    await eventually(() => callIn(page)).toBe(calls[2]!.id);
    await sheet(page).getByRole("button", { name: "Older" }).click();
    await eventually(() => callIn(page)).toBe(calls[3]!.id);
    await page.keyboard.press("ArrowRight");
    await eventually(() => callIn(page)).toBe(calls[4]!.id);
    await page.keyboard.press("Escape");
    await eventually(() => callIn(page)).toBe(null);
    await eventually(focused).toBe("4");
    await page.keyboard.press("End");
    await eventually(async () => Number(await focused())).toBeGreaterThanOrEqual(Math.min(99, calls.length - 1));
    await page.keyboard.press("Home");
    await eventually(focused).toBe("0");
    expect(complaints).toEqual([]);
    await close();
  });

  test("shows the columns that somebody chose, also after a reload", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/calls`);
    await page.getByRole("button", { name: "Columns" }).click();
    await sheet(page).getByLabel("Environment").check();
    await sheet(page).getByLabel("Activity").uncheck();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await eventually(() => searchOf(page)).toBe("?cols=time,model,agent,user,environment,tokens,took,cost");
    await page.reload();
    await page.getByRole("columnheader", { name: "Environment" }).waitFor();
    expect(await page.getByRole("columnheader", { name: "Activity" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test("gives exactly what is shown as a file", async () => {
    const query = "period=7d&filter=provider:openai";
    const { page, close } = await openPage(demo.browser, `${demo.url}/calls?${query}`);
    await page.getByRole("button", { name: "Export" }).click();
    expect(await barriers(page)).toEqual([]);
    const href = await sheet(page)
      .getByRole("link", { name: /^JSON Lines/ })
      .getAttribute("href");
    const lines = (await (await fetch(href!)).text()).trim().split("\n");
    const ids = lines.map((line) => (JSON.parse(line) as ListedCall).id);
    expect(ids.toSorted()).toEqual((await listed(query)).map(({ id }) => id).toSorted());
    await close();
  });

  test("keeps new calls behind a button", async () => {
    const server = await startServer({ dataDir: temporaryFolder(), built: true });
    onTestFinished(() => server.kill());
    const call = { provider: "openai", usage: { inputTokens: 1_000, outputTokens: 100 } };
    await record(server.url, [{ ...call, model: "gpt-4o", id: "first" }]);
    const { page, complaints, close } = await openPage(demo.browser, `${server.url}/calls?filter=provider:openai`);
    await eventually(() => page.locator("tr[data-row]").count()).toBe(1);
    await page.getByText("Live").filter({ visible: true }).first().waitFor();
    await record(server.url, [
      { ...call, model: "gpt-4o-mini", id: "second" },
      { ...call, model: "gpt-4o-mini", id: "third" },
      { ...call, provider: "anthropic", model: "claude-sonnet-4-5", id: "of another" },
    ]);
    const button = page.getByRole("button", { name: "2 new calls" });
    await button.waitFor();
    expect(await page.locator("tr[data-row]").count()).toBe(1);
    expect(await barriers(page)).toEqual([]);
    await button.click();
    await eventually(() => page.locator("tr[data-row]").count()).toBe(3);
    expect(await row(page, 0).innerText()).toContain("gpt-4o-mini");
    expect(await button.count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test("is whole and without barriers in every look", async () => {
    await checkLooks(demo.browser, `${demo.url}/calls`, "calls", (page) => row(page, 10).waitFor(), false);
    for (const width of [360, 800]) {
      const { page, close } = await openPage(demo.browser, `${demo.url}/calls`, { viewport: { width, height: 800 } });
      await row(page, 3).waitFor();
      expect(await overflowPx(page), `${width} pixels`).toBe(0);
      await close();
    }
  });
});

interface Detail extends ListedCall {
  provider: string;
  basis: string;
  lines: { quantity: number; rateUsd: string; costUsd: string }[];
  user?: string;
  agent?: string;
  trace?: string;
  session?: string;
}

const detailOf = async (id: string) => (await get(demo.url, `/api/v1/events/${id}`)) as unknown as Detail;

describe("the sheet of one call", () => {
  test("has the numbers of the API, for calls picked at random", async () => {
    const calls = await listed("period=30d");
    const step = Math.floor(calls.length / 6);
    const offset = Math.floor(Math.random() * step);
    const { page, complaints, close } = await openPage(demo.browser, "about:blank");
    for (let index = offset; index < calls.length; index += step) {
      const detail = await detailOf(calls[index]!.id);
      await page.goto(`${demo.url}/calls?call=${detail.id}`);
      const table = sheet(page).getByRole("table", { name: "What this call cost" });
      await table.waitFor();
      const shown = await table
        .locator("tbody tr")
        .evaluateAll((rows) =>
          rows.map((one) =>
            [
              ...(one as { querySelectorAll(of: string): Iterable<{ textContent: string }> }).querySelectorAll("td"),
            ].map((cell) => cell.textContent),
          ),
        );
      if (detail.basis !== "unpriced") {
        expect(
          shown.map((cells) => [numberIn(cells[0]!), cells[2]]),
          detail.id,
        ).toEqual(detail.lines.map((line) => [line.quantity, `$${line.costUsd}`]));
        shown.forEach((cells, place) => expect(cells[1]).toContain(`$${detail.lines[place]!.rateUsd}`));
      }
      const total = await table.locator("tfoot tr").last().locator("td").innerText();
      expect(total === "unpriced" ? null : numberIn(total), detail.id).toBe(detail.costUsd);
      for (const value of [detail.user, detail.agent, detail.provider]) {
        if (value !== undefined) await sheet(page).getByRole("link", { name: value, exact: true }).first().waitFor();
      }
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test("leads to the calls that share a value", async () => {
    const [call] = await listed("period=7d&filter=!user:");
    const { user } = await detailOf(call!.id);
    const { page, close } = await openPage(demo.browser, `${demo.url}/?period=7d&filter=user:nobody&call=${call!.id}`);
    await sheet(page).getByRole("link", { name: user!, exact: true }).click();
    await eventually(() => searchOf(page)).toBe(`?period=7d&filter=user:${user}`);
    expect(new URL(page.url()).pathname).toBe("/calls");
    const totals = await totalsOf(`period=7d&filter=user:${user}`);
    await eventually(() => heading(page).innerText()).toContain(
      totals["calls"] === 1 ? "1 call" : `${totals["calls"]!.toLocaleString("en-US")} calls`,
    );
    await close();
  });

  test("draws the trace, whose spans open their calls", async () => {
    const calls = await listed("period=30d&filter=tag:agent_loop:*");
    const { id, trace } = await detailOf(calls[3]!.id);
    const answer = (await get(demo.url, `/api/v1/traces/${trace}`)) as unknown as {
      cost: number;
      spans: { id: string; costUsd: number }[];
    };
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/?call=${id}`);
    const region = sheet(page).getByRole("region", { name: "Trace" });
    const sum = await region.locator("p [title]").first().getAttribute("title");
    expect(numberIn(sum!)).toBe(answer.cost);
    const place = answer.spans.findIndex((span) => span.id !== id);
    await eventually(() => region.getByRole("listitem").count()).toBe(
      answer.spans.length > 16 ? 12 : answer.spans.length,
    );
    await region.locator(`button[aria-pressed]`).nth(place).click();
    await eventually(() => callIn(page)).not.toBe(id);
    expect(answer.spans.map((span) => span.id)).toContain(callIn(page));
    expect(complaints).toEqual([]);
    await close();
  });

  test("stands calls of a trace under the steps that are no calls themselves", async () => {
    const server = await startServer({ dataDir: temporaryFolder(), built: true });
    onTestFinished(() => server.kill());
    const startMs = Date.now() - 60_000;
    const call = {
      provider: "openai",
      model: "gpt-4o",
      trace: "a1b2",
      usage: { inputTokens: 1_000, outputTokens: 100 },
    };
    await record(server.url, [
      { ...call, id: "one", span: "s1", occurredAt: startMs, durationMs: 900, metadata: { parentSpan: "plan" } },
      { ...call, id: "two", span: "s2", occurredAt: startMs + 100, durationMs: 300, metadata: { parentSpan: "s1" } },
      {
        ...call,
        id: "three",
        span: "s3",
        occurredAt: startMs + 1_000,
        durationMs: 500,
        metadata: { parentSpan: "act" },
      },
    ]);
    const { page, complaints, close } = await openPage(demo.browser, `${server.url}/calls?call=two`);
    const rows = sheet(page).getByRole("region", { name: "Trace" }).getByRole("listitem");
    await eventually(() => rows.count()).toBe(5);
    expect(await rows.nth(0).innerText()).toMatch(/^Step 1, 1 call, level 1/);
    expect(await rows.nth(3).innerText()).toMatch(/^Step 2, 1 call, level 1/);
    await rows.nth(3).getByRole("button").click();
    expect(callIn(page)).toBe("two");
    await rows.nth(4).getByRole("button").click();
    await eventually(() => callIn(page)).toBe("three");
    expect(complaints).toEqual([]);
    await close();
  });

  test("says so when the call is no longer there, and where a price can be given", async () => {
    const gone = await openPage(demo.browser, `${demo.url}/calls?call=nothing-like-it`);
    await sheet(gone.page).getByText("This call is not here").waitFor();
    expect(await barriers(gone.page)).toEqual([]);
    await gone.close();

    const [call] = await listed("period=30d&filter=basis:unpriced");
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/calls?call=${call!.id}`);
    await sheet(page)
      .getByRole("link", { name: `Give ${call!.model} a price` })
      .click();
    await eventually(() => new URLSearchParams(searchOf(page)).get("model")).toBe(call!.model);
    expect(new URL(page.url()).pathname).toBe("/prices");
    expect(complaints).toEqual([]);
    await close();
  });

  test("is whole and without barriers in every look", async () => {
    const [call] = await listed("period=30d&filter=tag:agent_loop:*");
    await checkLooks(
      demo.browser,
      `${demo.url}/calls?call=${call!.id}`,
      "call",
      (page) => sheet(page).getByRole("region", { name: "Trace" }).locator("figure").waitFor(),
      false,
    );
  });
});
