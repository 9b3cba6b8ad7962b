import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Codex of OpenAI; facts in the README. */
export const codex: Importer = { name: "codex", title: "Codex", findFolders, listFiles, load };
