import { Command, InvalidArgumentError, Option } from "commander";
import { createContext, type Cleanup } from "./create-context.ts";
import { addShortExamples } from "./short-examples.ts";
import type { CliContext, CliDependencies } from "./context.ts";

/** Adds one command to the command line. */
export type AddCommand = (program: Command, context: CliContext) => void;

/** The command line with these commands and the flags that all of them have. */
export function createProgram(
  argv: string[],
  dependencies: CliDependencies,
  commands: readonly AddCommand[],
): { program: Command; context: CliContext; cleanup: Cleanup } {
  const program = new Command("outlay");
  const { context, cleanup } = createContext(program, argv, dependencies);
  // before the first subcommand: subcommands inherit these
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      getOutHelpWidth: () => context.columns(),
      getErrHelpWidth: () => context.columns(),
      getOutHasColors: () => context.colors.isColorSupported,
      getErrHasColors: () => context.colors.isColorSupported,
    })
    .showHelpAfterError("Run with --help for how to use it.");
  program
    .description("What AI calls cost, while there is still time to do something about it.")
    .version(context.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help for a command")
    .addOption(new Option("--json", "write JSON for scripts"))
    .addOption(new Option("--data <folder>", "data folder (default: OUTLAY_DATA, then ~/.outlay)"))
    .addOption(new Option("--server <url>", "ask this server instead of the data folder").argParser(parseServerUrl))
    .addOption(new Option("--tz, --timezone <zone>", "time zone of days and hours, for example Europe/Berlin"))
    .addOption(new Option("--no-color", "no colours (so does NO_COLOR)"))
    .addHelpText(
      "after",
      `
Examples:
  outlay demo                              example data, a server and a dashboard
  outlay serve                             record and show your own
  outlay                                   the cost dashboard of the terminal
  outlay report daily --period 7d          what each day has cost
  outlay report user --filter project:shop who spent it
  outlay export calls.csv --period month   take it elsewhere

Exit codes: 0 fine, 1 something you can mend, 2 not understood, 70 a bug in Outlay.`,
    );
  for (const addCommand of commands) addCommand(program, context);
  addShortExamples(program);
  return { program, context, cleanup };
}

function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new InvalidArgumentError("It must look like http://127.0.0.1:4100.");
  }
  return text.replace(/\/+$/, "");
}
