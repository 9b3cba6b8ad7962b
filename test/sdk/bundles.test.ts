import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Browser } from "playwright-core";

import { exportedEvents } from "../api.ts";
import { launchChromium } from "../browser/chromium.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const DIST = join(import.meta.dirname, "../../packages/sdk/dist");
/** Pages and functions at the edge pay for every kilobyte at each start; growth beyond this wants a reason. */
const MAX_GZIP_BYTES = { browser: 9_300, edge: 9_400, node: 11_500 };

describe("what an application installs", () => {
  it.each(Object.entries(MAX_GZIP_BYTES))("is small: %s", (name, most) => {
    const bytes = gzipSync(readFileSync(join(DIST, `${name}.js`)), { level: 9 }).length;
    expect(bytes).toBeGreaterThan(2_000);
    expect(bytes).toBeLessThan(most);
  });

  it("needs nothing else, and nothing of the server", () => {
    const files = ["", "parts"].flatMap((folder) =>
      existsSync(join(DIST, folder))
        ? readdirSync(join(DIST, folder)).flatMap((name) => (name.endsWith(".js") ? [join(folder, name)] : []))
        : [],
    );
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const name of files) {
      const code = readFileSync(join(DIST, name), "utf8");
      const imports = [...code.matchAll(/\b(?:from|import)\s*\(?\s*[`"']([^`"']+)[`"']/g)].map((match) => match[1]!);
      const foreign = imports.filter((specifier) => !specifier.startsWith("."));
      expect(
        foreign.filter((specifier) => name !== "node.js" || !specifier.startsWith("node:")),
        name,
      ).toEqual([]);
      expect(/strictObject|ZodError|Temporal\b/.test(code), name).toBe(false);
    }
  });
});

describe.each(["browser", "edge"])("the bundle for %s, in a page", (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** An application's page, with the bundle, before a real server: all at one address, as behind a proxy. */
  async function openApplication() {
    const server = await startServer({ dataDir: temporaryFolder() });
    const site = createServer((incoming, outgoing) => {
      if (incoming.url === "/")
        return outgoing.writeHead(200, { "content-type": "text/html" }).end("<title>app</title>");
      if (incoming.url === "/sdk.js") {
        outgoing.writeHead(200, { "content-type": "text/javascript" });
        return outgoing.end(readFileSync(join(DIST, `${name}.js`)));
      }
      if (incoming.method !== "POST") return outgoing.writeHead(404).end();
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).filter(([field]) => !/^(host|origin|referer|sec-)/.test(field)),
      );
      const body: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => body.push(chunk));
      return incoming.on("end", async () => {
        const { connection: _, "content-length": __, ...kept } = headers as Record<string, string>;
        const answer = await fetch(`${server.url}${incoming.url}`, {
          method: incoming.method!,
          headers: kept,
          body: Buffer.concat(body),
        });
        outgoing.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
      });
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const page = await browser.newPage();
    onTestFinished(async () => {
      await page.close();
      site.closeAllConnections();
      site.close();
      await server.stop();
    });
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const events = async () =>
      (await exportedEvents(server.url)).map(({ id, user, session, success }) => ({ id, user, session, success }));
    return { page, events };
  }

  it("tracks, measures, flushes and counts", async () => {
    const { page, events } = await openApplication();
    const result = await page.evaluate(`(async () => {
      const { Outlay } = await import("/sdk.js");
      const warnings = [];
      const outlay = new Outlay({ url: location.origin, user: "ann", onWarning: ({ code }) => warnings.push(code), gzip: true });
      for (let index = 0; index < 1500; index++) outlay.track({ id: "call-" + index, model: "gpt-5", usage: { inputTokens: 5 } });
      outlay.track({ model: "gpt-5", metadata: { circle: globalThis } });
      outlay.track(null);
      outlay.bound({ session: "s-1" }).track({ id: "bound", model: "gpt-5" });
      await outlay.callAI({ id: "fails", model: "gpt-5" }, () => fetch("/nowhere").then(() => { throw new Error("no"); })).catch(() => {});
      const flushed = await outlay.flush();
      const counters = outlay.counters();
      const closed = await outlay.close();
      return { flushed, counters, closed, warnings, follows: typeof outlay.with };
    })()`);
    expect(result).toMatchObject({
      flushed: "sent",
      closed: "sent",
      counters: { tracked: 1_504, sent: 1_503, waiting: 0, rejected: 0, dropped: { unreadable: 1 } },
      // Pages cannot follow context through calls; the edge only where its runtime can.
      follows: name === "browser" ? "undefined" : "function",
    });
    const all = await events();
    expect(all).toHaveLength(1_503);
    expect(all.find(({ id }) => id === "bound")).toMatchObject({ user: "ann", session: "s-1" });
    expect(all.find(({ id }) => id === "fails")).toMatchObject({ success: false });
  });

  it.runIf(name === "browser")("sends what is left when its page is left", async () => {
    const { page, events } = await openApplication();
    await page.evaluate(`(async () => {
      const { Outlay } = await import("/sdk.js");
      const outlay = new Outlay({ url: location.origin, sendEveryMs: 60000 });
      for (let index = 0; index < 100; index++) outlay.track({ id: "left-" + index, model: "gpt-5" });
    })()`);
    await page.goto("about:blank");
    await expect.poll(async () => (await events()).length).toBe(100);
  });
});
