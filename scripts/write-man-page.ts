/** Writes the manual page beside the built program, from the definitions of the commands. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { renderManPage } from "../packages/server/src/cli/render-man-page.ts";

const server = join(import.meta.dirname, "..", "packages/server");
const { version } = JSON.parse(readFileSync(join(server, "package.json"), "utf8")) as { version: string };
writeFileSync(join(server, "dist/outlay.1"), renderManPage(version));
