import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** The coding agent pi; facts in the README. */
export const pi: Importer = { name: "pi", title: "pi", findFolders, listFiles, load };
