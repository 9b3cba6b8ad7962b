import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { renderReference } from "./render-reference.ts";

it("docs/cli.md says what the commands say (npm run docs:cli writes it again)", () => {
  const written = readFileSync(join(import.meta.dirname, "../../../../docs/cli.md"), "utf8");
  expect(written).toBe(renderReference());
});
