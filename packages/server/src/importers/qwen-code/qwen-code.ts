import type { Importer } from "../importer.ts";
import { load } from "./load.ts";
import { findFolders, listFiles } from "./paths.ts";

/** Qwen Code of Alibaba; facts in the README. */
export const qwenCode: Importer = { name: "qwen-code", title: "Qwen Code", findFolders, listFiles, load };
