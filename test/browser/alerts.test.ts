import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { get, postJson, record } from "../api.ts";
import { barriers, openPage, overflowPx } from "./chromium.ts";
import { openDemo } from "./open-demo.ts";
import { checkLooks, eventually, searchOf } from "./page-tools.ts";

interface Alert {
  id: string;
  title: string;
  link: string | null;
  rule: { id: string };
  acknowledged: { actor: string } | null;
  silenced: boolean;
  limit: { limitId: string } | null;
  facts: { label: string; value: string }[];
}

const demo = openDemo();

const alerts = async (state = "open") =>
  (await get<{ alerts: Alert[] }>(demo.url, `/api/v1/alerts?state=${state}`)).alerts;
const about = async (title: string) => (await alerts("all")).find((alert) => alert.title.startsWith(title));
const rules = async () => (await get<{ rules: Record<string, unknown>[] }>(demo.url, "/api/v1/alerts/rules")).rules;
const made = async () => (await rules()).find(({ name }) => name === "Production fails");
const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });

/** A budget that is nearly used up, and the alert of it. */
async function fire(name: string): Promise<{ budget: string; alert: Alert }> {
  const body = { name, amountUsd: 1, period: "day", filters: [`project:${name}`] };
  const { id } = (await (await postJson(`${demo.url}/api/v1/budgets`, body)).json()) as { id: string };
  await record(demo.url, [{ provider: "openai", model: "gpt-5", project: name, reportedCostUsd: 0.91 }]);
  await expect.poll(() => about(`Budget ${name}`)).toBeDefined();
  return { budget: id, alert: (await about(`Budget ${name}`))! };
}

