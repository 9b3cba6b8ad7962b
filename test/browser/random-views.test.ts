import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";

import { get } from "../api.ts";
import { openPage } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { cardNumber, eventually, numberIn } from "./page-tools.ts";

const demo = openDemo();

/** The same for the same seed, so that a failure can be seen again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const DIMENSIONS = ["model", "provider", "agent", "user", "activity", "category", "project", "status", "tag:story"];
const PERIODS = ["7d", "30d", "90d", "month", "all"];

/** A period and one to three filters on values that there are, some of them turned round; as both page and API write them. */
async function randomView(random: () => number): Promise<string> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const params = new URLSearchParams({ period: pick(PERIODS) });
  const dimensions = new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(DIMENSIONS)));
  for (const dimension of dimensions) {
    const { rows } = await get(demo.url, `/api/v1/breakdown?by=${dimension}&metrics=calls&limit=12&period=all`);
    const values = rows.flatMap((row) => (row["other"] === true ? [] : [row[dimension] ?? ""]));
    params.append("filter", `${random() < 0.3 ? "!" : ""}${dimension}:${String(pick(values))}`);
  }
  return params.toString();
}

/** What the hover of a row's first number says, row by row. */
async function shownCosts(table: Locator): Promise<number[]> {
  const titles = await table
    .locator("tbody tr td:nth-of-type(1)")
    .evaluateAll((cells) => (cells as unknown as { title: string }[]).map(({ title }) => title));
  return titles.map((title) => (title.startsWith("$") ? numberIn(title.split(",  and")[0]!.split(", and")[0]!) : 0));
}

async function answeredCosts(by: string, view: string): Promise<number[]> {
  const { rows } = await get(demo.url, `/api/v1/breakdown?by=${by}&metrics=cost&limit=8&${view}`);
  return rows.map(({ cost }) => Number(cost ?? 0));
}

async function expectTable(page: Page, name: RegExp, by: string, view: string): Promise<void> {
  const table = page.getByRole("table", { name });
  await eventually(() => shownCosts(table)).toEqual(await answeredCosts(by, view));
}

test.each([1, 2, 3, 4, 5])("every number of a page is the API's, random view %i", async (seed) => {
  const view = await randomView(generator(seed * 7_919));
  const { totals } = await get(
    demo.url,
    `/api/v1/query?metrics=cost,calls,tokens,unpricedCalls,inputTokens,outputTokens&${view}`,
  );
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/?${view}`);
  if (totals["calls"] === 0) {
    await page.getByText(/Nothing matches these filters|No calls in/).waitFor();
  } else {
    await eventually(() => cardNumber(page, "Calls")).toBe(totals["calls"]);
    expect(await cardNumber(page, "Cost"), view).toBeCloseTo(totals["cost"] ?? 0, 8);
    expect(await cardNumber(page, "Tokens"), view).toBe(totals["tokens"]);
    for (const by of ["model", "agent", "activity", "project"])
      await expectTable(page, new RegExp(`^Cost by ${by}, dearest first`), by, view);

    // The same search on other pages: the address carries it along.
    await page.goto(`${demo.url}/usage?${view}`);
    await expectTable(page, /^Cost by provider, dearest first/, "provider", view);
    await expectTable(page, /^Cost by category, dearest first/, "category", view);

    await page.goto(`${demo.url}/calls?${view}`);
    await page
      .getByText(`${totals["calls"]!.toLocaleString("en-US")} call`)
      .first()
      .waitFor();
  }
  expect(complaints).toEqual([]);
  await close();
});
