import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

import { launchChromium } from "./chromium.ts";
import { startDemoServer } from "./demo-server.ts";

/** A browser and the address of the demo for all tests of a file, which calls this once: there from its first test to its last. */
export function openDemo(): { readonly browser: Browser; readonly url: string } {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startDemoServer>>;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startDemoServer()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  return {
    get browser() {
      return browser;
    },
    get url() {
      return server.url;
    },
  };
}
