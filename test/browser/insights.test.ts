import { describe, expect, test } from "vitest";

import { get } from "../api.ts";
import { openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { cardNumber, checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

const demo = openDemo();

type Page = Awaited<ReturnType<typeof openPage>>["page"];

/** `−$1,234.567` → −1234.567; the first amount of a title. */
function amountIn(title: string | undefined): number | null {
  const found = /(−?)\$([\d,]+(?:\.\d+)?)/.exec(title ?? "");
  return found === null ? null : Number(found[2]!.replaceAll(",", "")) * (found[1] === "" ? 1 : -1);
}

interface Cell {
  text: string;
  /** Its own, or that of what is in it. */
  title: string;
}

const rowsIn = (page: Page, card: string | RegExp) => page.getByRole("region", { name: card }).locator("tbody tr");

async function cellsIn(page: Page, card: string | RegExp): Promise<Cell[][]> {
  return rowsIn(page, card).evaluateAll((rows) =>
    (rows as unknown as { cells: Iterable<HTMLCell> }[]).map(({ cells }) =>
      [...cells].map((cell) => ({
        text: cell.innerText,
        title: cell.title || (cell.querySelector("[title]")?.title ?? ""),
      })),
    ),
  );
}

interface HTMLCell {
  innerText: string;
  title: string;
  querySelector(selector: string): { title: string } | null;
}

/** The shown name of a row: its first line. */
const nameOf = (row: Cell[]) => (row[0]!.text.startsWith("Other") ? "other" : row[0]!.text.split("\n")[0]!);

/** Of its first instant, where the demo's server is. */
const name = (start: string) =>
  new Intl.DateTimeFormat("en", { month: "long", timeZone: "Europe/Berlin" }).format(Date.parse(start));

test("forecast: this month, the next, and until when budgets last; what does not follow a filter says so", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/insights?filter=project:cockpit`);
  const question = "filter=project:cockpit";
  const month = await get<{ spent: number; projectedMonthEnd: number; month: { start: string } }>(
    demo.url,
    `/api/v1/projection?${question}`,
  );
  const next = await get<{ expected: number; month: { start: string } }>(demo.url, `/api/v1/forecast?${question}`);
  const { last7Days } = await get<{ last7Days: { cost: number } }>(demo.url, `/api/v1/trends?${question}`);
  await eventually(() => cardNumber(page, `${name(month.month.start)} so far`)).toBeCloseTo(month.spent, 8);
  expect(await cardNumber(page, `At the end of ${name(month.month.start)}`)).toBeCloseTo(month.projectedMonthEnd, 6);
  expect(await cardNumber(page, `Expected in ${name(next.month.start)}`)).toBeCloseTo(next.expected, 6);
  await eventually(() => cardNumber(page, "Last 7 days")).toBeCloseTo(last7Days.cost, 8);
  // What lies in them changes from minute to minute.
  await eventually(() => cardNumber(page, "Last 24 hours")).toBeGreaterThanOrEqual(0);

  const chart = page.getByRole("region", { name: `${name(month.month.start)}, summed up` });
  await chart.getByRole("button", { name: "Show as table" }).click();
  const reached = chart.locator("tbody tr", { hasText: "not finished" }).locator("td").first();
  await eventually(async () => numberIn((await reached.getAttribute("title")) ?? "")).toBeCloseTo(month.spent, 6);

  const budgets = page.getByRole("region", { name: "How long the budgets last" });
  await budgets.getByRole("note").getByText("Project is cockpit").waitFor();
  await budgets.getByRole("link", { name: "Storefront" }).click();
  await page.getByRole("dialog").waitFor();
  expect(searchOf(page)).toContain("filter=project:cockpit&budget=");
  expect(complaints).toEqual([]);
  await close();
});

interface SavingsAnswer {
  cost: number;
  cacheSavings: number;
  avoidedCost: number;
  recommendations: { title: string; savedUsd: number; filter: string[]; calls: number; assumptions: string[] }[];
  meta: { leftOut: { why: string }[] };
}

test("savings: each with its money, what it assumes and its calls", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/insights`);
  await page.getByRole("button", { name: "Savings" }).click();
  await eventually(() => searchOf(page)).toBe("?tab=savings");
  const answer = await get<SavingsAnswer>(demo.url, "/api/v1/insights/savings?period=30d");
  await eventually(() => cardNumber(page, "Cost")).toBeCloseTo(answer.cost, 8);
  expect(await cardNumber(page, "Saved by cached tokens")).toBeCloseTo(answer.cacheSavings, 8);
  expect(await cardNumber(page, "Avoided by your own cache")).toBeCloseTo(answer.avoidedCost, 8);
  const card = page.getByRole("region", { name: "What would have cost less" });
  await card.getByRole("button", { name: /^Show \d+ more$/ }).click();
  await eventually(() => searchOf(page)).toBe("?tab=savings&all=on");
  const shown = async () =>
    card
      .locator("ul > li:has(h3)")
      .evaluateAll((items) =>
        (items as unknown as { querySelector(selector: string): { innerText: string; title: string } }[]).map(
          (item) => [item.querySelector("h3").innerText, item.querySelector("p.text-lg").title],
        ),
      );
  // the fee of a running plan grows with every moment
  const expected = answer.recommendations.map(({ title, savedUsd }) => [title, expect.closeTo(savedUsd, 2)]);
  await eventually(async () => (await shown()).map(([title, saved]) => [title, amountIn(saved)])).toEqual(expected);
  expect(expected.some(([title]) => title === "Unused subscription: perplexity")).toBe(true);
  for (const { why } of answer.meta.leftOut) await page.getByText(why).waitFor();

  const first = answer.recommendations.find(({ calls, filter }) => calls > 0 && filter.length > 0)!;
  await card.getByText("What this assumes").first().click();
  await card.getByText(answer.recommendations[0]!.assumptions[0]!).first().waitFor();
  await card.getByRole("link", { name: new RegExp(`calls?: ${first.title.replaceAll(/[.()]/g, "\\$&")}$`) }).click();
  await eventually(() => searchOf(page)).toBe(`?${first.filter.map((text) => `filter=${text}`).join("&")}`);
  expect(new URL(page.url()).pathname).toBe("/calls");
  expect(complaints).toEqual([]);
  await close();
});

