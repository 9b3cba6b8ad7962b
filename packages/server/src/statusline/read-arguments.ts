import { COST_SOURCES } from "./figures.ts";
import type { StatuslineOptions } from "./show-statusline.ts";

export const DEFAULT_REFRESH_SECONDS = 10;

/**
 * The flags of `outlay statusline`, without the library that the rest of the command line is made with: that takes longer to load
 * than this command may last. null: something else is asked (help, a refresh, a mistake), which is the whole program's to answer.
 */
export function readArguments(
  args: readonly string[],
  env: Record<string, string | undefined>,
): StatuslineOptions | null {
  const options = usualOptions(env);
  for (let index = 0; index < args.length; index++) {
    const [name, inline] = splitFlag(args[index]!);
    if (name === "--json") options.isJson = true;
    else if (name === "--no-color") options.hasColors = false;
    else if (name === "--no-import") options.readsLogs = false;
    else {
      const value = inline ?? args[++index];
      if (value === undefined || !takeValue(options, name, value)) return null;
      continue;
    }
    if (inline !== null) return null;
  }
  return options;
}

/** What counts where no flag says anything else. */
export function usualOptions(env: Record<string, string | undefined>): StatuslineOptions {
  const { OUTLAY_DATA, OUTLAY_SERVER, HOME, USERPROFILE, NO_COLOR } = env;
  return {
    dataDir: OUTLAY_DATA || `${HOME || USERPROFILE || "."}/.outlay`,
    format: null,
    isJson: false,
    // it is Claude Code that shows the line, so standard output is never a terminal
    hasColors: NO_COLOR === undefined || NO_COLOR === "",
    costSource: "auto",
    refreshSeconds: DEFAULT_REFRESH_SECONDS,
    readsLogs: true,
    timeZone: null,
    isRemote: OUTLAY_SERVER !== undefined && OUTLAY_SERVER !== "",
  };
}

function splitFlag(arg: string): [name: string, inline: string | null] {
  const equals = arg.startsWith("--") ? arg.indexOf("=") : -1;
  return equals === -1 ? [arg, null] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function takeValue(options: StatuslineOptions, name: string, value: string): boolean {
  switch (name) {
    case "--data":
      options.dataDir = value;
      return value !== "";
    case "--format":
      options.format = value;
      return true;
    case "--tz":
    case "--timezone":
      options.timeZone = value;
      return true;
    case "--refresh-interval":
      options.refreshSeconds = Number(value);
      return /^\d{1,6}$/.test(value);
    case "--cost-source": {
      const source = COST_SOURCES.find((known) => known === value);
      if (source !== undefined) options.costSource = source;
      return source !== undefined;
    }
    default:
      return false;
  }
}
