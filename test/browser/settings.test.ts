import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { visitor } from "../access/visitor.ts";
import type { Visitor } from "../access/visitor.ts";
import { get, postJson, record } from "../api.ts";
import { startServer } from "../start-server.ts";
import { LOOKS, barriers, launchChromium, openPage, overflowPx } from "./chromium.ts";
import { checkLooks, eventually, searchOf } from "./page-tools.ts";

const PASSWORD = "correct horse battery staple";
let browser: Browser;
let open: { url: string; stop: () => Promise<unknown> };

interface Key {
  id: string;
  name: string;
  scopes: string[];
  attribution: Record<string, unknown>;
  expiresAt: string | null;
  previous: object | null;
  lastUsedAt: string | null;
}

beforeAll(async () => {
  [browser, open] = await Promise.all([launchChromium(), start()]);
});
afterAll(async () => {
  await browser?.close();
  await open?.stop();
});

const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });
const keys = async (url: string) => (await get<{ keys: Key[] }>(url, "/api/v1/keys")).keys;
const keyNamed = async (url: string, name: string) => (await keys(url)).find((key) => key.name === name);
const settingsAt = (url: string, search = "") => `${url}/settings${search}`;

/** The built server with webhooks to this machine allowed. */
async function start() {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-settings-"));
  const env = { OUTLAY_TIMEZONE: "", OUTLAY_ALLOW_INTERNAL_WEBHOOKS: "127.0.0.1", TZ: "UTC" };
  const server = await startServer({ dataDir, built: true, env });
  const stop = async () => {
    await server.kill();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}

/** One with an administrator, and a browser's storage with their session. */
async function startWithAccounts() {
  const server = await start();
  onTestFinished(server.stop);
  const ada = visitor(server.url);
  const body = { name: "Ada Lovelace", email: "ada@example.com", password: PASSWORD };
  await ada.ask("POST", "/api/v1/account/set-up", body);
  return { url: server.url, ada, storageState: await storageOf(ada, server.url) };
}

async function storageOf({ cookies }: Visitor, url: string) {
  const context = await browser.newContext();
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url })));
  const state = await context.storageState();
  await context.close();
  return state;
}

const shows = (text: string) => (page: Page) => page.getByText(text).first().waitFor();

/** What a page shows once only: a link, a token, a secret. */
async function shownOnce(page: Page, title: string | RegExp): Promise<string> {
  const section = page.getByRole("region", { name: title });
  return (await section.locator("p.font-mono").textContent()) ?? "";
}