interface MarginAnswer {
  totals: Record<"revenue" | "cost" | "margin", number>;
  rows: { key: string | null; revenue: number; cost: number | null; margin: number | null; other?: true }[];
  perUser: { costPerUser: number; projected: { users: number; cost: number }[] };
}

describe.each([
  ["", "by=customer&period=30d"],
  ["&owner=user&period=90d&filter=customer:Acme&filter=model:gpt-5.1", "by=user&period=90d&filter=customer:Acme"],
])("margin%s", (address, question) => {
  test("shows what the API answers, and who loses", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/insights?tab=margin${address}`);
    const answer = await get<MarginAnswer>(demo.url, `/api/v1/insights/margin?${question}`);
    await eventually(() => cardNumber(page, "Revenue")).toBeCloseTo(answer.totals.revenue, 8);
    expect(await cardNumber(page, "Cost")).toBeCloseTo(answer.totals.cost, 8);
    expect(await cardNumber(page, "Margin")).toBeCloseTo(Math.abs(answer.totals.margin), 8);
    const shown = (await cellsIn(page, /^Margin by/)).map((row) => [
      nameOf(row),
      ...[1, 4, 5].map((column) => amountIn(row[column]!.title)),
    ]);
    expect(shown).toEqual(
      answer.rows.map(({ key, revenue, cost, margin }) => [key ?? "unattributed", revenue, cost, margin]),
    );
    const losing = answer.rows.filter(({ key, margin }) => key !== null && margin !== null && margin < 0);
    expect(
      await rowsIn(page, /^Margin by/)
        .getByText("loses")
        .count(),
    ).toBe(losing.length);
    for (const { users, cost } of answer.perUser.projected) {
      const each = page.locator("dl > div", { hasText: `${users.toLocaleString("en")} users` }).locator("dd");
      // Scaled by the time that has passed, which goes on.
      expect(amountIn((await each.getAttribute("title"))!)! / cost).toBeCloseTo(1, 3);
    }
    expect(await page.getByRole("note").getByText("Model is gpt-5.1").count()).toBe(address === "" ? 0 : 1);
    expect(complaints).toEqual([]);
    await close();
  });
});

test("margins sort, and a name filters", async () => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/insights?tab=margin`);
  await rowsIn(page, /^Margin by/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Revenue", exact: true }).click();
  await eventually(() => searchOf(page)).toBe("?tab=margin&sort=revenue");
  const { rows } = await get<MarginAnswer>(demo.url, "/api/v1/insights/margin?by=customer&period=30d");
  const named = rows.filter(({ key, other }) => key !== null && other !== true);
  const byRevenue = named.toSorted((a, b) => b.revenue - a.revenue).map(({ revenue }) => revenue);
  const shown = async () =>
    (await cellsIn(page, /^Margin by/)).slice(0, named.length).map((row) => amountIn(row[1]!.title));
  await eventually(shown).toEqual(byRevenue);
  await page.getByRole("button", { name: "Acme", exact: true }).click();
  await eventually(() => searchOf(page)).toBe("?tab=margin&sort=revenue&filter=customer:Acme");
  await eventually(() => rowsIn(page, /^Margin by/).count()).toBe(1);
  await close();
});

interface ElsewhereAnswer {
  recorded: { cost: number };
  query: { models: string[] };
  candidates: { provider: string; model: string; compared: { cost: number }; difference: number | null }[];
  meta: { caveats: string[] };
}

test("elsewhere: models are suggested, chosen and taken away", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/insights?tab=elsewhere&period=7d`);
  const suggested = await get<ElsewhereAnswer>(demo.url, "/api/v1/insights/elsewhere?period=7d");
  const table = /^The same calls at other models/;
  const shown = async () =>
    (await cellsIn(page, table)).map((row) => [row[0]!.title, amountIn(row[1]!.title), amountIn(row[3]!.title)]);
  const expected = ({ candidates }: ElsewhereAnswer) =>
    candidates.map(({ provider, model, compared, difference }) => [
      `${provider}/${model}`,
      difference === null ? null : compared.cost,
      difference,
    ]);
  await eventually(shown).toEqual(expected(suggested));
  expect(await cardNumber(page, "Recorded cost")).toBeCloseTo(suggested.recorded.cost, 8);
  for (const caveat of suggested.meta.caveats) await page.getByText(caveat).waitFor();
  await page.getByText("Chosen for you").waitFor();

  const kept = suggested.query.models.slice(1);
  await page.getByRole("button", { name: `Remove ${suggested.query.models[0]!}` }).click();
  await eventually(() => searchOf(page)).toBe(`?period=7d&tab=elsewhere&models=${kept.join(",")}`);
  await page.getByRole("combobox", { name: "Add a model of the price list" }).fill("anthropic/claude-haiku-4-5");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const models = [...kept, "anthropic/claude-haiku-4-5"].join(",");
  await eventually(() => searchOf(page)).toBe(`?period=7d&tab=elsewhere&models=${models}`);
  const chosen = await get<ElsewhereAnswer>(demo.url, `/api/v1/insights/elsewhere?period=7d&models=${models}`);
  await eventually(shown).toEqual(expected(chosen));
  await page.reload();
  await eventually(shown).toEqual(expected(chosen));
  await page.getByRole("button", { name: "Back to the suggested ones" }).click();
  await eventually(shown).toEqual(expected(suggested));
  expect(complaints).toEqual([]);
  await close();
});

interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}

interface QualityAnswer {
  rows: { key: string | null; other?: true; calls: number; successRate: Estimate; costPerSuccess: Estimate | null }[];
}

const percent = (rate: number) => `${(rate * 100).toFixed(1)}%`;

test("quality: rates and what a success costs, with their intervals", async () => {
  const address = "/insights?tab=quality&by=agent&period=90d&filter=operation:chat";
  const { page, complaints, close } = await openPage(demo.browser, demo.url + address);
  const question = "by=agent&period=90d&filter=operation:chat&limit=20";
  const { rows } = await get<QualityAnswer>(demo.url, `/api/v1/insights/quality?${question}`);
  const expected = rows.map(({ key, successRate, costPerSuccess }) => [
    key ?? "unattributed",
    percent(successRate.value),
    `${percent(successRate.low!)} – ${percent(successRate.high!)}`,
    costPerSuccess?.value ?? null,
  ]);
  await eventually(async () =>
    (await cellsIn(page, /^Quality by/))
      .slice(0, rows.length)
      .map((row) => [nameOf(row), ...row[1]!.text.split("\n"), amountIn(row[2]!.title)]),
  ).toEqual(expected);
  expect(complaints).toEqual([]);
  await close();
});

interface VariantsAnswer {
  sentence: string;
  a: { calls: number };
  b: { calls: number };
  differences: Record<string, { sentence: string; clear: boolean | null } | null>;
}

test("two variants, then two models, are compared with the answer's own words", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/insights?tab=quality&period=90d`);
  const card = page.getByRole("region", { name: "Compare two" });
  const check = async (question: string) => {
    const answer = await get<VariantsAnswer>(demo.url, `/api/v1/insights/variants?period=90d&${question}`);
    const sentences = Object.values(answer.differences).flatMap((difference) => difference?.sentence ?? []);
    for (const sentence of sentences) await card.getByText(sentence, { exact: true }).waitFor();
    const verdicts = Object.values(answer.differences).map((it) =>
      it === null ? "nothing to compare" : it.clear === null ? "too few calls" : it.clear ? "hardly" : "yes",
    );
    expect((await cellsIn(page, "Compare two")).map((row) => row[4]!.text)).toEqual(verdicts);
    expect(sentences.join(" ")).toBe(answer.sentence);
  };
  await check("a=a&b=b");
  await card.getByRole("combobox", { name: "Second" }).selectOption("a");
  await eventually(() => searchOf(page)).toBe("?period=90d&tab=quality&a=b&b=a");
  await check("a=b&b=a");
  await card.getByRole("combobox", { name: "Compare two values of" }).selectOption("model");
  await card.getByRole("combobox", { name: "First" }).selectOption("gpt-5.1");
  await card.getByRole("combobox", { name: "Second" }).selectOption("gemini-2.5-pro");
  await eventually(() => searchOf(page)).toBe("?period=90d&tab=quality&of=model&a=gpt-5.1&b=gemini-2.5-pro");
  await check("dimension=model&a=gpt-5.1&b=gemini-2.5-pro");
  await page.goBack();
  await eventually(() => searchOf(page)).not.toContain("b=gemini-2.5-pro");
  expect(complaints).toEqual([]);
  await close();
});

