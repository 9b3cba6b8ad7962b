import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { IMPORTERS } from "./importers.ts";

test("each has a name of its own, and docs/importers.md says what it reads", () => {
  const names = IMPORTERS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const document = readFileSync(join(import.meta.dirname, "../../../../docs/importers.md"), "utf8");
  expect(names.filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
});
