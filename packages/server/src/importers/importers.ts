import { claudeCode } from "./claude-code/claude-code.ts";
import { codex } from "./codex/codex.ts";
import type { Importer } from "./importer.ts";
import { kimi } from "./kimi/kimi.ts";
import { openclaw } from "./openclaw/openclaw.ts";
import { pi } from "./pi/pi.ts";

/** Every tool whose logs are read. */
export const IMPORTERS: Importer[] = [claudeCode, codex, kimi, openclaw, pi];
