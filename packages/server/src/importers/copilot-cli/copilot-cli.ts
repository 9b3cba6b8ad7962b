import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** The command line of GitHub Copilot; facts in the README. */
export const copilotCli: Importer = { name: "copilot-cli", title: "GitHub Copilot CLI", findFolders, listFiles, load };