test("too many calls to compare are a state with ways out", async () => {
  const { page, close } = await openPage(demo.browser, "about:blank");
  // More than a million calls would have to be recorded for the real one.
  await page.route("**/api/v1/insights/variants?*", (route) =>
    route.request().url().includes("period=7d")
      ? route.continue()
      : route.fulfill({
          status: 400,
          contentType: "application/problem+json",
          body: JSON.stringify({
            code: "scan_too_large",
            detail: "comparing these two has to read 2,000,000 single calls",
          }),
        }),
  );
  await page.goto(`${demo.url}/insights?tab=quality`);
  await page.getByText("These are too many calls to compare").waitFor();
  await page.getByRole("button", { name: "The last 7 days" }).click();
  await page.getByText("Could be chance").waitFor();
  expect(searchOf(page)).toBe("?tab=quality&period=7d");
  await close();
});

const READY: Record<string, (page: Page) => Promise<unknown>> = {
  forecast: async (page) => {
    await page.getByText("Projected from").waitFor();
    await page.getByRole("link", { name: "Storefront" }).waitFor();
    await eventually(() => cardNumber(page, "Last 24 hours")).toBeGreaterThanOrEqual(0);
  },
  savings: (page) => page.getByText("What this assumes").first().waitFor(),
  margin: (page) =>
    rowsIn(page, /^Margin by/)
      .first()
      .waitFor(),
  elsewhere: (page) =>
    rowsIn(page, /^The same calls/)
      .first()
      .waitFor(),
  quality: async (page) => {
    await rowsIn(page, /^Quality by/)
      .first()
      .waitFor();
    await rowsIn(page, "Compare two").first().waitFor();
  },
};

describe.each(Object.entries(READY))("%s", (tab, ready) => {
  const address = tab === "forecast" ? "/insights" : `/insights?tab=${tab}`;

  test("is whole and without barriers in every look", async () => {
    await checkLooks(demo.browser, demo.url + address, `insights-${tab}`, ready);
  });

  test("cuts nothing off at any width", async () => {
    const { page, close } = await openPage(demo.browser, demo.url + address, { viewport: { width: 360, height: 800 } });
    await ready(page);
    for (const width of [360, 700, 1_100, 1_920]) {
      await page.setViewportSize({ width, height: 800 });
      await eventually(() => overflowPx(page)).toBe(0);
    }
    await close();
  });
});
