import { expect, onTestFinished, test } from "vitest";

import { get, record } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

const demo = openDemo();

interface Listed {
  sessions: { session: string; calls: number; tokens: number; cost: number | null; agent: string | null }[];
  nextCursor: string | null;
}

type Page = Awaited<ReturnType<typeof openPage>>["page"];

const rowsOf = (page: Page) => page.getByRole("main").locator("table tbody tr");
const namesOf = (page: Page) =>
  rowsOf(page)
    .locator("td:first-child a")
    .evaluateAll((all) => all.map((one) => (one as unknown as { ariaLabel: string }).ariaLabel));
const labelsOf = (list: Listed) => list.sessions.map(({ session }) => `Session ${session}`);

/** The address without its order, which says nothing. */
const addressOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

test.each([
  ["Most recent", "", "recent"],
  ["Highest cost", "?order=cost", "cost"],
  ["Most tokens", "?order=tokens", "tokens"],
  ["Most calls", "?order=calls", "calls"],
])("lists sessions by %s as the API does, page by page", async (label, address, order) => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/sessions`);
  await rowsOf(page).first().waitFor();
  await page.getByLabel("Sort by").selectOption({ label });
  await eventually(() => searchOf(page)).toBe(address);
  const first = await get<Listed>(demo.url, `/api/v1/sessions?period=30d&order=${order}&limit=25`);
  await eventually(() => namesOf(page)).toEqual(labelsOf(first));
  await page.getByRole("button", { name: "Show more sessions" }).click();
  const both = await get<Listed>(demo.url, `/api/v1/sessions?period=30d&order=${order}&limit=50`);
  await eventually(() => namesOf(page)).toEqual(labelsOf(both));
  expect(complaints).toEqual([]);
  await close();
});

test("narrows by cost, agent and period, and says which filters it cannot follow", async () => {
  const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/sessions?period=7d`);
  await rowsOf(page).first().waitFor();
  await page.getByLabel("Lowest cost in dollars").fill("0.05");
  await page.getByLabel("Highest cost in dollars").fill("1");
  await page.keyboard.press("Enter");
  await eventually(() => searchOf(page)).toBe("?period=7d&min=0.05&max=1");
  await page.getByRole("combobox", { name: "Agent", exact: true }).selectOption("=forge");
  await eventually(() => searchOf(page)).toContain("filter=agent:forge");
  const wanted = await get<Listed>(
    demo.url,
    "/api/v1/sessions?period=7d&minCost=0.05&maxCost=1&agent=forge&order=recent&limit=25",
  );
  expect(wanted.sessions.length).toBeGreaterThan(0);
  await eventually(() => namesOf(page)).toEqual(labelsOf(wanted));

  await page.reload();
  await eventually(() => namesOf(page)).toEqual(labelsOf(wanted));
  expect(await page.getByLabel("Lowest cost in dollars").inputValue()).toBe("0.05");

  await page.goto(`${demo.url}/sessions?filter=model:claude-*&filter=status:success`);
  await page.getByRole("note").getByText("Model is claude-*, Status is success").waitFor();
  await page.getByLabel("Lowest cost in dollars").fill("much");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("“much” is no amount in dollars").waitFor();
  expect(searchOf(page)).not.toContain("min=");
  expect(complaints).toEqual([]);
  await close();
});

