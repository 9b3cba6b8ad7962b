import { claudeCode } from "./claude-code/claude-code.ts";
import type { Importer } from "./importer.ts";

/** Every tool whose logs are read. */
export const IMPORTERS: Importer[] = [claudeCode];
