/** Writes docs/cli.md from the definitions of the commands. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { renderReference } from "../packages/server/src/cli/render-reference.ts";

const docs = join(import.meta.dirname, "..", "docs");
mkdirSync(docs, { recursive: true });
writeFileSync(join(docs, "cli.md"), renderReference());
