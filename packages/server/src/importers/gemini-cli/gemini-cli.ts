import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Gemini CLI of Google; facts in the README. */
export const geminiCli: Importer = { name: "gemini-cli", title: "Gemini CLI", findFolders, listFiles, load };