describe("alerts", () => {
  test("one is looked at, acknowledged and silenced; its link leads to what it is about", async () => {
    const { budget, alert } = await fire("harbour");
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/alerts`);
    await page.getByRole("button", { name: alert.title }).click();
    await eventually(() => searchOf(page)).toBe(`?alert=${alert.id}`);
    const drawer = dialog(page, alert.title);
    for (const { value } of alert.facts) await drawer.getByText(value, { exact: true }).first().waitFor();
    await drawer.getByText("Fired").waitFor();
    await drawer.getByRole("button", { name: "Acknowledge" }).click();
    await drawer.getByText("Acknowledged by").first().waitFor();
    expect((await about("Budget harbour"))?.acknowledged).not.toBeNull();

    await drawer.getByRole("button", { name: "Silence" }).click();
    await eventually(() => searchOf(page)).toBe(`?silence=${alert.id}`);
    const silence = dialog(page, "Silence this alert");
    await silence.getByLabel("For how long").selectOption("A day");
    await silence.getByLabel("Reason").fill("the harbour is being dredged");
    await silence.getByRole("button", { name: "Silence", exact: true }).click();
    await drawer.getByText("silenced: nobody is told").waitFor();
    expect((await about("Budget harbour"))?.silenced).toBe(true);

    await drawer.getByRole("link", { name: "The budget" }).click();
    await dialog(page, "harbour").waitFor();
    expect(new URL(page.url()).pathname + searchOf(page)).toBe(`/budgets?budget=${budget}`);
    await page.goto(`${demo.url}/alerts?tab=silences`);
    await page.getByText("the harbour is being dredged").waitFor();
    await page.getByRole("button", { name: /^End/ }).click();
    await page.getByText("Nothing is silenced").waitFor();
    expect((await about("Budget harbour"))?.silenced).toBe(false);
    expect(complaints).toEqual([]);
    await close();
  });

  test("the list and the history follow what fires, and say what is over", async () => {
    const { page, close } = await openPage(demo.browser, `${demo.url}/alerts?tab=history`);
    await page.getByRole("heading", { name: "What was told" }).waitFor();
    await page.getByText("Live").filter({ visible: true }).waitFor();
    const { budget, alert } = await fire("quarry");
    await page.getByRole("button", { name: alert.title }).waitFor();
    await fetch(`${demo.url}/api/v1/limits/${budget}`, { method: "DELETE" });
    await postJson(`${demo.url}/api/v1/budgets`, { name: "other", amountUsd: 900, period: "day" });
    await page.getByRole("button", { name: /^Alerts/ }).click();
    await eventually(() => searchOf(page)).toBe("");
    const count = (await alerts()).length;
    await eventually(() =>
      page
        .getByRole("list")
        .filter({ has: page.getByRole("button", { name: /^(Budget|Limit)/ }) })
        .getByRole("listitem")
        .count(),
    ).toBe(count);
    await page.getByRole("button", { name: "All", exact: true }).click();
    await eventually(() => searchOf(page)).toBe("?state=all");
    await page.getByRole("button", { name: alert.title }).waitFor();
    await close();
  });

  test("rules are made with the settings of their kind, changed, switched off and deleted", async () => {
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/alerts?tab=rules`);
    for (const rule of await rules())
      await page.getByRole("button", { name: String(rule["name"]), exact: true }).waitFor();
    await page.getByRole("button", { name: "New rule" }).click();
    const form = dialog(page, "New rule");
    await form.getByLabel("Tell me when").selectOption("Calls fail");
    await form.getByLabel("Name").fill("Production fails");
    await form.getByLabel("Percent of the calls").fill("500");
    await form.getByLabel("Of what").selectOption("Each provider");
    await form.getByLabel("How urgent").selectOption("Critical");
    await form.getByLabel("Only calls whose").selectOption("Environment");
    await form.getByLabel("Value to filter by").fill("production");
    await form.getByLabel("Value to filter by").press("Enter");
    await form.getByRole("button", { name: "Create the rule" }).click();
    await form.getByRole("alert").getByText("percent").waitFor();
    await form.getByLabel("Percent of the calls").fill("7.5");
    await form.getByRole("button", { name: "Create the rule" }).click();
    await page.getByText("each provider, from 7.5% of 20 calls in 60 min; only environment is production").waitFor();
    expect(await made()).toMatchObject({
      kind: "errorRate",
      percent: 7.5,
      each: "provider",
      severity: "critical",
      filters: ["environment:production"],
      minimumCalls: 20,
      channels: null,
    });

    await page.getByRole("checkbox", { name: /Production fails/ }).click();
    await eventually(async () => (await made())?.["enabled"]).toBe(false);
    await page.getByRole("button", { name: "Production fails" }).click();
    const change = dialog(page, "Production fails");
    await change.getByLabel("In the last minutes").selectOption("15 minutes");
    await change.getByLabel(/after minutes/).fill("30");
    await change.getByRole("button", { name: "Save the changes" }).click();
    await eventually(async () => (await made())?.["windowMinutes"]).toBe(15);
    expect(await made()).toMatchObject({ enabled: false, escalateAfterMinutes: 30, percent: 7.5 });
    await page.getByRole("button", { name: "Production fails" }).click();
    await change.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the rule" }).click();
    await eventually(made).toBeUndefined();
    await change.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByRole("button", { name: "Send it" }).click();
    await page.getByText("There is no channel to send it through.").waitFor();
    // The browser notes the answer 400 to the percentage that was too large.
    expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
    await close();
  });

  test("every link of an alert leads to a page that shows something", async () => {
    await fire("lighthouse");
    const { limits } = await get<{ limits: { id: string }[] }>(demo.url, "/api/v1/limits");
    const isThere = ({ limit }: Alert) => limit === null || limits.some(({ id }) => id === limit.limitId);
    const links = [...new Set((await alerts("all")).filter(isThere).flatMap(({ link }) => link ?? []))];
    expect(links.length).toBeGreaterThan(1);
    const { page, complaints, close } = await openPage(demo.browser, `${demo.url}/alerts`);
    for (const link of links) {
      await page.goto(demo.url + link);
      await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
      if (/^\/(budgets|limits)/.test(link)) await page.getByRole("dialog").getByText("Tells at").waitFor();
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test("look good everywhere, and are for everybody", async () => {
    const { alert } = await fire("museum");
    await checkLooks(demo.browser, `${demo.url}/alerts`, "alerts", (page) =>
      page.getByRole("button", { name: alert.title }).waitFor(),
    );
    await checkLooks(demo.browser, `${demo.url}/alerts?tab=rules`, "alerts-rules", (page) =>
      page.getByRole("checkbox").first().waitFor(),
    );
    for (const path of [`?alert=${alert.id}`, "?tab=history", "?tab=silences&silence=new", "?tab=rules&form=spike"]) {
      const narrow = await openPage(demo.browser, `${demo.url}/alerts${path}`, {
        viewport: { width: 360, height: 740 },
      });
      await narrow.page.getByRole("heading", { level: 2 }).first().waitFor();
      expect(await overflowPx(narrow.page), path).toBe(0);
      expect(await barriers(narrow.page), path).toEqual([]);
      await narrow.close();
    }
  });
});
