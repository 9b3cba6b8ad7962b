import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Amp of Sourcegraph; facts in the README. */
export const amp: Importer = { name: "amp", title: "Amp", isRewritten: true, findFolders, listFiles, load };
