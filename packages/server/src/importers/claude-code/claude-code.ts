import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Claude Code of Anthropic; facts in the README. */
export const claudeCode: Importer = { name: "claude-code", title: "Claude Code", findFolders, listFiles, load };
