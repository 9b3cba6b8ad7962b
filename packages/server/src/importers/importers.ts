import { claudeCode } from "./claude-code/claude-code.ts";
import { codex } from "./codex/codex.ts";
import { droid } from "./droid/droid.ts";
import { goose } from "./goose/goose.ts";
import type { Importer } from "./importer.ts";
import { kimi } from "./kimi/kimi.ts";
import { openclaw } from "./openclaw/openclaw.ts";
import { pi } from "./pi/pi.ts";

import { kiloCli, opencode } from "./opencode/opencode.ts";

/** Every tool whose logs are read. */
export const IMPORTERS: Importer[] = [claudeCode, droid, codex, opencode, kiloCli, goose, kimi, openclaw, pi];
