import type { Importer } from "../importer.ts";
import { loaderOf } from "./load.ts";
import { findersOf } from "./paths.ts";

/** OpenCode; facts in the README. */
export const opencode: Importer = importerOf("opencode", "OpenCode", "opencode");

/** The command line of Kilo, which is built on OpenCode and writes the same. */
export const kiloCli: Importer = importerOf("kilo-cli", "Kilo CLI", "kilo");

function importerOf(name: string, title: string, folder: "opencode" | "kilo"): Importer {
  return { name, title, isRewritten: true, ...findersOf(folder), load: loaderOf(name) };
}
