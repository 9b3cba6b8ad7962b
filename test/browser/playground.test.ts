import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { exportedEvents, get } from "../api.ts";
import { startMock } from "../providers/start-mock-provider.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { LOOKS, barriers, launchChromium, openPage, overflowPx } from "./chromium.ts";
import { eventually, numberIn } from "./page-tools.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
});

/** The built server, whose gateway leads to a mock provider that answers as told. */
async function startPlayground(behave = "") {
  const mock = await startMock(behave);
  onTestFinished(async () => void (await mock.stop()));
  const dataDir = temporaryFolder();
  const at = (path: string, language: string, billedAs = language) => ({
    baseUrl: mock.url + path,
    language,
    billedAs,
  });
  const providers = {
    "a-mock": at("/openai", "openai"),
    claude: at("/anthropic", "anthropic"),
    gemini: at("/google", "google"),
  };
  writeFileSync(join(dataDir, "outlay.config.json"), JSON.stringify({ providers }));
  const server = await startServer({ dataDir, built: true, args: ["--mock-providers", mock.url] });
  onTestFinished(() => server.kill());
  return { mock, server };
}

async function ask(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
}

const costs = (page: Page) => page.getByRole("log").getByRole("button", { name: /^Cost of this answer/ });

describe("the playground", () => {
  test("talks through the gateway, and shows the cost of each answer and of the whole", async () => {
    const { server, mock } = await startPlayground();
    const { page, complaints, close } = await openPage(browser, `${server.url}/playground`);
    await page.getByRole("combobox", { name: "Provider" }).selectOption("openai");
    await ask(page, "How much is the fish?");
    await page.getByRole("log").getByText("You said: How much is the fish?").waitFor();
    await page.getByRole("button", { name: /^Cost of this answer: .*\$0\.\d+, low$/ }).waitFor();
    await ask(page, "And the chips?");
    await eventually(() => page.getByRole("button", { name: /^Cost of this answer: .*\$/ }).count()).toBe(2);

    const events = await exportedEvents(server.url);
    expect(events).toHaveLength(2);
    const [{ session } = { session: "" }] = events;
    expect(events.every((event) => event.session === session && event.source === "gateway")).toBe(true);
    const { session: sums } = await get<{ session: { cost: number } }>(server.url, `/api/v1/sessions/${session}`);
    const shown = page.getByTestId("session-cost");
    await eventually(async () => numberIn((await shown.getAttribute("title")) ?? "")).toBeCloseTo(sums.cost, 9);
    await page.getByRole("progressbar", { name: /^This chat: 0\.\d+ % of the limit used$/ }).waitFor();

    // The whole talk goes to the provider, without what only Outlay is told.
    const [, second] = await mock.requests();
    expect(second!.body).toContain("How much is the fish?");
    expect(Object.keys(second!.headers).filter((name) => name.startsWith("x-outlay"))).toEqual([]);

    await costs(page).first().click();
    const total = page.getByRole("tooltip").locator("tfoot td");
    const dearest = events.map(({ costUsd }) => costUsd!);
    await eventually(async () => dearest.includes(numberIn(await total.innerText()))).toBe(true);

    await page.getByRole("button", { name: "Call by call" }).click();
    const drawer = page.getByRole("dialog", { name: "Costs of this chat" });
    await eventually(() => drawer.getByRole("listitem").count()).toBe(2);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "All sessions" }).click();
    await page.getByRole("dialog", { name: "Costs of sessions" }).getByRole("button", { name: session! }).click();
    await eventually(() => page.getByRole("list", { name: "Calls" }).getByRole("listitem").count()).toBe(2);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "New chat" }).click();
    await page.getByText("No cost yet").waitFor();
    expect(await costs(page).count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(["claude", "gemini"])("speaks the language of each provider: %s", async (provider) => {
    const { server } = await startPlayground();
    const { page, complaints, close } = await openPage(browser, `${server.url}/playground`);
    await page.getByRole("combobox", { name: "Provider" }).selectOption(provider);
    await ask(page, "Bonjour");
    await page.getByRole("log").getByText("You said: Bonjour").waitFor();
    await page.getByRole("button", { name: /^Cost of this answer: .*\$0\.\d+, low$/ }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("stops an answer, and shows what it cost until then as an estimate", async () => {
    const { server } = await startPlayground("chunk-delay=150; tokens=400");
    const { page, close } = await openPage(browser, `${server.url}/playground`);
    await page.getByRole("combobox", { name: "Provider" }).selectOption("openai");
    await ask(page, "Tell me everything");
    await page
      .getByRole("log")
      .getByText(/Hello from the mock/)
      .waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("· stopped").waitFor();
    const cost = page.getByRole("button", { name: /^Cost of this answer: ~.*, estimated, low$/ });
    await cost.waitFor();
    await cost.click();
    expect(await page.getByRole("tooltip").innerText()).toMatch(/estimated/);
    expect(await page.getByTestId("session-cost").innerText()).toMatch(/^~/);
    await page.getByText("The tokens of 1 call were estimated.").waitFor();
    await page.getByRole("button", { name: "Ask again" }).click();
    await eventually(() =>
      page
        .getByRole("log")
        .getByText(/Hello from the mock/)
        .count(),
    ).toBe(1);
    await close();
  });

  test("says what the provider refused, and asks again", async () => {
    const { server } = await startPlayground("status=429; times=1");
    const { page, close } = await openPage(browser, `${server.url}/playground`);
    await page.getByRole("combobox", { name: "Provider" }).selectOption("openai");
    await ask(page, "Hello?");
    const problem = page.getByRole("log").getByRole("alert");
    await eventually(() => problem.innerText()).toMatch(/^429: \S+/);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.getByRole("log").getByText("You said: Hello?").waitFor();
    await eventually(() => problem.count()).toBe(0);
    await close();
  });

  test("never calls an unknown price zero", async () => {
    const { server } = await startPlayground();
    const { page, complaints, close } = await openPage(browser, `${server.url}/playground`);
    await page.getByRole("combobox", { name: "Provider" }).selectOption("openai");
    await page.getByRole("combobox", { name: "Model" }).fill("nobody-knows-me");
    await ask(page, "What are you?");
    await page.getByRole("button", { name: "Cost of this answer: unpriced, no price is known" }).waitFor();
    await eventually(() => page.getByTestId("session-cost").innerText()).toBe("Unpriced");
    await page.getByText("1 call without a known price is not in the sum.").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("keeps a typed key in the tab, and gives it to the provider alone", async () => {
    const mock = await startMock();
    onTestFinished(async () => void (await mock.stop()));
    const dataDir = temporaryFolder();
    const providers = { mine: { baseUrl: `${mock.url}/openai`, language: "openai", billedAs: "openai" } };
    writeFileSync(join(dataDir, "outlay.config.json"), JSON.stringify({ providers }));
    const server = await startServer({ dataDir, built: true });
    onTestFinished(() => server.kill());
    const { page, complaints, close } = await openPage(browser, `${server.url}/playground`);
    await page.getByRole("combobox", { name: "Provider" }).selectOption("mine");
    await page.getByText("Enter a key first.").waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await page.getByLabel("Key", { exact: true }).fill("sk-of-my-own");
    await ask(page, "Hi");
    await page.getByRole("button", { name: /^Cost of this answer: .*\$/ }).waitFor();
    expect(await mock.requests()).toHaveLength(1);
    expect(await page.evaluate("JSON.stringify(localStorage)")).not.toContain("sk-of-my-own");
    await page.reload();
    await page.getByRole("combobox", { name: "Provider" }).selectOption("mine");
    expect(await page.getByLabel("Key", { exact: true }).inputValue()).toBe("sk-of-my-own");
    const [event] = await exportedEvents(server.url);
    expect(event!.credential).toBe(`key-${hash("sha256", "sk-of-my-own").slice(0, 8)}`);
    expect(JSON.stringify(event)).not.toContain("sk-of-my-own");
    expect(server.output()).not.toContain("sk-of-my-own");
    expect(complaints).toEqual([]);
    await close();
  });

  test("is one step from the overview, and back", async () => {
    const { server } = await startPlayground();
    const { page, complaints, close } = await openPage(browser, server.url);
    await page.getByRole("link", { name: "Playground" }).click();
    await page.getByRole("heading", { name: "What does a conversation cost?" }).waitFor();
    expect(await page.getByRole("link", { name: "Playground" }).getAttribute("aria-current")).toBe("page");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("Waiting for the first event…").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("works by keyboard alone", async () => {
    const { server } = await startPlayground("chunk-delay=100; tokens=200");
    const { page, complaints, close } = await openPage(browser, `${server.url}/playground`);
    const field = page.getByRole("textbox", { name: "Message" });
    await field.focus();
    await page.keyboard.type("One");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("Two");
    await page.keyboard.press("Enter");
    await page
      .getByRole("log")
      .getByText(/Hello from the mock/)
      .waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("· stopped").waitFor();
    expect(await page.getByRole("log").innerText()).toMatch(/One\nTwo/);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(Object.entries(LOOKS))("is whole and without barriers: %s", async (name, look) => {
    const { server } = await startPlayground();
    const { page, complaints, close } = await openPage(browser, `${server.url}/playground`, look);
    await page.getByRole("button", { name: "Explain tokens in two sentences" }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Explain tokens in two sentences" }).click();
    await page.getByRole("button", { name: /^Cost of this answer: .*\$/ }).click();
    await page.getByRole("tooltip").waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await barriers(page)).toEqual([]);
    const folder = join(import.meta.dirname, "../screenshots");
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `playground-${name}.png`) });
    expect(complaints).toEqual([]);
    await close();
  });

  test.each([320, 768, 1024])("cuts nothing off at %i pixels", async (width) => {
    const { server } = await startPlayground();
    const { page, close } = await openPage(browser, `${server.url}/playground`, { viewport: { width, height: 800 } });
    await page.getByRole("button", { name: "Explain tokens in two sentences" }).waitFor();
    expect(await overflowPx(page)).toBe(0);
    await close();
  });
});

test("the demo has a mock model in its playground", async () => {
  const demo = await startDemo();
  onTestFinished(demo.stop);
  const { page, complaints, close } = await openPage(browser, `${demo.url}/playground`);
  await page.getByText("Made-up answers", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Write a haiku about invoices" }).click();
  await page.getByRole("button", { name: /^Cost of this answer: .*\$/ }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

/** `outlay demo`, as users start it. */
async function startDemo(): Promise<{ url: string; stop: () => Promise<void> }> {
  const outlay = join(import.meta.dirname, "../../packages/server/bin/outlay.js");
  const args = ["demo", "--json", "--port", "0", "--days", "3", "--events", "200", "--no-live"];
  const child = spawn(process.execPath, [outlay, ...args, "--data", temporaryFolder()], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, OUTLAY_REFRESH_PRICES: "off" },
  });
  const exited = once(child, "exit");
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), "line"),
    exited.then(([code]) => Promise.reject(new Error(`the demo ended with ${code}`))),
  ])) as [string];
  return {
    url: (JSON.parse(line) as { url: string }).url,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
