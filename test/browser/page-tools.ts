import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";

import { LOOKS, barriers, openPage, overflowPx } from "./chromium.ts";

/** Where the pictures of every page are kept, in four looks. */
export const SCREENSHOTS = join(import.meta.dirname, "../screenshots");

/** The page may take its time on a busy machine. */
export const eventually = <T>(value: () => T) => expect.poll(value, { timeout: 20_000 });

/** `$1,234.567` → 1234.567 */
export const numberIn = (text: string) => Number(text.replaceAll(/[^\d.]/g, ""));

/** What the address says after its `?`. */
export const searchOf = (page: Page) => new URL(page.url()).search;

/** The exact number behind a card, which its hover text has in full. Waits until the card has one. */
export async function cardNumber(page: Page, title: string): Promise<number> {
  const card = page.getByRole("article").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
  const text = await card.locator("p[title]").first().getAttribute("title");
  return numberIn(text ?? "");
}

/**
 * Shows an address on a desk and on a phone, light and dark, waits for `ready`, and demands that nothing is cut off, that
 * nobody is kept out (WCAG 2.2 AA; of each size one colour scheme, as that takes seconds) and that the console is silent.
 * Keeps a picture of each look: of the whole page, or of the window. `options`: such as the storage of somebody who is signed in.
 */
export async function checkLooks(
  browser: Browser,
  url: string,
  name: string,
  ready: (page: Page) => Promise<unknown>,
  fullPage = true,
  options: BrowserContextOptions = {},
): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const size of ["desk", "phone"] as const) {
    const { page, complaints, close } = await openPage(browser, url, { ...LOOKS[`${size}-light`], ...options });
    await ready(page);
    expect(await overflowPx(page), `${name} ${size}: wider than the window`).toBe(0);
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      // Drawn anew, which on a busy machine takes its time.
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      if ((size === "desk") === (scheme === "light"))
        expect(await barriers(page), `${name} ${size} ${scheme}`).toEqual([]);
      if (fullPage) await showWhole(page);
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${size}-${scheme}.png`) });
    }
    expect(complaints, `${name} ${size}`).toEqual([]);
    await close();
  }
}

/** Makes the window as high as the page: Chromium's own pictures of whole pages catch charts between two widths. */
export async function showWhole(page: Page): Promise<void> {
  const { width } = page.viewportSize()!;
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  await page.setViewportSize({ width, height });
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}
