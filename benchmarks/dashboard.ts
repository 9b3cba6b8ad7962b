/**
 * How fast is the dashboard in a real browser? From the click on its address until every part of the overview shows its
 * numbers, and from the click on a filter until all show the new ones; at ten million events and, as the yardstick, at a
 * hundredth of them. Then what Lighthouse says of it.
 *
 *   npx node --conditions=source benchmarks/dashboard.ts [--small 100000] [--large 10000000] [--rounds 9] [--no-lighthouse] [--pages]
 *
 * `--pages` also times every other page, from its address to the moment at which nothing on it waits any more.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Browser, Locator, Page } from "playwright-core";

import { findChromium } from "../scripts/find-chromium.ts";
import { launchChromium } from "../test/browser/chromium.ts";
import { startServer } from "../test/start-server.ts";
import { dataset } from "./dataset.ts";
import { median, printResult, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    small: { type: "string", default: "100000" },
    large: { type: "string", default: "10000000" },
    rounds: { type: "string", default: "9" },
    "no-lighthouse": { type: "boolean", default: false },
    pages: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const LIGHTHOUSE = "lighthouse@13.5.0";

/** Run in the page: cards with numbers, a drawn chart, four rankings and calls; and nothing is dimmed or on its way. */
const IS_COMPLETE = `() =>
  document.querySelectorAll("main article p[title]").length >= 5 &&
  document.querySelectorAll("[data-bar]").length > 0 &&
  document.querySelectorAll("main table").length >= 5 &&
  document.querySelector("main [aria-busy=true], main .progress") === null`;

const COMPLETE_AT_MS = completeAt(IS_COMPLETE);

/** Run in any page: it has its heading, and nothing on it waits for an answer. */
const IS_SETTLED = `() =>
  document.querySelector("main h1") !== null &&
  document.querySelector("[aria-busy=true], main .progress") === null`;

/** Beside the overview. Calls under a filter, as somebody finds them who asks where the money goes. */
const PAGES = [
  "usage",
  "explore",
  "calls",
  "calls?filter=model:gpt-4o&filter=status:error",
  "sessions",
  "users",
  "agents",
  "work-items",
  "analytics",
  "insights",
  "limits",
];

