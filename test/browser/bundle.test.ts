import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

const ASSETS = join(import.meta.dirname, "../../packages/server/dist/dashboard/assets");
/** The page must open quickly on a phone; growth beyond this wants a reason. */
const MAX_SCRIPT_BYTES = 200_000;

/** What the page itself loads, and each page's own part when somebody goes there. */
const MANIFEST = JSON.parse(readFileSync(join(ASSETS, "../.vite/manifest.json"), "utf8")) as Record<string, Chunk>;
interface Chunk {
  file: string;
  src?: string;
  imports?: string[];
}

test("the scripts of a first visit stay small, on every page", () => {
  const pages = Object.values(MANIFEST).filter(({ src }) => src?.startsWith("src/routes/") === true);
  expect(pages.length).toBeGreaterThan(10);
  const entry = filesOf("index.html");
  for (const { src } of pages) {
    const files = new Set([...entry, ...filesOf(src as string)]);
    const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(ASSETS, "..", file))).length, 0);
    expect(bytes, src).toBeGreaterThan(50_000);
    expect(bytes, src).toBeLessThan(MAX_SCRIPT_BYTES);
  }
});

/** A script and all that it imports before it runs. */
function filesOf(key: string, seen = new Set<string>()): Set<string> {
  const chunk = MANIFEST[key];
  if (chunk === undefined) throw new Error(`the manifest has no ${key}`);
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

test("the validation of the server's input is not among them", () => {
  const scripts = readdirSync(ASSETS).filter((name) => name.endsWith(".js"));
  for (const name of scripts) expect(readFileSync(join(ASSETS, name)).includes("ZodError"), name).toBe(false);
});
