import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { record } from "../api.ts";
import { startServer } from "../start-server.ts";
import type { RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { LOOKS, barriers, launchChromium, openPage, overflowPx } from "./chromium.ts";
import { bundleReactPage, serveComponentPages } from "./component-pages.ts";
import type { ComponentPages } from "./component-pages.ts";
import { eventually } from "./page-tools.ts";

let browser: Browser;
let pages: ComponentPages;
let outlay: RunningServer;
let dataDir: string;

beforeAll(async () => {
  const [chromium, script] = await Promise.all([launchChromium(), bundleReactPage()]);
  browser = chromium;
  pages = await serveComponentPages({
    "/": page(""),
    "/hostile": page(`<link rel="stylesheet" href="/hostile.css">`),
    "/hostile.css": HOSTILE_STYLE,
    "/page.css": PAGE_STYLE,
    "/page.js": script,
  });
  dataDir = mkdtempSync(join(tmpdir(), "outlay-components-"));
  outlay = await startServer({
    dataDir,
    built: true,
    env: { OUTLAY_ALLOWED_ORIGINS: pages.url, OUTLAY_TIMEZONE: "UTC" },
  });
  await record(outlay.url, someSessions());
});
afterAll(async () => {
  await browser?.close();
  await pages?.stop();
  await outlay?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe("the cost badge", () => {
  test("shows amount, level and doubt, in colour and in words", async () => {
    const { page: at, complaints, close } = await openPage(browser, pages.url);
    await badge(at, "low").waitFor();
    expect(await spoken(badge(at, "low"))).toBe("Cost: $0.0022, low");
    expect(await spoken(badge(at, "middle"))).toBe("Cost: $0.042, medium");
    expect(await spoken(badge(at, "high"))).toBe("Cost: $0.31, high");
    expect(await spoken(badge(at, "own"))).toBe("Cost: $0.31, low");
    expect(await spoken(badge(at, "estimated"))).toBe("Cost: ~$0.050, estimated, medium");
    expect(await spoken(badge(at, "unpriced"))).toBe("Cost: unpriced, no price is known");
    expect(await spoken(badge(at, "loading"))).toBe("Cost: loading");
    const colours = await Promise.all(["low", "middle", "high"].map((name) => background(badge(at, name))));
    expect(new Set(colours).size).toBe(3);
    // One, two and three bars.
    const bars = (name: string) => badge(at, name).locator("rect:not(.off)").count();
    expect(await Promise.all(["low", "middle", "high"].map(bars))).toEqual([1, 2, 3]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("explains itself to the keyboard, and Escape takes the explanation away", async () => {
    const { page: at, complaints, close } = await openPage(browser, pages.url);
    await badge(at, "low").waitFor();
    await at.keyboard.press("Tab");
    const tooltip = at.getByRole("tooltip");
    await tooltip.waitFor();
    const lines = (await tooltip.locator("tr").allInnerTexts()).map((text) =>
      text.split(/\s*[\t\n]\s*/).filter(Boolean),
    );
    expect(lines).toEqual([
      ["Input", "1,200", "$0.0009"],
      ["Cached", "1,000", "$0.0027 saved"],
      ["Output", "90", "$0.0014"],
      ["Total", "$0.00225"],
    ]);
    expect(await badge(at, "low").getAttribute("aria-describedby")).toBe(await tooltip.getAttribute("id"));
    expect(await barriers(at)).toEqual([]);
    await at.keyboard.press("Escape");
    await eventually(() => tooltip.count()).toBe(0);
    await at.keyboard.press("Enter");
    await tooltip.waitFor();
    await at.keyboard.press("Tab");
    await eventually(() => badge(at, "middle").getAttribute("aria-describedby")).not.toBeNull();
    expect(await tooltip.count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  test("never calls an unknown cost zero, and states how far an estimate may be off", async () => {
    const { page: at, close } = await openPage(browser, pages.url);
    await badge(at, "unpriced").click();
    const tooltip = at.getByRole("tooltip");
    expect(await tooltip.innerText()).toContain("No price is known for nobody-knows-me.");
    expect(await tooltip.innerText()).not.toContain("$0.00");
    await badge(at, "estimated").click();
    await eventually(() => tooltip.innerText()).toContain("estimated, ± 20 %: between $0.040 and $0.060.");
    await close();
  });

  test("takes nothing from the page's styles, and gives them nothing", async () => {
    const plain = await openPage(browser, pages.url);
    const hostile = await openPage(browser, `${pages.url}/hostile`);
    await badge(plain.page, "low").waitFor();
    await badge(hostile.page, "low").waitFor();
    const look = (at: Page) =>
      badge(at, "low").evaluate((element) => {
        const { color, backgroundColor, fontSize, fontFamily, textTransform, letterSpacing, padding } =
          getComputedStyle(element);
        const { width, height } = (element as unknown as Box).getBoundingClientRect();
        return { color, backgroundColor, fontSize, fontFamily, textTransform, letterSpacing, padding, width, height };
      });
    expect(await look(hostile.page)).toEqual(await look(plain.page));
    expect(await plain.page.evaluate("[document.styleSheets.length, document.adoptedStyleSheets.length]")).toEqual([
      1, 0,
    ]);
    await Promise.all([plain.close(), hostile.close()]);
  });

  test("fetches a call by its id from a server of another origin, also one that is recorded later", async () => {
    const id = "recorded-later";
    const { page: at, close } = await openPage(browser, show("event", { event: id }));
    await at.getByRole("button", { name: "Cost of the answer: loading" }).waitFor();
    await record(outlay.url, [{ ...CALL, id }]);
    await at.getByRole("button", { name: /^Cost of the answer: \$0\.0\d+, (low|medium)$/ }).waitFor();
    await at.getByRole("button", { name: /^Cost of the answer/ }).click();
    expect(await at.getByRole("tooltip").innerText()).toContain("saved");
    await close();
  });

  test("says why there is no cost, and asks again when pressed", async () => {
    const server = await startServer({ dataDir: temporaryFolder(), env: { OUTLAY_ALLOWED_ORIGINS: pages.url } });
    onTestFinished(() => server.kill());
    await server.kill();
    const { page: at, close } = await openPage(browser, show("event", { event: "x", server: server.url }));
    const failed = at.getByRole("button", { name: "Cost of the answer: cost ?, not available" });
    await failed.hover();
    await eventually(() => at.getByRole("tooltip").innerText()).toContain("The Outlay server does not answer.");
    await close();
  });

  test("is refused to pages of origins that nobody has named", async () => {
    const server = await startServer({ dataDir: temporaryFolder() });
    onTestFinished(() => server.kill());
    await record(server.url, [{ ...CALL, id: "secret" }]);
    const { page: at, close } = await openPage(browser, show("event", { event: "secret", server: server.url }));
    await at.getByRole("button", { name: "Cost of the answer: cost ?, not available" }).waitFor();
    await close();
  });

  test.each(Object.entries(LOOKS))("is without barriers: %s", async (name, look) => {
    const { page: at, complaints, close } = await openPage(browser, pages.url, look);
    await badge(at, "low").click();
    await at.getByRole("tooltip").waitFor();
    expect(await barriers(at)).toEqual([]);
    expect(await overflowPx(at)).toBe(0);
    await screenshot(at, `badges-${name}`);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("live costs", () => {
  test("share one connection, go on after a break, and count nothing twice", async () => {
    const between = await wayTo(outlay.url);
    const { page: at, close } = await openPage(browser, show("two-live", { server: between.url }));
    const both = at.getByTestId("live");
    await eventually(() => both.first().innerText()).toMatch(/^live 0 no cost/);
    await record(outlay.url, [{ ...CALL, id: "live-1" }]);
    await eventually(() => both.last().innerText()).toMatch(/^live 1 0\.0\d+ live-1/);
    expect(between.streams()).toBe(1);
    between.cut();
    await record(outlay.url, [
      { ...CALL, id: "live-2" },
      { ...CALL, id: "live-3" },
    ]);
    await eventually(() => both.first().innerText()).toMatch(/^live 3 0\.0\d+ live-3,live-2,live-1/);
    await eventually(() => both.last().innerText()).toMatch(/^live 3 /);
    expect(between.streams()).toBe(2);
    await close();
  });

  test("say that the server is away, and come back with it", async () => {
    const folder = temporaryFolder();
    const env = { OUTLAY_ALLOWED_ORIGINS: pages.url };
    const server = await startServer({ dataDir: folder, env });
    const { port } = new URL(server.url);
    const { page: at, close } = await openPage(browser, show("live", { server: server.url }));
    const line = at.getByTestId("live");
    await eventually(() => line.innerText()).toMatch(/^live/);
    await server.kill();
    await eventually(() => line.innerText()).toMatch(/^away/);
    const again = await startServer({ dataDir: folder, env: { ...env, OUTLAY_PORT: port }, args: ["--port", port] });
    onTestFinished(() => again.kill());
    await eventually(() => line.innerText()).toMatch(/^live/);
    await record(again.url, [{ ...CALL, id: "after" }]);
    await eventually(() => line.innerText()).toMatch(/ after /);
    await close();
  });
});

describe("the costs of sessions", () => {
  test("list, sort, filter and page", async () => {
    const { page: at, complaints, close } = await openPage(browser, show("sessions"));
    const rows = at.getByRole("list", { name: "Sessions" }).getByRole("listitem");
    await eventually(() => rows.count()).toBe(5);
    await at.getByRole("button", { name: "Show more sessions" }).click();
    await eventually(() => rows.count()).toBe(10);

    await at.getByRole("combobox", { name: "Order" }).selectOption("cost");
    await eventually(() => rows.first().innerText()).toContain("session-11");
    await at.getByRole("combobox", { name: "Order" }).selectOption("calls");
    await eventually(() => rows.first().innerText()).toContain("session-0");

    await at.getByRole("button", { name: "Filter" }).click();
    await at.getByRole("textbox", { name: "Model" }).fill("gpt-4o");
    await eventually(() => rows.count()).toBe(1);
    expect(await rows.first().innerText()).toContain("session-3");
    await at.getByRole("button", { name: "Clear" }).click();
    await at.getByRole("spinbutton", { name: "Cost from ($)" }).fill("0.065");
    await eventually(() => rows.count()).toBe(3);
    await at.getByRole("spinbutton", { name: "Cost to ($)" }).fill("0.0651");
    await at.getByText("No session matches the filter.").waitFor();
    await at.getByRole("button", { name: "Clear" }).click();
    await at.getByLabel("From", { exact: true }).fill("2026-11-10");
    await at.getByLabel("To", { exact: true }).fill("2026-11-11");
    await eventually(() => rows.count()).toBe(2);
    expect(complaints).toEqual([]);
    await close();
  });

  test("open a session with its calls, which grows, and go back to the same row", async () => {
    const { page: at, complaints, close } = await openPage(browser, show("sessions"));
    const row = at.getByRole("button", { name: /^session-11/ });
    await row.focus();
    await at.keyboard.press("Enter");
    const calls = at.getByRole("list", { name: "Calls" }).getByRole("listitem");
    await eventually(() => calls.count()).toBe(1);
    expect(await at.evaluate(`${DEEP_FOCUS}.textContent`)).toBe("All sessions");
    await record(outlay.url, [{ ...CALL, id: "grown", session: "session-11" }]);
    await eventually(() => calls.count()).toBe(2);
    expect(await calls.first().getByRole("button").count()).toBe(1);
    await at.getByRole("button", { name: "All sessions" }).press("Enter");
    await eventually(() => at.evaluate(`${DEEP_FOCUS}.dataset.session`)).toBe("session-11");
    expect(complaints).toEqual([]);
    await close();
  });

  test("keep the focus in the drawer, and give it back when Escape closes it", async () => {
    const { page: at, close } = await openPage(browser, show("drawer"));
    const opener = at.getByRole("button", { name: "What did it cost?" });
    await opener.press("Enter");
    const drawer = at.getByRole("dialog", { name: "Costs of sessions" });
    await drawer.waitFor();
    await eventually(() => drawer.getByRole("listitem").count()).toBe(5);
    for (let step = 0; step < 20; step += 1) {
      await at.keyboard.press("Tab");
      expect(await at.evaluate("document.activeElement.tagName")).not.toBe("A");
    }
    await at.keyboard.press("Escape");
    await eventually(() => drawer.count()).toBe(0);
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
    await close();
  });

  test.each(Object.entries(LOOKS))("are whole and without barriers: %s", async (name, look) => {
    const { page: at, complaints, close } = await openPage(browser, show("drawer"), look);
    await at.getByRole("button", { name: "What did it cost?" }).click();
    await eventually(() => at.getByRole("listitem").count()).toBe(5);
    expect(await overflowPx(at)).toBe(0);
    expect(await barriers(at)).toEqual([]);
    await screenshot(at, `sessions-${name}`);
    await at.getByRole("button", { name: "Filter" }).click();
    expect(await barriers(at)).toEqual([]);
    await screenshot(at, `sessions-filter-${name}`);
    await at.getByRole("button", { name: "Filter" }).click();
    await at.getByRole("combobox", { name: "Order" }).selectOption("calls");
    await eventually(() => at.getByRole("listitem").first().innerText()).toContain("session-0");
    await at.getByRole("listitem").first().getByRole("button").click();
    await at.getByRole("list", { name: "Calls" }).getByRole("listitem").first().waitFor();
    expect(await barriers(at)).toEqual([]);
    await screenshot(at, `session-${name}`);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("the web components, on a plain page of another origin", () => {
  test("show numbers, a call by its id, and a drawer that opens and closes", async () => {
    await record(outlay.url, [{ ...CALL, id: "for-elements" }]);
    const plain = await serveComponentPages({
      "/": ELEMENTS_PAGE,
      "/page.css": PAGE_STYLE,
      "/elements.js": ELEMENTS_SCRIPT,
    });
    onTestFinished(plain.stop);
    const named = await startServer({
      dataDir: temporaryFolder(),
      built: true,
      env: { OUTLAY_ALLOWED_ORIGINS: plain.url },
    });
    onTestFinished(() => named.kill());
    await record(named.url, [{ ...CALL, id: "for-elements", session: "s" }]);
    const { page: at, complaints, close } = await openPage(browser, `${plain.url}/?server=${named.url}`);
    await at.locator("#numbers").getByRole("button", { name: "Cost: $0.0042, low" }).waitFor();
    await at
      .locator("#fetched")
      .getByRole("button", { name: /^Cost: \$0\.0\d+, (low|medium)$/ })
      .waitFor();
    await at.locator("#numbers").getByRole("button").click();
    expect(await at.getByRole("tooltip").innerText()).toContain("1,200");
    await at.evaluate("document.querySelector('#numbers').setAttribute('cost-usd', '0.5')");
    await at.locator("#numbers").getByRole("button", { name: "Cost: $0.50, high" }).waitFor();

    await at.evaluate("document.querySelector('outlay-session-costs').setAttribute('open', '')");
    const drawer = at.getByRole("dialog", { name: "Costs of sessions" });
    await drawer.getByRole("listitem").first().waitFor();
    expect(await barriers(at)).toEqual([]);
    await at.keyboard.press("Escape");
    await eventually(() => drawer.count()).toBe(0);
    await eventually(() => at.evaluate("closings")).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });
});

const CALL = {
  provider: "anthropic",
  model: "claude-sonnet-4-5",
  usage: { inputTokens: 1_200, cacheReadTokens: 1_000, outputTokens: 90 },
};

/** Twelve sessions on twelve days, each dearer than the one before; the first has most calls, the fourth another model. */
function someSessions() {
  return Array.from({ length: 12 }, (_, index) => ({
    ...CALL,
    ...(index === 3 ? { provider: "openai", model: "gpt-4o" } : {}),
    id: `call-${index}`,
    session: `session-${index}`,
    agent: "dexter",
    user: `u-${index % 3}`,
    occurredAt: `2026-11-${String(index + 1).padStart(2, "0")}T10:00:00Z`,
    usage: { inputTokens: 1_000 * (index + 1), cacheReadTokens: 500, outputTokens: 300 * index },
  })).concat(
    Array.from({ length: 7 }, (_, index) => ({
      ...CALL,
      id: `more-${index}`,
      session: "session-0",
      agent: "dexter",
      user: "u-0",
      occurredAt: `2026-11-01T09:0${index}:00Z`,
      usage: { inputTokens: 100, cacheReadTokens: 0, outputTokens: 10 },
    })),
  );
}

/** The address of the page with the React components. */
function show(what: string, more: Record<string, string> = {}): string {
  return `${pages.url}/?${new URLSearchParams({ show: what, server: outlay.url, ...more })}`;
}

function page(head: string): string {
  return `<!doctype html><html lang="en"><head><title>Elsewhere</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/page.css">${head}</head>
<body><main><h1>Elsewhere</h1><div id="root"></div></main><script type="module" src="/page.js"></script></body></html>`;
}

const ELEMENTS_PAGE = `<!doctype html><html lang="en"><head><title>Plain</title><link rel="stylesheet" href="/page.css"></head>
<body><main><h1>Plain</h1>
<p>Numbers <outlay-cost-badge id="numbers" cost-usd="0.0042" input-tokens="1200" output-tokens="90"></outlay-cost-badge></p>
<p>Fetched <outlay-cost-badge id="fetched" event-id="for-elements"></outlay-cost-badge></p>
<outlay-session-costs drawer></outlay-session-costs>
</main><script type="module" src="/elements.js"></script></body></html>`;

/** Loads the components from the server of the address: a page would name it in its script element. */
const ELEMENTS_SCRIPT = `
globalThis.closings = 0;
document.querySelector("outlay-session-costs").addEventListener("close", () => (closings += 1));
const script = document.createElement("script");
script.type = "module";
script.src = new URLSearchParams(location.search).get("server") + "/components/outlay.js";
document.head.append(script);
`;

/** In both colours, as the components are. */
const PAGE_STYLE =
  ":root { color-scheme: light dark; background: light-dark(#fff, #0e1013); font-family: sans-serif; }";

/** As bad as a page's styles can be, short of hiding the elements. */
const HOSTILE_STYLE = `
* { color: red !important; font: 40px/3 serif !important; letter-spacing: 5px !important; text-transform: uppercase !important; }
button, span, svg, table, td, p { padding: 30px !important; background: yellow !important; border: 9px solid blue !important; }
.badge, .root, .tooltip, .level { display: none !important; }
`;

// What the functions above find in the browser, where they run.
declare function getComputedStyle(element: object): Record<string, string>;
interface Box {
  getBoundingClientRect(): { width: number; height: number };
}
declare const document: { activeElement: object | null };

/** What has the focus, looked for inside shadow roots. */
const DEEP_FOCUS =
  "(function find(at) { return at.shadowRoot?.activeElement ? find(at.shadowRoot.activeElement) : at })(document.activeElement)";

const badge = (at: Page, name: string) => at.getByTestId(name).getByRole("button");
const background = (element: Locator) => element.evaluate((node) => getComputedStyle(node).backgroundColor);

/** What a screen reader says: the accessible name. */
async function spoken(element: Locator): Promise<string> {
  const tree = await element.ariaSnapshot();
  return /button "(.*?)"/.exec(tree)?.[1] ?? tree;
}

async function screenshot(at: Page, name: string): Promise<void> {
  const folder = join(import.meta.dirname, "../screenshots");
  mkdirSync(folder, { recursive: true });
  await at.screenshot({ path: join(folder, `components-${name}.png`) });
}

/** A way to a server whose connections can be cut, and that counts the streams opened through it. */
async function wayTo(server: string) {
  const { port } = new URL(server);
  const sockets = new Set<Socket>();
  let streams = 0;
  const proxy = createServer((socket) => {
    const upstream = connect(Number(port), "127.0.0.1");
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on("error", () => {});
    }
    socket.on("data", (data: Buffer) => {
      if (data.includes("GET /api/v1/stream")) streams += 1;
    });
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    streams: () => streams,
  };
}
