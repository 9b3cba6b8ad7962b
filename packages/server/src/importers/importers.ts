import { amp } from "./amp/amp.ts";
import { claudeCode } from "./claude-code/claude-code.ts";
import { codebuff } from "./codebuff/codebuff.ts";
import { codex } from "./codex/codex.ts";
import { copilotCli } from "./copilot-cli/copilot-cli.ts";
import { droid } from "./droid/droid.ts";
import { anthropicCsv } from "./exports/anthropic-csv/anthropic-csv.ts";
import { ccusageJson } from "./exports/ccusage-json/ccusage-json.ts";
import { cursorCsv } from "./exports/cursor-csv/cursor-csv.ts";
import { heliconeExport } from "./exports/helicone-export/helicone-export.ts";
import { langfuseExport } from "./exports/langfuse-export/langfuse-export.ts";
import { litellmSpend } from "./exports/litellm-spend/litellm-spend.ts";
import { csv, jsonl } from "./exports/mapped/mapped.ts";
import { openaiCsv } from "./exports/openai-csv/openai-csv.ts";
import { geminiCli } from "./gemini-cli/gemini-cli.ts";
import { goose } from "./goose/goose.ts";
import { hermes } from "./hermes/hermes.ts";
import type { Importer } from "./importer.ts";
import { kimi } from "./kimi/kimi.ts";
import { openclaw } from "./openclaw/openclaw.ts";
import { kiloCli, opencode } from "./opencode/opencode.ts";
import { pi } from "./pi/pi.ts";
import { qwenCode } from "./qwen-code/qwen-code.ts";
import { cline, kiloCode, rooCode } from "./vscode-tasks/vscode-tasks.ts";

/** Every tool whose logs are read, and every kind of file that others export. */
export const IMPORTERS: Importer[] = [
  amp,
  claudeCode,
  cline,
  codebuff,
  codex,
  copilotCli,
  droid,
  geminiCli,
  goose,
  hermes,
  kiloCli,
  kiloCode,
  kimi,
  openclaw,
  opencode,
  pi,
  qwenCode,
  rooCode,
  // files that somebody names
  cursorCsv,
  ccusageJson,
  litellmSpend,
  langfuseExport,
  heliconeExport,
  openaiCsv,
  anthropicCsv,
  csv,
  jsonl,
];
