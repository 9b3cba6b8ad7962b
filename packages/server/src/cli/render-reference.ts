import type { Argument, Command, Option } from "commander";
import { childrenOf, helpText, pathOf } from "./command-tree.ts";
import { describedProgram } from "./described-program.ts";

/** docs/cli.md, made from the definitions of the commands, so that it cannot say anything else than `--help`. */
export function renderReference(): string {
  const program = describedProgram();
  const help = program.createHelp();
  const sections = childrenOf(program).flatMap((command) => renderCommand(command, 2));
  const lines = [
    "# The command line",
    "",
    "<!-- Made by `npm run docs:cli` from packages/server/src/cli; do not edit. -->",
    "",
    `${program.description()}`,
    "",
    "In a checkout, once built, the command is `npx outlay`. Without a command it shows the cost dashboard (`outlay costs`).",
    "Every command asks the running server of the data folder when there is one, the server named with `--server`, or the",
    "data folder itself.",
    "",
    "## Flags of every command",
    "",
    ...renderOptions(help.visibleOptions(program)),
    "",
    "Exit codes: 0 fine · 1 something that you can mend · 2 the command line was not understood · 70 a bug in Outlay.",
    'With `--json`, errors on standard error are JSON too: `{ "error": { "code", "message", "field" } }`.',
    ...sections,
  ];
  return `${lines.join("\n")}\n`;
}

function renderCommand(command: Command, level: number): string[] {
  const help = command.createHelp();
  const lines = [
    "",
    `${"#".repeat(level)} ${pathOf(command)}`,
    "",
    `${capitalised(help.commandDescription(command))}.`,
    "",
    "```",
    help.commandUsage(command),
    "```",
  ];
  const given = command.registeredArguments.filter((argument) => argument.description !== "");
  if (given.length > 0) lines.push("", ...renderArguments(given));
  const options = help.visibleOptions(command).filter((option) => option.long !== "--help");
  if (options.length > 0) lines.push("", ...renderOptions(options));
  const text = helpText(command);
  if (text !== "") lines.push("", "```", text, "```");
  return [...lines, ...childrenOf(command).flatMap((child) => renderCommand(child, level + 1))];
}

function renderArguments(given: readonly Argument[]): string[] {
  return given.map((one) => `- \`${one.name()}\`: ${one.description}`);
}

function renderOptions(options: readonly Option[]): string[] {
  return options.map((option) => `- \`${option.flags}\`: ${describe(option)}`);
}

function describe({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const choices = argChoices === undefined ? "" : `; one of ${argChoices.join(", ")}`;
  const isShown = defaultValue !== undefined && typeof defaultValue !== "boolean";
  return `${description}${choices}${isShown ? ` (default: ${defaultValueDescription ?? String(defaultValue)})` : ""}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