/** Run in the page: resolves with its own clock once `isComplete` holds in two frames one after the other. */
function completeAt(isComplete: string): string {
  return `new Promise((resolve) => {
  const isComplete = ${isComplete};
  let frames = 0;
  const look = () => {
    frames = isComplete() ? frames + 1 : 0;
    if (frames === 2) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;
}

interface Times {
  overview: number;
  filter: number;
  period: number;
}

const browser = await launchChromium();
const folders = [await dataset(Number(values.small)), await dataset(Number(values.large))] as const;
const servers = await Promise.all(folders.map((dataDir) => startServer({ dataDir, built: true })));
const [small, large] = servers.map(({ url }) => url) as [string, string];

// Both in turn, so that what else the machine does meets both; the first round of each fills caches and is left out.
const measured: { small: Times[]; large: Times[] } = { small: [], large: [] };
for (let round = 0; round <= rounds; round++) {
  const [one, other] = [await visit(browser, small), await visit(browser, large)];
  if (round === 0) continue;
  measured.small.push(one);
  measured.large.push(other);
}
const parts: [keyof Times, string, number][] = [
  ["overview", "overview complete, empty browser cache", 1_000],
  ["filter", "filter change complete", 300],
  ["period", "period change complete", 300],
];
for (const [part, name, limitMs] of parts) {
  const [few, many] = [measured.small, measured.large].map((times) => median(times.map((time) => time[part])));
  if (few === undefined || many === undefined) throw new Error("nothing was measured");
  printResult(`${name}, ${thousands(Number(values.large))} events`, `${many.toFixed(0)} ms`, {
    ok: many < limitMs,
    what: `below ${thousands(limitMs)} ms`,
  });
  printResult(`  against ${thousands(Number(values.small))} events (${few.toFixed(0)} ms)`, (many / few).toFixed(2));
}
if (values.pages) for (const path of PAGES) await reportPage(path);
await browser.close();
if (!values["no-lighthouse"]) {
  for (const form of ["desktop", "mobile"] as const) reportLighthouse(form, large);
}
await Promise.all(servers.map((server) => server.stop()));

/** One visit in a browser that has seen nothing: opens the overview, filters by its dearest model, changes the period. */
async function visit(chromium: Browser, url: string): Promise<Times> {
  const context = await chromium.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  try {
    await page.goto(url, { waitUntil: "commit" });
    // The page's clock starts with the navigation.
    const overview = await page.evaluate<number>(COMPLETE_AT_MS);
    const row = page
      .getByRole("table", { name: /Cost by model/ })
      .getByRole("button")
      .first();
    const filter = await timed(page, row);
    const period = await timed(page, page.getByRole("button", { name: "90 days" }));
    return { overview, filter, period };
  } finally {
    await context.close();
  }
}

/** A page of either size, in turn as above. The first visit asks what nobody has asked before, and is told apart. */
async function reportPage(path: string): Promise<void> {
  const times: Record<"small" | "large", number[]> = { small: [], large: [] };
  for (let round = 0; round <= rounds; round++) {
    times.small.push(await pageMs(browser, `${small}/${path}`));
    times.large.push(await pageMs(browser, `${large}/${path}`));
  }
  const [few, many] = [times.small, times.large].map(([, ...later]) => median(later));
  if (few === undefined || many === undefined) throw new Error("nothing was measured");
  printResult(
    `/${path}, ${thousands(Number(values.large))} events`,
    `${many.toFixed(0)} ms (first ${times.large[0]?.toFixed(0)} ms; ${(many / few).toFixed(2)} of ${thousands(Number(values.small))})`,
  );
}

/** Milliseconds from the navigation until nothing on the page waits, in a browser that has seen nothing. */
async function pageMs(chromium: Browser, url: string): Promise<number> {
  const context = await chromium.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  try {
    await page.goto(url, { waitUntil: "commit" });
    return await page.evaluate<number>(completeAt(IS_SETTLED));
  } finally {
    await context.close();
  }
}

/** Milliseconds from a click until the page is complete again, by the page's own clock. */
async function timed(page: Page, button: Locator): Promise<number> {
  const startMs = await button.evaluate((element: { click: () => void }) => {
    const clickedMs = performance.now();
    element.click();
    return clickedMs;
  });
  return (await page.evaluate<number>(COMPLETE_AT_MS)) - startMs;
}

/** Lighthouse from the package registry, for this run only: it is large, and nothing else needs it. */
function reportLighthouse(form: "desktop" | "mobile", url: string): void {
  const folder = mkdtempSync(join(tmpdir(), "outlay-lighthouse-"));
  const file = join(folder, "report.json");
  const flags = [
    "--only-categories=performance,accessibility",
    "--output=json",
    `--output-path=${file}`,
    "--quiet",
    ...(form === "desktop" ? ["--preset=desktop"] : []),
    "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
  ];
  const scores = { performance: [] as number[], accessibility: [] as number[] };
  for (let run = 0; run < 3; run++) {
    runLighthouse(url, flags);
    const report = JSON.parse(readFileSync(file, "utf8")) as { categories: Record<string, { score: number }> };
    for (const category of ["performance", "accessibility"] as const)
      scores[category].push((report.categories[category]?.score ?? 0) * 100);
  }
  rmSync(folder, { recursive: true, force: true });
  for (const [category, runs] of Object.entries(scores)) {
    const score = median(runs);
    printResult(`Lighthouse, ${form}, ${category}`, score.toFixed(0), { ok: score >= 95, what: "at least 95" });
  }
}

/** It now and then misses the start of a page ("NO_NAVSTART"), and asks to be run again. */
function runLighthouse(url: string, flags: string[]): void {
  for (let attempt = 1; ; attempt++) {
    const ended = spawnSync("npx", ["--yes", LIGHTHOUSE, url, ...flags], {
      encoding: "utf8",
      env: { ...process.env, CHROME_PATH: findChromium() ?? "" },
    });
    if (ended.status === 0) return;
    if (attempt === 3) throw new Error(`Lighthouse ended with ${ended.status}:\n${ended.stderr}`);
  }
}