describe("an open server", () => {
  test("says what it is, and goes by another time zone at once", async () => {
    await record(open.url, [{ provider: "openai", model: "gpt-5", usage: { inputTokens: 12, outputTokens: 3 } }]);
    const { page, complaints, close } = await openPage(browser, settingsAt(open.url));
    const meta = await get<{ version: string; events: number }>(open.url, "/api/v1/meta");
    const about = page.getByRole("region", { name: "About" });
    await about.getByText(meta.version, { exact: true }).waitFor();
    for (const name of ["API reference", "Health"]) {
      const href = await about.getByRole("link", { name }).getAttribute("href");
      expect((await fetch(href!)).status).toBe(200);
    }
    await page.getByRole("button", { name: "Change Time zone" }).click();
    await eventually(() => searchOf(page)).toBe("?setting=timeZone");
    const sheet = dialog(page, "Time zone");
    await sheet.getByLabel("Time zone", { exact: true }).fill("Mars/Olympus");
    await sheet.getByRole("button", { name: "Save" }).click();
    await sheet.getByRole("alert").getByText("timeZone").waitFor();
    await sheet.getByLabel("Time zone", { exact: true }).fill("Asia/Kolkata");
    await sheet.getByRole("button", { name: "Save" }).click();
    await page.getByText("Asia/Kolkata").waitFor();
    await eventually(() => searchOf(page)).toBe("");
    expect(await get(open.url, "/api/v1/meta")).toMatchObject({ timeZone: "Asia/Kolkata" });
    const { query } = await get<{ query: { period: { timeZone: string } } }>(open.url, "/api/v1/summary?period=today");
    expect(query.period.timeZone).toBe("Asia/Kolkata");

    await page.goto(settingsAt(open.url, "?setting=timeZone"));
    await sheet.getByRole("button", { name: "Back to the default: UTC" }).click();
    await page.getByRole("listitem").filter({ hasText: "Time zone" }).getByText("default").waitFor();
    expect(await get(open.url, "/api/v1/meta")).toMatchObject({ timeZone: "UTC" });

    const fixed = page.getByRole("region", { name: "Said where the server is started" });
    await fixed.getByText("from the environment OUTLAY_ALLOW_INTERNAL_WEBHOOKS").waitFor();
    expect(await fixed.getByRole("button").count()).toBe(0);
    // What is said elsewhere explains itself also to who comes by a link.
    await page.goto(settingsAt(open.url, "?setting=port"));
    await dialog(page, "Port").getByText("can only be changed where the server is started").waitFor();
    expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
    await close();
  });

  test("schedules a report by e-mail, says what it would say, changes and ends it", async () => {
    const settings = { host: "127.0.0.1", port: 9, security: "none", from: "o@example.com", to: ["ops@example.com"] };
    const made = await postJson(`${open.url}/api/v1/channels`, { name: "post", kind: "smtp", settings });
    const { channel } = (await made.json()) as { channel: { id: string } };
    const { page, complaints, close } = await openPage(browser, settingsAt(open.url, "?tab=exports"));
    await page.getByRole("button", { name: "New report" }).click();
    const sheet = dialog(page, "New report");
    await sheet.getByLabel("Name").fill("Finance");
    await sheet.getByLabel("When").selectOption("week");
    await sheet.getByLabel("Only these calls").fill("nothing:x");
    await sheet.getByRole("button", { name: "Schedule the report" }).click();
    await sheet.getByRole("alert").getByText("nothing").waitFor();
    await sheet.getByLabel("Only these calls").fill("");
    await sheet.getByRole("button", { name: "Schedule the report" }).click();
    await page.getByRole("button", { name: "Report Finance" }).click();
    const drawer = dialog(page, "Finance");
    await drawer.getByText("Every Monday, from 8:00 on").waitFor();
    await drawer.getByRole("button", { name: "What it would say" }).click();
    await drawer.getByText("outlay-").waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await barriers(page)).toEqual([]);
    await drawer.getByRole("button", { name: "Change" }).click();
    const form = dialog(page, "Change Finance");
    await form.getByLabel("To", { exact: true }).fill("cfo@example.com, ann@example.com");
    await form.getByLabel("CSV by day and model").check();
    await form.getByRole("button", { name: "Save the changes" }).click();
    await drawer.getByText("cfo@example.com, ann@example.com").waitFor();
    const { schedules } = await get<{ schedules: object[] }>(open.url, "/api/v1/reports/schedules");
    expect(schedules).toMatchObject([{ name: "Finance", every: "week", timeZone: "UTC", attach: ["pdf", "csv"] }]);
    await drawer.getByRole("button", { name: "Delete" }).click();
    await dialog(page, "Delete Finance").getByRole("button", { name: "Delete the report" }).click();
    await page.getByText("No reports are scheduled").waitFor();
    expect(await get(open.url, "/api/v1/reports/schedules")).toEqual({ schedules: [] });
    await page.getByRole("combobox", { name: "What" }).selectOption("focus");
    const file = await page.getByRole("link", { name: "Download" }).getAttribute("href");
    expect((await fetch(new URL(file!, open.url))).headers.get("content-disposition")).toContain("focus");
    await fetch(`${open.url}/api/v1/channels/${channel.id}`, { method: "DELETE" });
    expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
    await close();
  });

  test("leads to the first account", async () => {
    const { page, close } = await openPage(browser, settingsAt(open.url, "?tab=people"));
    await page.getByRole("link", { name: "Make the first account" }).click();
    await page.getByRole("heading", { level: 1, name: "Make the first account" }).waitFor();
    await close();
  });

  test("a key is made, records, is changed, gets another token, and is revoked", async () => {
    const { url } = open;
    const { page, complaints, close } = await openPage(browser, settingsAt(url, "?tab=keys"));
    await page.getByRole("button", { name: "New key" }).click();
    const form = dialog(page, "New key");
    await form.getByLabel("Name").fill("shop backend");
    await form.getByLabel("Project").fill("shop");
    await form.getByLabel("Tags").fill("plan=pro");
    await form.getByLabel("Last day").fill("2030-01-31");
    await form.getByRole("button", { name: "Make the key" }).click();
    const token = await shownOnce(page, "The token of shop backend");
    expect(token).toMatch(/^outlay_/);
    expect(searchOf(page)).toBe("?tab=keys");
    const made = (await keyNamed(url, "shop backend"))!;
    expect(made).toMatchObject({
      scopes: ["ingest"],
      attribution: { project: "shop", tags: { plan: "pro" } },
      expiresAt: "2030-01-31T23:59:59.999Z",
    });
    await page.getByRole("button", { name: "Done" }).click();
    expect(await page.content()).not.toContain(token);

    const send = (bearer: string) =>
      fetch(`${url}/api/v1/events`, {
        method: "POST",
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        body: JSON.stringify({ provider: "openai", model: "gpt-5", usage: { inputTokens: 10, outputTokens: 1 } }),
      });
    expect((await send(token)).status).toBe(200);
    const { totals } = await get(url, "/api/v1/query?metrics=calls&filter=project:shop&filter=tag:plan:pro");
    expect(totals["calls"]).toBe(1);

    await page.getByRole("button", { name: "Key shop backend" }).click();
    await eventually(() => searchOf(page)).toBe(`?tab=keys&key=${made.id}`);
    await page.reload();
    const drawer = dialog(page, "shop backend");
    await drawer.getByText("127.0.0.1").waitFor();
    await drawer.getByRole("button", { name: "Change" }).click();
    const change = dialog(page, "Change shop backend");
    await change.getByLabel("Read", { exact: true }).check();
    await change.getByLabel("Tags").fill("");
    await change.getByRole("button", { name: "Save the changes" }).click();
    await eventually(async () => (await keyNamed(url, "shop backend"))?.scopes).toEqual(["ingest", "read"]);
    expect((await keyNamed(url, "shop backend"))?.attribution).toEqual({ project: "shop" });

    await drawer.getByRole("button", { name: "New token" }).click();
    const rotate = dialog(page, "New token for shop backend");
    await rotate.getByLabel("The token before works for").selectOption("No longer: somebody has seen it");
    await rotate.getByRole("button", { name: "Make a new token" }).click();
    const next = await shownOnce(page, "The token of shop backend");
    expect((await send(token)).status).toBe(401);
    expect((await send(next)).status).toBe(200);

    await page.getByRole("button", { name: "Key shop backend" }).click();
    await drawer.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke the key" }).click();
    await page.getByText("No keys yet").waitFor();
    expect((await send(next)).status).toBe(401);
    await page.goto(settingsAt(url, `?tab=keys&key=${made.id}`));
    await page.getByText("This key is not there any more").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("a provider's key is stored and forgotten, and is never shown", async () => {
    const { url } = open;
    const { page, complaints, close } = await openPage(browser, settingsAt(url, "?tab=providers"));
    await page.getByRole("button", { name: "Provider anthropic" }).click();
    const drawer = dialog(page, "anthropic");
    await drawer.getByText(`${url}/gateway/anthropic`, { exact: true }).waitFor();
    await drawer.getByText(`base_url="${url}/gateway/anthropic"`).waitFor();
    await drawer.getByRole("button", { name: "curl" }).click();
    await drawer.getByText(`curl ${url}/gateway/anthropic/v1/messages`).waitFor();
    await drawer.getByRole("button", { name: "Store a key" }).click();
    const form = dialog(page, "Key for anthropic");
    await form.getByLabel("Key").fill("sk-ant-very-secret-7890");
    await form.getByRole("button", { name: "Store the key" }).click();
    await drawer.getByText("…7890").waitFor();
    await drawer.getByText("the stored key pays").waitFor();
    expect(await page.content()).not.toContain("very-secret");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Stored key for anthropic" }).click();
    // The language that was chosen stays, for this provider and the next.
    await eventually(() => [...new URL(page.url()).searchParams].toSorted()).toEqual([
      ["provider", "anthropic"],
      ["snippet", "curl"],
      ["tab", "providers"],
    ]);
    await drawer.getByRole("button", { name: "Forget it" }).click();
    await page.getByRole("button", { name: "Forget the key" }).click();
    await drawer.getByText("None. With one").waitFor();
    expect(await get(url, "/api/v1/provider-keys")).toEqual({ providerKeys: [] });
    expect(complaints).toEqual([]);
    await close();
  });

  test("a webhook gets its test message, signed anew after another secret; what fails is tried again", async () => {
    const { url } = open;
    const hook = await startHook();
    const { page, complaints, close } = await openPage(browser, settingsAt(url, "?tab=channels&channel=new"));
    const form = dialog(page, "New channel");
    await form.getByLabel("Kind").selectOption("Webhook: a program of yours");
    await form.getByLabel("Name").fill("pager");
    await form.getByLabel("Address").fill("not an address");
    await form.getByRole("button", { name: "Add the channel" }).click();
    await form.getByRole("alert").getByText("settings.url").waitFor();
    await form.getByLabel("Address").fill(hook.url);
    await form.getByRole("button", { name: "Add the channel" }).click();
    const secret = await shownOnce(page, "The secret of pager");
    expect(secret).toMatch(/^whsec_/);

    await page.getByRole("button", { name: "Channel pager" }).click();
    const drawer = dialog(page, "pager");
    await drawer.getByRole("button", { name: "Send a test message" }).click();
    await drawer.getByText("It has arrived.").waitFor();
    await drawer.getByText("taken, thank you").waitFor();
    expect(hook.titles("alert.test")).toEqual(["This channel works"]);

    await drawer.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await expect.poll(() => shownOnce(page, "The secret of pager")).not.toBe(secret);

    hook.status = 400;
    await page.getByRole("button", { name: "Channel pager" }).click();
    await drawer.getByRole("button", { name: "Send a test message" }).click();
    await drawer.getByText("It has not arrived").waitFor();
    await page.keyboard.press("Escape");
    await postJson(`${url}/api/v1/budgets`, { name: "harbour", amountUsd: 1, period: "day", filters: ["project:h"] });
    await record(url, [{ provider: "openai", model: "gpt-5", project: "h", reportedCostUsd: 0.91 }]);
    await page.getByRole("button", { name: "Given up" }).click();
    await eventually(() => searchOf(page)).toBe("?tab=channels&status=failed");
    await page.getByRole("button", { name: /^Message Budget harbour .* to pager/ }).click();
    const message = dialog(page, /^Budget harbour/);
    await message.getByText("did not arrive").waitFor();
    hook.status = 200;
    await message.getByRole("button", { name: "Try again now" }).click();
    await message.getByText("arrived", { exact: true }).waitFor();
    expect(hook.titles("alert.fired").filter((title) => title.startsWith("Budget harbour"))).toHaveLength(2);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Message Budget harbour/ }).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Message This channel works to pager" }).click();
    const ofTest = dialog(page, "This channel works");
    await ofTest.getByText("did not arrive").waitFor();
    expect(await ofTest.getByRole("button", { name: "Try again now" }).count()).toBe(0);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Channel pager" }).click();
    await drawer.getByRole("button", { name: "Change" }).click();
    const change = dialog(page, "Change pager");
    await change.getByLabel("On", { exact: true }).uncheck();
    await change.getByLabel("At most so many messages a minute").fill("7");
    await change.getByRole("button", { name: "Save the changes" }).click();
    await drawer.getByText("off: nothing is sent there", { exact: true }).waitFor();
    const { channels } = await get<{ channels: object[] }>(url, "/api/v1/channels");
    expect(channels).toMatchObject([{ name: "pager", enabled: false, maxPerMinute: 7 }]);
    await drawer.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the channel" }).click();
    await page.getByText("No channels yet").waitFor();
    // Refused forms are said by the browser too.
    expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
    await close();
  });

  test("an e-mail channel asks for what a mail server needs", async () => {
    const { page, close } = await openPage(browser, settingsAt(open.url, "?tab=channels&channel=new"));
    const form = dialog(page, "New channel");
    await form.getByLabel("Kind").selectOption("E-mail, through a mail server");
    await form.getByLabel("Name", { exact: true }).fill("mail");
    await form.getByLabel("Mail server").fill("mail.example.com");
    await form.getByLabel("Encryption").selectOption("TLS from the first byte");
    await form.getByLabel("From").fill("Outlay <outlay@example.com>");
    await form.getByLabel("To").fill("ops@example.com\nfinance@example.com");
    await form.getByRole("button", { name: "Add the channel" }).click();
    await dialog(page, "mail").getByText("ops@example.com, finance@example.com").first().waitFor();
    const { channels } = await get<{ channels: { name: string }[] }>(open.url, "/api/v1/channels");
    expect(channels.find(({ name }) => name === "mail")).toMatchObject({
      settings: { host: "mail.example.com", security: "tls", to: ["ops@example.com", "finance@example.com"] },
    });
    await close();
  });

  test("a charge is recorded and stands in the trail", async () => {
    const { page, complaints, close } = await openPage(browser, settingsAt(open.url, "?tab=charges"));
    await page.getByRole("button", { name: "Record a charge" }).click();
    await eventually(() => searchOf(page)).toBe("?tab=charges&charge=new");
    const form = dialog(page, "Record a charge");
    await form.getByLabel("Amount in dollars").fill("200.000000001");
    await form.getByLabel("What for").fill("Team plan");
    await form.getByRole("button", { name: "Record it" }).click();
    await page.getByTitle("$200.000000001").first().waitFor();
    await page.getByRole("button", { name: "Audit trail" }).click();
    await eventually(() => searchOf(page)).toBe("?tab=audit");
    await page
      .getByRole("textbox", { name: "What" })
      .or(page.getByRole("searchbox", { name: "What" }))
      .fill("settings");
    await page.getByRole("button", { name: "Find" }).click();
    await eventually(() => searchOf(page)).toBe("?tab=audit&action=settings");
    await page
      .getByRole("button", { name: /^Details: settings_changed/ })
      .first()
      .click();
    await dialog(page, "settings changed").getByText("Asia/Kolkata").first().waitFor();
    await page.reload();
    await dialog(page, "settings changed").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("with accounts", () => {
  test("a member is invited and comes; what they may, and their team, is changed; they go", async () => {
    const { url, ada, storageState } = await startWithAccounts();
    const { page, complaints, close } = await openPage(browser, settingsAt(url, "?tab=people"), {
      ...LOOKS["desk-light"],
      storageState,
    });
    await page.getByRole("button", { name: "Invite" }).click();
    const form = dialog(page, "Invite somebody");
    await form.getByLabel("E-mail").fill("grace@example.com");
    await form.getByLabel("User").fill("grace");
    await form.getByRole("button", { name: "Make the link" }).click();
    const link = await shownOnce(page, "The invitation for grace@example.com");
    await page.getByRole("region", { name: "Open invitations" }).getByText("grace@example.com").first().waitFor();

    const guest = await openPage(browser, link);
    await guest.page.getByRole("heading", { level: 1, name: "Welcome to Outlay" }).waitFor();
    await guest.page.getByLabel("Name").fill("Grace Hopper");
    await guest.page.getByLabel("New password").fill(PASSWORD);
    await guest.page.getByRole("button", { name: "Make my account" }).click();
    await guest.page.getByRole("button", { name: "Account of Grace Hopper" }).waitFor();
    // What is for administrators only does not exist for her.
    await guest.page.goto(settingsAt(url));
    await guest.page.getByRole("button", { name: "Exports" }).waitFor();
    const tabs = guest.page.getByRole("group", { name: "Part of the settings" }).getByRole("button");
    expect(await tabs.allTextContents()).toEqual(["Subscriptions", "Charges", "Exports"]);
    expect(await guest.page.getByRole("button", { name: "Record a charge" }).count()).toBe(0);
    for (const address of [settingsAt(url, "?tab=keys"), `${url}/reconciliation`]) {
      await guest.page.goto(address);
      await guest.page.getByText("This is not open to you").waitFor();
    }
    expect(guest.complaints).toEqual([]);

    await page.reload();
    await page.getByRole("button", { name: "New team" }).click();
    const team = dialog(page, "New team");
    await team.getByLabel("Name").fill("Search");
    await team.getByLabel("Add somebody").selectOption("Grace Hopper, grace@example.com");
    await team.getByLabel("Grace Hopper is a").selectOption("Lead");
    await team.getByRole("button", { name: "Make the team" }).click();
    await page.getByRole("button", { name: "Team Search" }).waitFor();
    const { teams } = (await ada.ask<{ teams: object[] }>("GET", "/api/v1/teams")).json;
    expect(teams).toMatchObject([{ name: "Search", members: [{ name: "Grace Hopper", lead: true }] }]);

    await page.getByRole("button", { name: "Account of Grace Hopper" }).click();
    await eventually(() => searchOf(page)).toMatch(/^\?tab=people&person=/);
    const drawer = dialog(page, "Grace Hopper");
    await drawer.getByLabel("Role").selectOption("Viewer: sees everybody's, changes nothing");
    await drawer.getByRole("button", { name: "Save the changes" }).click();
    const grace = async () => {
      const { people } = (await ada.ask<{ people: Record<string, unknown>[] }>("GET", "/api/v1/people")).json;
      return people.find(({ email }) => email === "grace@example.com");
    };
    await eventually(async () => (await grace())?.["role"]).toBe("viewer");
    expect(await grace()).toMatchObject({ user: "grace", disabled: false });

    await page.getByRole("button", { name: "Account of Grace Hopper" }).click();
    await drawer.getByRole("button", { name: "Sign out everywhere" }).click();
    await drawer.getByText("They are signed out everywhere").waitFor();
    await guest.page.goto(settingsAt(url));
    await guest.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await drawer.getByRole("button", { name: "Password link" }).click();
    const passwordLink = await shownOnce(page, /Grace Hopper chooses a new password/);
    await guest.page.goto("about:blank");
    await guest.page.goto(passwordLink);
    await guest.page.getByRole("heading", { name: "Choose a new password" }).waitFor();
    await guest.close();

    await page.getByRole("button", { name: "Account of Grace Hopper" }).click();
    await drawer.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove the account" }).click();
    await eventually(grace).toBeUndefined();

    // The last administrator stays one.
    await page.getByRole("row").getByRole("button", { name: "Account of Ada Lovelace" }).click();
    const own = dialog(page, "Ada Lovelace");
    await own.getByLabel("Role").selectOption("Member: sees their own calls");
    await own.getByRole("button", { name: "Save the changes" }).click();
    await own.getByRole("alert").getByText("administrator").waitFor();
    expect(complaints.filter((text) => !text.includes("409"))).toEqual([]);
    await close();
  });

  test("accounts are made without a password, and invitations taken back", async () => {
    const { url, ada, storageState } = await startWithAccounts();
    await ada.ask("POST", "/api/v1/invitations", { email: "eve@example.com" });
    const { page, complaints, close } = await openPage(browser, settingsAt(url, "?tab=people&person=new"), {
      ...LOOKS["desk-light"],
      storageState,
    });
    const form = dialog(page, "New account");
    await form.getByLabel("Name").fill("Alan Turing");
    await form.getByLabel("E-mail").fill("alan@example.com");
    await form.getByRole("button", { name: "Make the account" }).click();
    expect(await shownOnce(page, "The link with which Alan Turing chooses a password")).toContain("/sign-in/link#");
    await page.getByRole("button", { name: "Take back the invitation of eve@example.com" }).click();
    await eventually(async () => (await ada.ask("GET", "/api/v1/invitations")).json["invitations"]).toEqual([]);
    await eventually(() => page.getByRole("region", { name: "Open invitations" }).count()).toBe(0);
    await ada.ask("POST", "/api/v1/invitations", { role: "viewer" });
    const ready = shows("Alan Turing");
    await checkLooks(browser, settingsAt(url, "?tab=people"), "settings-people", ready, true, { storageState });
    for (const [path, size] of [
      ["?tab=people&person=invite", "phone-dark"],
      ["?tab=people&team=new", "desk-light"],
    ] as const) {
      const look = await openPage(browser, settingsAt(url, path), { ...LOOKS[size], storageState });
      await look.page.getByRole("button", { name: "Account of Alan Turing" }).waitFor({ state: "attached" });
      expect(await overflowPx(look.page), path).toBe(0);
      expect(await barriers(look.page), path).toEqual([]);
      await look.close();
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

test("look good everywhere, and are for everybody", async () => {
  const { url } = open;
  const made = await postJson(`${url}/api/v1/keys`, { name: "ci", scopes: ["admin"], attribution: { agent: "ci" } });
  const { key } = (await made.json()) as { key: Key };
  await checkLooks(browser, settingsAt(url), "settings", shows("Calls recorded"));
  await checkLooks(browser, settingsAt(url, "?tab=keys"), "settings-keys", shows("Administer"));
  await checkLooks(browser, settingsAt(url, "?tab=channels"), "settings-channels", shows("Goes to"));
  for (const [path, ready] of [
    [`?tab=keys&key=${key.id}`, "Token ends with"],
    ["?tab=keys&key=new", "What it is for"],
    ["?tab=people", "There are no accounts"],
    ["?tab=providers", "Put an address into your SDK"],
    ["?tab=providers&provider=openai", "JavaScript"],
    ["?tab=channels&channel=new", "Add the channel"],
    ["?setting=retentionDays", "What is older is deleted"],
    ["?tab=charges&charge=new", "Amount in dollars"],
    ["?tab=exports", "Download"],
    ["?tab=exports&report=new", "New report"],
    ["?tab=audit", "Find"],
  ] as const) {
    const narrow = await openPage(browser, settingsAt(url, path), { viewport: { width: 360, height: 740 } });
    await narrow.page.getByText(ready).first().waitFor();
    expect(await overflowPx(narrow.page), path).toBe(0);
    expect(await barriers(narrow.page), path).toEqual([]);
    await narrow.close();
  }
});

/** A program that takes webhooks, as `status` says. */
async function startHook() {
  const bodies: { type: string; data: { title: string } }[] = [];
  const hook = {
    url: "",
    status: 200,
    titles: (type: string) => bodies.flatMap((body) => (body.type === type ? [body.data.title] : [])),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(hook.status, { "content-type": "text/plain" }).end("taken, thank you");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return hook;
}
