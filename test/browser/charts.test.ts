import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { LOOKS, barriers, launchChromium, openPage, overflowPx } from "./chromium.ts";

let browser: Browser;
let gallery: { url: string; stop: () => void };

beforeAll(async () => {
  gallery = await serveGallery();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  gallery?.stop();
});

const FORMS = ["bars", "lines", "ranked", "shares", "small", "prices", "changes", "trace"];
const NARROW = { viewport: { width: 320, height: 640 }, colorScheme: "light" } as const;

describe.each(Object.entries({ ...LOOKS, narrow: NARROW }))("with awkward data, %s:", (name, look) => {
  test.each(FORMS)("%s are whole and without barriers", async (form) => {
    const { page, complaints, close } = await openPage(browser, show(form), look);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await textCutOff(page)).toEqual([]);
    // Of each size one colour scheme, as everywhere: it takes seconds.
    if (name === "desk-light" || name === "phone-dark") expect(await barriers(page)).toEqual([]);
    await screenshot(page, `${form}-${name}`);
    const toggles = page.getByRole("button", { name: "Show as table" });
    for (let left = await toggles.count(); left > 0; left -= 1) await toggles.first().click();
    expect(await overflowPx(page)).toBe(0);
    // Tables look alike on every screen but for their colours, which charts have too.
    if (name === "desk-light") {
      expect(await barriers(page)).toEqual([]);
      await screenshot(page, `${form}-tables`);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("by keyboard,", () => {
  test("a line chart is one tab stop whose arrows walk the buckets and whose Enter narrows", async () => {
    const { page, close } = await openPage(browser, show("lines"));
    const card = page.getByRole("region", { name: "Compared, a gap, a level, filled" });
    await card.getByRole("button", { name: /^Sun, 22 Nov 2026: .*not finished$/ }).focus();
    expect(await card.getByRole("presentation").innerText()).toContain("Not finished yet");
    await page.keyboard.press("ArrowLeft");
    expect(await focused(page)).toMatch(/^Sat, 21 Nov 2026: \$\d/);
    await page.keyboard.press("Enter");
    expect(await selected(page)).toBe('"2026-11-21"');
    await page.keyboard.press("Home");
    await page.keyboard.press("Tab");
    expect(await focused(page)).not.toContain("Nov 2026");
    await close();
  });

  test("a gap says that nothing is known, and is not drawn as zero", async () => {
    const { page, close } = await openPage(browser, show("lines"));
    const card = page.getByRole("region", { name: "Compared, a gap, a level, filled" });
    await card.getByRole("button", { name: /^Sat, 7 Nov 2026: no data, period before/ }).focus();
    expect(await card.getByRole("presentation").innerText()).toContain("no data");
    await close();
  });

  test("rows of bars are one tab stop walked up and down", async () => {
    const { page, close } = await openPage(browser, show("ranked"));
    const card = page.getByRole("region", { name: "By model" });
    await card.getByRole("button", { name: /^anthropic/ }).focus();
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("gpt-5: $225.00, 16%, period before $350.00");
    await page.keyboard.press("Enter");
    expect(await selected(page)).toBe('"gpt-5"');
    await page.keyboard.press("End");
    expect(await focused(page)).toMatch(/^Other: /);
    await close();
  });

  test("prices are walked from change to change", async () => {
    const { page, close } = await openPage(browser, show("prices"));
    const card = page.getByRole("region", { name: "Several meters over two years" });
    await card.getByRole("img", { name: /^announced for/ }).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe("from Thu, 1 Aug 2024: Input $3.00, Output $15.00, Cached input $0.30");
    await close();
  });
});

test("a click on a part of the whole narrows, on the bar and in its legend", async () => {
  const { page, close } = await openPage(browser, show("shares"));
  const card = page.getByRole("region", { name: "Eight parts" });
  await card.locator('[title^="claude-haiku-4-5"]').first().click();
  expect(await selected(page)).toBe('"claude-haiku-4-5"');
  await card.getByRole("button", { name: "gemini-3-pro" }).click();
  expect(await selected(page)).toBe('"gemini-3-pro"');
  await close();
});

const show = (form: string) => `${gallery.url}/?show=${form}`;
const focused = (page: Page) =>
  page.evaluate<string>(
    "((at) => at.getAttribute('aria-label') ?? at.querySelector('.sr-only')?.textContent ?? '')(document.activeElement)",
  );
const selected = (page: Page) => page.evaluate<string>("document.body.dataset.selected");

/** Labels of drawings that stick out of them, at whichever side. */
function textCutOff(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll("svg text")].filter((text) => {
    const own = text.getBoundingClientRect();
    const drawing = text.ownerSVGElement.getBoundingClientRect();
    return own.left < drawing.left - 1 || own.right > drawing.right + 1 || own.top < drawing.top - 1 || own.bottom > drawing.bottom + 1;
  }).map((text) => text.textContent)`);
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(import.meta.dirname, "../screenshots");
  mkdirSync(folder, { recursive: true });
  // A window as high as the page: for `fullPage` Chromium takes pictures of drawings between two widths.
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  const { width } = page.viewportSize() ?? { width: 1440 };
  await page.setViewportSize({ width, height });
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  await page.screenshot({ path: join(folder, `charts-${name}.png`) });
}

/** The page with all charts, built as the dashboard is, and a web server for it. */
async function serveGallery(): Promise<{ url: string; stop: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "outlay-charts-"));
  const root = join(import.meta.dirname, "../..");
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const config = join(root, "packages/dashboard/vite.config.ts");
  const page = join(import.meta.dirname, "charts-page");
  const built = spawnSync(
    process.execPath,
    [vite, "build", page, "--config", config, "--outDir", folder, "--emptyOutDir"],
    { encoding: "utf8" },
  );
  if (built.status !== 0) throw new Error(`vite build ended with ${built.status}:\n${built.stdout}${built.stderr}`);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/favicon.ico") return void response.writeHead(204).end();
    const path = pathname === "/" ? "/index.html" : pathname;
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    return void response.end(readFileSync(join(folder, path)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};
