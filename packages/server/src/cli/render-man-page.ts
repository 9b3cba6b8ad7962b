import type { Command, Option } from "commander";
import { childrenOf, helpText, pathOf } from "./command-tree.ts";
import { describedProgram } from "./described-program.ts";

/** outlay(1), made from the definitions of the commands as docs/cli.md is. */
export function renderManPage(version: string): string {
  const program = describedProgram(version);
  const lines = [
    `.TH OUTLAY 1 "" "Outlay ${escape(version)}" "Outlay"`,
    ".SH NAME",
    `outlay \\- ${escape(lowered(program.description()))}`,
    ".SH SYNOPSIS",
    ".B outlay",
    "[\\fIflags\\fR] [\\fIcommand\\fR] [\\fIarguments\\fR]",
    ".SH DESCRIPTION",
    "Without a command it shows the cost dashboard of the terminal.",
    "Every command asks the running server of the data folder when there is one, the server named with",
    "\\fB\\-\\-server\\fR, or the data folder itself.",
    ".SH FLAGS OF EVERY COMMAND",
    ...program.createHelp().visibleOptions(program).flatMap(renderOption),
    ".SH COMMANDS",
    ...childrenOf(program).flatMap(renderCommand),
    ".SH EXIT STATUS",
    ...EXIT_CODES.flatMap(([code, meaning]) => [".TP", `.B ${code}`, escape(meaning)]),
    ".SH ENVIRONMENT",
    ...VARIABLES.flatMap(([name, meaning]) => [".TP", `.B ${name}`, escape(meaning)]),
    ".SH FILES",
    ".TP",
    ".I ~/.outlay",
    "The data folder, unless another one is named.",
  ];
  return `${lines.join("\n")}\n`;
}

const EXIT_CODES = [
  ["0", "Fine."],
  ["1", "Something that you can mend."],
  ["2", "The command line was not understood."],
  ["70", "A bug in Outlay."],
] as const;

const VARIABLES = [
  ["OUTLAY_DATA", "The data folder."],
  ["OUTLAY_SERVER", "The server to ask instead of it."],
  ["OUTLAY_KEY", "The key that is sent to that server."],
  ["OUTLAY_TIMEZONE", "The time zone of days and hours."],
  ["NO_COLOR", "No colours."],
] as const;

function renderCommand(command: Command): string[] {
  const help = command.createHelp();
  const given = command.registeredArguments.filter((argument) => argument.description !== "");
  const options = help.visibleOptions(command).filter((option) => option.long !== "--help");
  const text = helpText(command);
  return [
    `.SS ${escape(pathOf(command))}`,
    sentence(help.commandDescription(command)),
    ".PP",
    ".nf",
    escape(help.commandUsage(command)),
    ".fi",
    ...given.flatMap((one) => [".TP", `\\fI${escape(one.name())}\\fR`, escape(one.description)]),
    ...options.flatMap(renderOption),
    ...(text === "" ? [] : [".PP", ".nf", ...text.split("\n").map(escape), ".fi"]),
    ...childrenOf(command).flatMap(renderCommand),
  ];
}

function renderOption(option: Option): string[] {
  const { flags, description, argChoices, defaultValue, defaultValueDescription } = option;
  const choices = argChoices === undefined ? "" : `; one of ${argChoices.join(", ")}`;
  const isShown = defaultValue !== undefined && typeof defaultValue !== "boolean";
  return [
    ".TP",
    `\\fB${escape(flags)}\\fR`,
    escape(
      `${description}${choices}${isShown ? ` (default: ${defaultValueDescription ?? String(defaultValue)})` : ""}`,
    ),
  ];
}

function sentence(text: string): string {
  return escape(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
}

function lowered(text: string): string {
  return text.replace(/\.$/, "");
}

/** Characters that mean something to roff; a line must not begin with its control characters. */
function escape(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(
      /[^\0-\x7f]/g,
      (character) => `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
    )
    .replace(/^(?=[.'])/, "\\&");
}
