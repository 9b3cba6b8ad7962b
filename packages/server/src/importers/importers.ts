import { claudeCode } from "./claude-code/claude-code.ts";
import type { Importer } from "./importer.ts";
import { kimi } from "./kimi/kimi.ts";

/** Every tool whose logs are read. */
export const IMPORTERS: Importer[] = [claudeCode, kimi];
