import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Droid of Factory; facts in the README. */
export const droid: Importer = { name: "droid", title: "Droid", isRewritten: true, findFolders, listFiles, load };
