import { claudeCode } from "./claude-code/claude-code.ts";
import { codebuff } from "./codebuff/codebuff.ts";
import { codex } from "./codex/codex.ts";
import { droid } from "./droid/droid.ts";
import { goose } from "./goose/goose.ts";
import { hermes } from "./hermes/hermes.ts";
import { copilotCli } from "./copilot-cli/copilot-cli.ts";
import type { Importer } from "./importer.ts";
import { kimi } from "./kimi/kimi.ts";
import { openclaw } from "./openclaw/openclaw.ts";
import { pi } from "./pi/pi.ts";

import { kiloCli, opencode } from "./opencode/opencode.ts";
import { geminiCli } from "./gemini-cli/gemini-cli.ts";
import { qwenCode } from "./qwen-code/qwen-code.ts";

/** Every tool whose logs are read. */
export const IMPORTERS: Importer[] = [
  claudeCode,
  codebuff,
  codex,
  droid,
  geminiCli,
  goose,
  hermes,
  kiloCli,
  kimi,
  openclaw,
  opencode,
  pi,
  qwenCode,
];
