import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Option } from "commander";
import type { Command } from "commander";
import type { StatuslineAnswer } from "../insights/statusline.ts";
import { PLACEHOLDERS } from "../statusline/draw-line.ts";
import { COST_SOURCES } from "../statusline/figures.ts";
import type { CostSource } from "../statusline/figures.ts";
import { DEFAULT_REFRESH_SECONDS, usualOptions } from "../statusline/read-arguments.ts";
import type { StatusInput } from "../statusline/read-input.ts";
import { pathOf, showStatusline } from "../statusline/show-statusline.ts";
import { postponeRefresh, releaseLock } from "../statusline/start-refresh.ts";
import { readState, withAnswer, writeState } from "../statusline/state.ts";
import type { Api, CliContext } from "./context.ts";
import { getJson, sendJson } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";

interface StatuslineFlags {
  format?: string;
  costSource: CostSource;
  refreshInterval: number;
  import: boolean;
  refresh?: string;
}

/**
 * `outlay statusline`: one line for Claude Code. Usually bin/outlay.js answers it without any of this (statusline/); here it is
 * described, started from the sources, and refreshed.
 */
export function addStatuslineCommand(program: Command, context: CliContext): void {
  const placeholders = Object.entries(PLACEHOLDERS).map(([name, what]) => `  {${name}}`.padEnd(14) + what);
  program
    .command("statusline")
    .description("one line for Claude Code's status line, from what it tells on standard input")
    .option("--format <text>", "the line with placeholders in braces (default: all that is known)")
    .addOption(
      new Option(
        "--cost-source <name>",
        "of the session: Claude Code's own reckoning (tool), what was recorded (outlay), or what is known",
      )
        .choices(COST_SOURCES)
        .default("auto"),
    )
    .option(
      "--refresh-interval <seconds>",
      "read Claude Code's logs again when they were read longer ago than this",
      parseCount,
      DEFAULT_REFRESH_SECONDS,
    )
    .option("--no-import", "do not read logs, because something else does (outlay watch, telemetry)")
    .addOption(new Option("--refresh <input>", "read logs and keep what the next line shows; print nothing").hideHelp())
    .addHelpText(
      "after",
      `
It prints at once, from a running server or from what was known last, and reads new logs in the background. It never fails.
Placeholders:
${placeholders.join("\n")}

In ~/.claude/settings.json:
  { "statusLine": { "type": "command", "command": "outlay statusline" } }

Examples:
  outlay statusline --format "{model} {today} today, {limits}"
  echo '{"model":{"display_name":"Opus"}}' | outlay statusline
  outlay statusline --json < status.json`,
    )
    .action((flags: StatuslineFlags) =>
      flags.refresh === undefined ? show(context, flags) : refresh(context, flags, flags.refresh),
    );
}

async function show(context: CliContext, flags: StatuslineFlags): Promise<void> {
  const { dataDir, timeZone, serverUrl } = context.flags();
  const usual = usualOptions(context.env);
  const isPiped = !("isTTY" in context.stdin && context.stdin.isTTY === true);
  let line = "";
  await showStatusline(
    isPiped ? await text(context.stdin) : "",
    {
      ...usual,
      dataDir: dataDir ?? usual.dataDir,
      format: flags.format ?? null,
      isJson: context.isJson(),
      costSource: flags.costSource,
      refreshSeconds: flags.refreshInterval,
      readsLogs: flags.import,
      timeZone: timeZone ?? null,
      isRemote: usual.isRemote || serverUrl !== undefined,
    },
    (drawn) => (line = drawn),
  );
  await context.print(line);
}

/** What the tool said when the refresh was started, as start-refresh.ts sends it. */
type RefreshInput = Pick<StatusInput, "session" | "windows">;

/** Behind a lock that is taken already, and let go of at its end. */
async function refresh(context: CliContext, flags: StatuslineFlags, input: string): Promise<void> {
  const dataDir = context.flags().dataDir ?? usualOptions(context.env).dataDir;
  try {
    const { session, windows } = JSON.parse(input) as RefreshInput;
    if (flags.import) await importLogs(dataDir);
    const refreshedAtMs = context.now();
    const api = await context.connect();
    const answer = await getJson<StatuslineAnswer>(api, pathOf(session, context.timeZone() ?? null));
    writeState(dataDir, withAnswer(readState(dataDir), answer, { askedAtMs: context.now(), refreshedAtMs }));
    if (windows.length > 0) await tellLimits(api, windows);
    releaseLock(dataDir);
  } catch (error) {
    postponeRefresh(dataDir, context.now());
    throw error;
  }
}

/** In a process of its own: it holds the data folder, which the question after it needs. Broken lines are no reason to stop. */
async function importLogs(dataDir: string): Promise<void> {
  const args = [...process.execArgv, process.argv[1]!, "import", "claude-code", "--data", dataDir];
  await once(spawn(process.execPath, args, { stdio: "ignore" }), "close");
}

const MINUTES: Record<string, number> = { five_hour: 300, seven_day: 10_080 };

function tellLimits(api: Api, windows: StatusInput["windows"]): Promise<unknown> {
  return sendJson(api, "PUT", "/api/v1/plan-limits", {
    tool: "claude-code",
    windows: windows.map(({ name, usedPercent, resetsAtMs }) => ({
      name,
      minutes: MINUTES[name.replace(/^(seven_day)_.*/, "$1")] ?? null,
      usedPercent,
      resetsAt: resetsAtMs === null ? null : new Date(resetsAtMs).toISOString(),
    })),
  });
}
