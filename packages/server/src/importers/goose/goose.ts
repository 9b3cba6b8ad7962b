import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** goose of Block; facts in the README. */
export const goose: Importer = { name: "goose", title: "goose", isRewritten: true, findFolders, listFiles, load };
