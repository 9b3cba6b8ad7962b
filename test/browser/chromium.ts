import axe from "axe-core";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

import { findChromium } from "../../scripts/find-chromium.ts";

/** A real Chromium without a window: the one of CHROMIUM_PATH, else the machine's own. Throws with what to install when there is none. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null || executablePath === undefined) {
    throw new Error(
      "No Chromium found: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to its program.",
    );
  }
  return chromium.launch({ executablePath, args: QUIET });
}

/** Looks in which the page must be good. */
export const LOOKS = {
  "desk-light": { viewport: { width: 1440, height: 900 }, colorScheme: "light" },
  "desk-dark": { viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  "phone-light": { viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true, isMobile: true },
  "phone-dark": { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>;

/** A page of its own, with all that it complained about in its console. */
export async function openPage(browser: Browser, url: string, look: BrowserContextOptions = LOOKS["desk-light"]) {
  const context = await browser.newContext({ ...look, timezoneId: "Europe/Berlin", reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** What keeps people with disabilities from using the page, by WCAG 2.2 AA, in words. */
export async function barriers(page: Page): Promise<string[]> {
  // What waits for an answer is dimmed, which is no contrast to measure; a badge of a page that waits for ever is not.
  await page.locator("css:light=[aria-busy=true]").first().waitFor({ state: "detached" });
  // Run in the page itself: `@axe-core/playwright` carries all that passed through a second page, which takes five times as long.
  await page.evaluate(axe.source);
  const violations = await page.evaluate<Violation[]>(`axe.run(document, ${JSON.stringify(AXE)}).then((result) =>
    result.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`));
}

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

const AXE: axe.RunOptions = {
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  // The others are told in short, without an example of each element.
  resultTypes: ["violations"],
};

/** How many pixels the page is wider than its window. */
export async function overflowPx(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

// Chromium calls its maker at every start unless it is told not to.
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
