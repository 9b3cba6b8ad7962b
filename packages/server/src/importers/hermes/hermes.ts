import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Hermes Agent of Nous Research; facts in the README. */
export const hermes: Importer = { name: "hermes", title: "Hermes", isRewritten: true, findFolders, listFiles, load };
