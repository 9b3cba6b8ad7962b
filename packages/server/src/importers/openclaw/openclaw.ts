import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** OpenClaw, also under its earlier names; facts in the README. */
export const openclaw: Importer = { name: "openclaw", title: "OpenClaw", findFolders, listFiles, load };
