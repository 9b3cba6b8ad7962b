import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
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
 * Opens an address in each of the four looks, waits for `ready`, and demands that nothing is cut off, that nobody is kept
 * out (WCAG 2.2 AA) and that the console is silent. Keeps a picture of each look.
 */
export async function checkLooks(
  browser: Browser,
  url: string,
  name: string,
  ready: (page: Page) => Promise<unknown>,
): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const [look, options] of Object.entries(LOOKS)) {
    const { page, complaints, close } = await openPage(browser, url, options);
    await ready(page);
    expect(await overflowPx(page), `${name} ${look}: wider than the window`).toBe(0);
    expect(await barriers(page), `${name} ${look}`).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${look}.png`), fullPage: true });
    expect(complaints, `${name} ${look}`).toEqual([]);
    await close();
  }
}
