import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Kimi CLI and Kimi Code of Moonshot AI; facts in the README. */
export const kimi: Importer = { name: "kimi", title: "Kimi", findFolders, listFiles, load };
