import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

const ASSETS = join(import.meta.dirname, "../../packages/server/dist/dashboard/assets");
/** The page must open quickly on a phone; growth beyond this wants a reason. */
const MAX_SCRIPT_BYTES = 200_000;

const scripts = readdirSync(ASSETS)
  .filter((name) => name.endsWith(".js"))
  .map((name) => readFileSync(join(ASSETS, name)));

test("the page's scripts stay small", () => {
  const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(MAX_SCRIPT_BYTES);
});

test("the validation of the server's input is not among them", () => {
  for (const script of scripts) expect(script.includes("ZodError")).toBe(false);
});
