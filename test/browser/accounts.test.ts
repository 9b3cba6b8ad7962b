import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { CLIENT, startOidcProvider } from "../access/start-oidc-provider.ts";
import { visitor } from "../access/visitor.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { LOOKS, barriers, launchChromium, openPage, overflowPx } from "./chromium.ts";

const PASSWORD = "correct horse battery staple";
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
});

async function start(options: { args?: string[]; config?: object; env?: Record<string, string> } = {}) {
  const dataDir = temporaryFolder();
  if (options.config !== undefined) writeFileSync(join(dataDir, "outlay.config.json"), JSON.stringify(options.config));
  const server = await startServer({ dataDir, built: true, args: options.args ?? [], env: options.env ?? {} });
  onTestFinished(() => server.kill());
  return { server, url: server.url.replace("0.0.0.0", "127.0.0.1") };
}

async function fill(page: Page, fields: Record<string, string>, button: string): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole("button", { name: button }).click();
}

const ada = { Name: "Ada Lovelace", "E-mail": "ada@example.com", Password: PASSWORD };
const signIn = { "E-mail": ada["E-mail"], Password: PASSWORD };

describe("from an open dashboard to one with accounts", () => {
  test("it says that it is open; the first account closes it, and leads back to where one was going", async () => {
    const { url } = await start();
    const { page, complaints, close } = await openPage(browser, url);
    await page.getByRole("button", { name: "Open: there are no accounts" }).click();
    await page.getByText("whoever uses this machine sees and changes everything").waitFor();
    await page.getByRole("link", { name: "Make the first account" }).click();
    await fill(page, { ...ada, Password: "too short" }, "Make my account");
    expect(new URL(page.url()).pathname).toBe("/set-up");
    await fill(page, ada, "Make my account");
    await page.getByRole("button", { name: "Account of Ada Lovelace" }).waitFor();
    await page.getByText("Live").filter({ visible: true }).waitFor();
    expect(complaints).toEqual([]);

    const other = await openPage(browser, `${url}/playground?period=7d`);
    await fill(other.page, { ...signIn, Password: "wrong" }, "Sign in");
    await other.page.getByRole("alert").getByText("The e-mail address or the password is not right").waitFor();
    await fill(other.page, signIn, "Sign in");
    await other.page.waitForURL(`${url}/playground?period=7d`);
    await other.page.getByRole("textbox", { name: "Message" }).waitFor();

    await page.getByRole("button", { name: "Account of Ada Lovelace" }).click();
    await page.getByRole("link", { name: "Your account" }).click();
    await page.getByRole("button", { name: /^Sign out Chrome on / }).click();
    await expect.poll(() => page.getByRole("button", { name: /^Sign out Chrome on / }).count()).toBe(0);
    // What the other page asks next, it is told that its session is over.
    await other.page.getByRole("link", { name: "Overview" }).click();
    await other.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await other.close();

    await fill(page, { "Current password": PASSWORD, "New password": `${PASSWORD} 2` }, "Change the password");
    await page.getByText("Your password is changed").waitFor();
    await page.getByRole("button", { name: "Account of Ada Lovelace" }).click();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.waitForURL(`${url}/sign-in`);
    await fill(page, { ...signIn, Password: `${PASSWORD} 2` }, "Sign in");
    await page.getByRole("button", { name: "Account of Ada Lovelace" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("where others reach it, every page leads to set-up, which asks for the code of the terminal", async () => {
    const { server, url } = await start({ args: ["--host", "0.0.0.0", "--setup"] });
    const { page, complaints, close } = await openPage(browser, `${url}/playground`);
    await page.waitForURL(`${url}/set-up`);
    const code = /with the code (\S+)/.exec(server.output())![1]!;
    await fill(page, { Code: code, ...ada }, "Make my account");
    await page.getByRole("button", { name: "Account of Ada Lovelace" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("an invitation makes an account, once", async () => {
    const { url } = await start();
    const administrator = visitor(url);
    const body = { name: "Ada", email: "ada@example.com", password: PASSWORD };
    await administrator.ask("POST", "/api/v1/account/set-up", body);
    const { json } = await administrator.ask<{ link: string }>("POST", "/api/v1/invitations", {
      email: "grace@example.com",
    });
    const { page, complaints, close } = await openPage(browser, json.link);
    await fill(page, { Name: "Grace Hopper", "New password": PASSWORD }, "Make my account");
    await page.getByRole("button", { name: "Account of Grace Hopper" }).click();
    await page.getByText("Member: sees their own data").waitFor();
    expect(complaints).toEqual([]);
    await close();
    const again = await openPage(browser, json.link);
    await again.page.getByRole("alert").getByText("This link is not valid any more").waitFor();
    await again.close();
  });

  test("the provider's button goes there and back, under the page's own security policy", async () => {
    const { issuer } = await startOidcProvider({
      grace: { email: "grace@example.com", email_verified: true, name: "Grace Hopper" },
      eve: { email: "eve@elsewhere.example", email_verified: true, name: "Eve" },
    });
    const oidc = { name: "Example login", issuer, clientId: CLIENT.id, allowedDomains: ["example.com"] };
    const { url } = await start({ config: { oidc }, env: { OUTLAY_OIDC_CLIENT_SECRET: CLIENT.secret } });
    await visitor(url).ask("POST", "/api/v1/account/set-up", {
      name: "Ada",
      email: "ada@example.com",
      password: PASSWORD,
    });
    const come = async (name: string) => {
      const { page, close } = await openPage(browser, `${url}/playground`);
      // The provider's own page asks for a font elsewhere.
      await page.route(/^(?!http:\/\/127\.0\.0\.1)/, (route) => route.abort());
      await page.getByRole("button", { name: "Continue with Example login" }).click();
      await page.locator('input[name="login"]').fill(name);
      await page.locator('input[name="password"]').fill("any");
      await page.locator('button[type="submit"]').click();
      await page.locator('button[type="submit"]').click();
      return { page, close };
    };
    const grace = await come("grace");
    await grace.page.getByRole("button", { name: "Account of Grace Hopper" }).waitFor();
    expect(new URL(grace.page.url()).pathname).toBe("/playground");
    await grace.close();
    const eve = await come("eve");
    await eve.page.getByText("There is no account for you here").waitFor();
    await eve.close();
  });
});

test.each(["desk-dark", "phone-light"] as const)("every page is for everybody: %s", async (lookName) => {
  const look = LOOKS[lookName];
  const { url } = await start();
  const pages: [string, string][] = [
    ["/set-up", "Make the first account"],
    ["/sign-in", "No need to sign in"],
    ["/account", "Your account"],
  ];
  const check = async (path: string, heading: string, storage: object = {}) => {
    const { page, complaints, close } = await openPage(browser, url + path, { ...look, ...storage });
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await overflowPx(page)).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  };
  for (const [path, heading] of pages) await check(path, heading);
  const administrator = visitor(url);
  const body = { name: "Ada", email: "ada@example.com", password: PASSWORD };
  await administrator.ask("POST", "/api/v1/account/set-up", body);
  const { json } = await administrator.ask<{ link: string }>("POST", "/api/v1/invitations", {});
  await check("/sign-in", "Sign in");
  await check("/set-up", "Outlay is set up");
  await check(json.link.slice(url.length), "Welcome to Outlay");
  const cookies = [...administrator.cookies].map(([name, value]) => ({ name, value, url }));
  const context = await browser.newContext();
  await context.addCookies(cookies);
  const storageState = await context.storageState();
  await context.close();
  await check("/account", "Your account", { storageState });
});
