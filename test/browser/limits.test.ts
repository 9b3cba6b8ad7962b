import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";

import { visitor } from "../access/visitor.ts";
import { get, postJson } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, numberIn, searchOf } from "./page-tools.ts";

interface Limit {
  id: string;
  name: string;
  kind: string;
}
interface State {
  limitId: string;
  name: string;
  value: string | null;
  spentUsd: number;
  amountUsd: number;
}

const PASSWORD = "correct horse battery staple";
const demo = openDemo();

const limits = async () =>
  (await get<{ limits: Limit[] }>(demo.url, "/api/v1/limits")).limits.filter(({ kind }) => kind === "limit");
const named = async (name: string) => (await limits()).find((limit) => limit.name === name)!;
const fullest = async ({ id }: Limit) => {
  const { states } = await get<{ states: State[] }>(demo.url, `/api/v1/limits/${id}/states`);
  return states.toSorted((one, other) => other.spentUsd / other.amountUsd - one.spentUsd / one.amountUsd)[0]!;
};
const dialog = (page: Page, name: string) => page.getByRole("dialog", { name, exact: true });
const table = (page: Page) => page.getByRole("table", { name: /^Limits, the fullest first/ });

describe("limits", () => {
  test("are listed fullest first, with what the API answers of their fullest accounts", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/limits`);
    const all = await Promise.all((await limits()).map(async (limit) => ({ limit, state: await fullest(limit) })));
    const sorted = all.toSorted(
      (one, other) => other.state.spentUsd / other.state.amountUsd - one.state.spentUsd / one.state.amountUsd,
    );
    const rows = table(page).locator("tbody tr");
    await eventually(() => rows.count()).toBe(all.length);
    await eventually(async () =>
      (await rows.locator("td:first-child").allInnerTexts()).map((text) => text.trim()),
    ).toEqual(sorted.map(({ limit }) => limit.name));
    for (const [index, { state }] of sorted.entries()) {
      const title = await rows.nth(index).locator("td:nth-child(5) [title^='$']").first().getAttribute("title");
      expect(numberIn(title!)).toBeCloseTo(state.spentUsd, 8);
    }
    const support = await named("Support");
    await page.getByRole("button", { name: "Details of Support" }).click();
    await eventually(() => searchOf(page)).toBe(`?limit=${support.id}`);
    await dialog(page, "Support").getByText("3 calls refused in the last day.").waitFor();
    await dialog(page, "Support").getByText("From 80% on sends claude-sonnet-4-5 to claude-haiku-4-5.").waitFor();
    await page.goBack();
    await eventually(() => page.getByRole("dialog").count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a refusal is explained: what had filled the limit", async () => {
    const { refusals } = await get<{ refusals: { id: string; call: { model: string } }[] }>(
      demo.url,
      "/api/v1/limits/refusals",
    );
    const why = await get<{ spentNowUsd: number; top: { models: { value: string }[] }; limit: State }>(
      demo.url,
      `/api/v1/limits/refusals/${refusals[0]!.id}`,
    );
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/limits`);
    await page.getByRole("button", { name: /^Why Support refused a call of priya/ }).click();
    await eventually(() => searchOf(page)).toBe(`?refusal=${refusals[0]!.id}`);
    const sheet = dialog(page, "Why it was refused");
    await sheet.getByText(why.top.models[0]!.value).first().waitFor();
    const now = await sheet.getByText(/are recorded by now/).getAttribute("title");
    expect(numberIn(now!)).toBeCloseTo(why.spentNowUsd, 8);
    await sheet.getByRole("link", { name: "Calls that counted" }).click();
    await page.getByRole("heading", { level: 1, name: "Calls" }).waitFor();
    expect(new URL(page.url()).searchParams.getAll("filter")).toEqual(["project:support"]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("tells which limits apply to whom, from its own fields and from a link", async () => {
    const person = await named("Each person in the assistant");
    const applying = async (...filters: string[]) => {
      const question = new URLSearchParams(filters.map((filter): [string, string] => ["filter", filter]));
      return (await get<{ states: State[] }>(demo.url, `/api/v1/limits/applying?${question}`)).states;
    };
    const { page, close } = await openPage(demo.browser, `${demo.url}/limits?user=maria`);
    const region = page.getByRole("region", { name: "Which limits apply to …" });
    const left = region.getByText(/ left of /);
    await eventually(() => left.count()).toBe((await applying("user:maria")).length);
    expect(await region.getByLabel("User").inputValue()).toBe("maria");
    await region.getByLabel("Project").fill("assistant");
    await region.getByRole("button", { name: "Show its limits" }).click();
    await eventually(() => searchOf(page)).toBe("?user=maria&project=assistant");
    const states = await applying("user:maria", "project:assistant");
    await eventually(() => left.count()).toBe(states.length);
    // The only one that is enforced comes first.
    const own = states.find(({ limitId }) => limitId === person.id)!;
    expect(numberIn((await left.first().getAttribute("title"))!)).toBeCloseTo(own.amountUsd - own.spentUsd, 8);
    await region.getByRole("button", { name: person.name }).click();
    await eventually(() => searchOf(page)).toBe(`?user=maria&project=assistant&limit=${person.id}&value=maria`);
    await dialog(page, person.name).getByText("user maria").waitFor();
    await page.goBack();
    await page.goBack();
    await eventually(() => region.getByLabel("Project").inputValue()).toBe("");
    await close();
  });

  test("one is tried on past days, made, raised for a time, lowered again, changed and deleted", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/limits?form=new`);
    const form = dialog(page, "New limit");
    await form.getByLabel("Name").fill("Each user, a day");
    await form.getByLabel("Amount in dollars").fill("0.05");
    await form.getByLabel("Period").selectOption("Day");
    await form.getByLabel("Whose amount it is").selectOption("Each user");
    await form.getByLabel("Only calls whose").selectOption("Project");
    await form.getByLabel("Value to filter by").fill("storefront");
    await form.getByLabel("Value to filter by").press("Enter");
    await form.getByLabel("Slow down before").check();
    await form.getByLabel("Calls a minute at first").fill("12");
    await form.getByLabel("Models without a price").selectOption("Count at a stand-in price");
    await form.getByLabel("Dollars for a million tokens").fill("2");
    await form.getByRole("button", { name: "Try it on the last 30 days" }).click();
    const wanted = {
      name: "Each user, a day",
      amountUsd: 0.05,
      period: "day",
      each: "user",
      filters: ["project:storefront"],
      enforcement: {
        throttle: { fromPercent: 80, callsPerMinute: 12 },
        unpriced: { standInUsdPerMillionTokens: 2 },
      },
    };
    const replay = (await (await postJson(`${demo.url}/api/v1/limits/replay`, { limit: wanted, days: 30 })).json()) as {
      refusedCalls: number;
      savedUsd: number;
    };
    expect(replay.refusedCalls).toBeGreaterThan(0);
    const result = page.getByRole("region", { name: "What it would have done" });
    await eventually(async () => numberIn((await result.locator("dd span[title]").nth(0).getAttribute("title"))!)).toBe(
      replay.refusedCalls,
    );
    expect(numberIn((await result.locator("dd span[title]").nth(1).getAttribute("title"))!)).toBeCloseTo(
      replay.savedUsd,
      8,
    );

    await form.getByRole("button", { name: "Create the limit" }).click();
    await dialog(page, "Each user, a day").waitFor();
    const made = await named("Each user, a day");
    expect(made).toMatchObject({ ...wanted, period: { unit: "day", rolling: false, timeZone: null } });
    expect(await table(page).getByText("Slows down").count()).toBe(2);

    await dialog(page, made.name).getByRole("button", { name: "Raise for a time" }).click();
    await eventually(() => searchOf(page)).toBe(`?raise=${made.id}`);
    const raise = dialog(page, `Raise ${made.name}`);
    await raise.getByLabel("For which user").fill("maria");
    await raise.getByLabel("Amount in dollars, instead").fill("5");
    await raise.getByLabel("For how long").selectOption("Three days");
    await raise.getByLabel("Reason").fill("Migration week");
    await raise.getByRole("button", { name: "Raise it" }).click();
    await dialog(page, made.name).getByText("Migration week").waitFor();
    const overrides = async () =>
      (await get<{ overrides: { limitId: string }[] }>(demo.url, "/api/v1/limit-overrides")).overrides.filter(
        ({ limitId }) => limitId === made.id,
      );
    expect(await overrides()).toMatchObject([{ value: "maria", amountUsd: 5, reason: "Migration week" }]);
    await dialog(page, made.name)
      .getByRole("button", { name: /^End the raise/ })
      .click();
    await page.getByRole("button", { name: "End it now" }).click();
    await eventually(overrides).toEqual([]);

    await dialog(page, made.name).getByRole("button", { name: "Change" }).click();
    const change = dialog(page, `Change ${made.name}`);
    await change.getByLabel("When the next call does not fit").selectOption("Let it through, with a warning");
    await change.getByLabel("Slow down before").uncheck();
    await change.getByLabel("Switched on").uncheck();
    await change.getByRole("button", { name: "Save the changes" }).click();
    await dialog(page, made.name).getByText("It keeps its settings, and does nothing.").waitFor();
    expect(await named(made.name)).toMatchObject({
      enabled: false,
      enforcement: { atLimit: "warn", throttle: null, unpriced: { standInUsdPerMillionTokens: 2 } },
    });
    await dialog(page, made.name).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the limit" }).click();
    await eventually(() => table(page).getByText(made.name).count()).toBe(0);
    expect(await named(made.name)).toBeUndefined();
    expect(complaints).toEqual([]);
    await close();
  });

  test("what each person may spend is set, and what is set aside is seen", async () => {
    const { page, close } = await openPage(demo.browser, `${demo.url}/limits`);
    await page.getByText("these are proposals, and nobody is refused").waitFor();
    await page.getByText("no call runs that a limit counts").waitFor();
    await page.getByRole("button", { name: "Set what each person may spend" }).click();
    const sheet = dialog(page, "What each person may spend");
    await sheet.getByLabel("A day, in dollars").fill("250");
    await sheet.getByLabel("A week, in dollars").fill("");
    await sheet.getByLabel("A month, in dollars").fill("2000.50");
    await sheet.getByLabel("A session, in dollars").fill("");
    await sheet.getByLabel("Send e-mails about them").uncheck();
    await sheet.getByRole("button", { name: "Set them" }).click();
    await page.getByText("E-mails about them are off").waitFor();
    expect(await get(demo.url, "/api/v1/limits/personal")).toMatchObject({
      dailyLimit: 250,
      weeklyLimit: null,
      monthlyLimit: 2000.5,
      sessionLimit: null,
      emailAlerts: false,
      made: true,
    });
    const call = { eventId: "running", provider: "openai", model: "gpt-5", user: "maria", mostUsd: 0.75 };
    expect((await postJson(`${demo.url}/api/v1/limits/lease`, call)).status).toBe(200);
    await page.reload();
    await page.getByRole("region", { name: "Set aside for calls that run" }).getByText("$0.75").waitFor();
    await postJson(`${demo.url}/api/v1/limits/personal`, { dailyLimit: null, monthlyLimit: null });
    await close();
  });

  test("look good everywhere, and are for everybody", async () => {
    await checkLooks(demo.browser, `${demo.url}/limits?user=maria&project=assistant`, "limits", (page) =>
      page
        .getByText(/ left of /)
        .first()
        .waitFor(),
    );
    const { id } = await named("Cockpit agents");
    await checkLooks(demo.browser, `${demo.url}/limits?limit=${id}`, "limits-one", (page) =>
      dialog(page, "Cockpit agents").getByText("Past periods").waitFor(),
    );
    for (const path of ["?form=new", `?raise=${id}`, `?replay=${id}`, "?personal=set"]) {
      const narrow = await openPage(demo.browser, `${demo.url}/limits${path}`, {
        viewport: { width: 360, height: 740 },
      });
      await narrow.page.getByRole("dialog").waitFor();
      expect(await overflowPx(narrow.page), path).toBe(0);
      expect(await barriers(narrow.page), path).toEqual([]);
      await narrow.close();
    }
  });
});

test("a member sees their own use, and nothing to change it with", async () => {
  const server = await startServer({ dataDir: temporaryFolder(), built: true });
  onTestFinished(() => server.kill());
  const administrator = visitor(server.url);
  const ada = { name: "Ada", email: "ada@example.com", password: PASSWORD };
  await administrator.ask("POST", "/api/v1/account/set-up", ada);
  const { json: invited } = await administrator.ask<{ link: string }>("POST", "/api/v1/invitations", {
    email: "grace@example.com",
  });
  const limit = { name: "Each user", each: "user", amountUsd: 2, period: "month" };
  await administrator.ask("POST", "/api/v1/limits", limit);
  await administrator.ask("POST", "/api/v1/limits", { ...limit, name: "Everybody's", each: null });
  await administrator.ask("POST", "/api/v1/budgets", { name: "All", amountUsd: 100, period: "month" });

  const { page, complaints, close } = await openPage(demo.browser, invited.link);
  await page.getByLabel("Name", { exact: true }).fill("Grace Hopper");
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Make my account" }).click();
  await page.getByRole("button", { name: "Account of Grace Hopper" }).waitFor();
  const { json: people } = await administrator.ask<{ people: { name: string; user: string }[] }>(
    "GET",
    "/api/v1/people",
  );
  const grace = people.people.find(({ name }) => name === "Grace Hopper")!.user;
  await administrator.ask("POST", "/api/v1/events", {
    events: [grace, "somebody"].map((user) => ({ provider: "openai", model: "gpt-5", user, reportedCostUsd: 1.5 })),
  });
  await page.goto(`${server.url}/limits`);
  await page.getByRole("button", { name: "Details of Each user" }).waitFor();
  await table(page).getByText(grace, { exact: true }).waitFor();
  expect(await page.getByText("somebody").count()).toBe(0);
  expect(await page.getByText("Everybody's").count()).toBe(0);
  for (const name of ["New limit", /^Set /, "End"]) expect(await page.getByRole("button", { name }).count()).toBe(0);
  expect(await page.getByRole("heading", { name: "Set aside for calls that run" }).count()).toBe(0);
  await page
    .getByRole("region", { name: "Which limits apply to …" })
    .getByText(/ left of /)
    .waitFor();
  await page.getByRole("button", { name: "Details of Each user" }).click();
  await dialog(page, "Each user").getByText("Past periods").waitFor();
  for (const name of ["Raise for a time", "Change", "Delete"]) {
    expect(await page.getByRole("button", { name, exact: true }).count()).toBe(0);
  }
  await page.goto(`${server.url}/budgets`);
  await page.getByText("There is no budget yet").waitFor();
  expect(await page.getByRole("button", { name: "Make the first budget" }).count()).toBe(0);
  await page.goto(`${server.url}/alerts?tab=rules`);
  await page.getByRole("heading", { name: "Open alerts" }).waitFor();
  expect(await page.getByRole("button", { name: "Rules" }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});
