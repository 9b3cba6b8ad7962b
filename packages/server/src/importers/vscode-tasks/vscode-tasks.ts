import type { Importer } from "../importer.ts";
import { loaderOf } from "./load.ts";
import { finderOf, listFiles } from "./paths.ts";

/** Roo Code, an extension of VS Code; facts in the README. */
export const rooCode: Importer = importerOf("roo-code", "Roo Code", ["rooveterinaryinc.roo-cline"]);

/** Cline, of which the other two are made. */
export const cline: Importer = importerOf("cline", "Cline", ["saoudrizwan.claude-dev"]);

/** Kilo Code. Its command line has an importer of its own. */
export const kiloCode: Importer = importerOf("kilo-code", "Kilo Code", ["kilocode.kilo-code"]);

function importerOf(name: string, title: string, extensions: string[]): Importer {
  return { name, title, isRewritten: true, findFolders: finderOf(extensions), listFiles, load: loaderOf(name) };
}
