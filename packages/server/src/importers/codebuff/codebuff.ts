import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Codebuff, earlier Manicode; facts in the README. */
export const codebuff: Importer = {
  name: "codebuff",
  title: "Codebuff",
  isRewritten: true,
  findFolders,
  listFiles,
  load,
};