test("opens a session with its calls, and a call over it; back, reload and a shared link show the same", async () => {
  const [session] = (await get<Listed>(demo.url, "/api/v1/sessions?period=30d&order=calls&agent=forge&limit=1"))
    .sessions;
  const id = session!.session;
  const list = { order: "calls", filter: "agent:forge" };
  const { page, complaints, close } = await openPage(
    demo.browser,
    `${demo.url}/sessions?order=calls&filter=agent:forge`,
  );
  await page.getByRole("link", { name: `Session ${id}`, exact: true }).click();
  const drawer = page.getByRole("dialog", { name: "Session" });
  await drawer.getByRole("heading", { name: "Tokens" }).waitFor();
  await eventually(() => addressOf(page)).toEqual({ ...list, session: id });

  const calls = drawer.getByRole("list", { name: "Calls of the session" }).getByRole("listitem");
  expect(await calls.count()).toBe(Math.min(50, session!.calls));
  const tokens = drawer.getByRole("table", { name: "Tokens by kind" }).locator("tfoot td[title]");
  expect(numberIn((await tokens.getAttribute("title")) ?? "")).toBe(session!.tokens);

  // What one call cost is explained by its badge.
  await calls
    .first()
    .getByRole("button", { name: /^Cost of the call/ })
    .hover();
  await page.getByRole("tooltip").getByText("Output").waitFor();
  expect(await page.getByRole("tooltip").innerText()).toContain("Cached");

  await drawer.getByRole("button", { name: "Dearest first" }).click();
  await eventually(() => addressOf(page)).toEqual({ ...list, session: id, calls: "cost" });
  await calls.first().getByRole("button").first().click();
  await eventually(() => page.getByRole("dialog").count()).toBe(2);
  expect(await barriers(page)).toEqual([]);
  await page.reload();
  await page.getByRole("dialog").getByText("output tokens").first().waitFor();
  await page.keyboard.press("Escape");
  await drawer.getByRole("heading", { name: "Tokens" }).waitFor();
  expect(await drawer.getByRole("button", { name: "Dearest first" }).getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.press("Escape");
  await eventually(() => addressOf(page)).toEqual(list);
  await page.goBack();
  await drawer.getByRole("heading", { name: "Tokens" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("says of a session that is not there that it is not", async () => {
  const { page, close } = await openPage(demo.browser, `${demo.url}/sessions?session=never-was`);
  await page.getByRole("dialog").getByText("there is no session").waitFor();
  await close();
});

test("waits with what arrives until somebody wants it, and shows what has no price and no name", async () => {
  const server = await startServer({ dataDir: temporaryFolder(), built: true });
  onTestFinished(() => server.kill());
  const call = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000, outputTokens: 100 } };
  const longId = "conversation-of-a-customer-whose-name-is-not-short-0123456789-the-end";
  await record(server.url, [
    { ...call, session: longId },
    { ...call, provider: "nobody", model: "unknown-model", session: "unpriced" },
  ]);
  const { page, complaints, close } = await openPage(demo.browser, `${server.url}/sessions`, {
    viewport: { width: 360, height: 780 },
  });
  await eventually(() => namesOf(page)).toHaveLength(2);
  expect(await page.getByRole("main").getByText("unpriced", { exact: true }).count()).toBeGreaterThan(0);
  expect(await page.getByTitle(longId).first().isVisible()).toBe(true);
  expect(await overflowPx(page)).toBe(0);

  await record(server.url, [{ ...call, session: "a-third" }]);
  await page.getByRole("button", { name: "1 new call" }).waitFor();
  expect(await namesOf(page)).toHaveLength(2);
  await page.getByRole("button", { name: "1 new call" }).click();
  await eventually(() => namesOf(page)).toHaveLength(3);
  expect((await namesOf(page))[0]).toBe("Session a-third");
  expect(complaints).toEqual([]);
  await close();
});

test("is whole and without barriers", async () => {
  const [session] = (await get<Listed>(demo.url, "/api/v1/sessions?period=30d&order=tokens&limit=1")).sessions;
  await checkLooks(demo.browser, `${demo.url}/sessions`, "sessions", async (page) => {
    await rowsOf(page).first().waitFor();
    await page.getByText("on average").waitFor();
  });
  await checkLooks(demo.browser, `${demo.url}/sessions?session=${session!.session}`, "session", async (page) => {
    await page.getByRole("dialog").getByRole("list", { name: "Calls of the session" }).waitFor();
    await rowsOf(page).first().waitFor();
  });
});
