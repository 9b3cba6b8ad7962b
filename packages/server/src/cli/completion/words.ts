import { DIMENSIONS, METRICS, TIME_UNITS } from "@outlay/core";
import type { Command, Option } from "commander";
import { IMPORTERS } from "../../importers/importers.ts";
import { childrenOf, pathOf } from "../command-tree.ts";
import { REPORT_KINDS } from "../report.ts";

/** What may stand at one place of the command line. */
export interface Place {
  /** `outlay prices` */
  path: string;
  commands: { name: string; description: string }[];
  options: CompletedOption[];
  /** Values of its first argument that are known beforehand. */
  values: readonly string[];
}

export interface CompletedOption {
  /** `--metrics` */
  long: string;
  /** `-h` */
  short: string | null;
  description: string;
  /** null: it takes no value. */
  value: CompletedValue | null;
}

interface CompletedValue {
  words: readonly string[];
  /** Several, with commas between them. */
  isList: boolean;
  /** A path. */
  isFile: boolean;
}

/** Every command of the command line, with what may follow it. */
export function placesOf(program: Command): Place[] {
  const shared = optionsOf(program);
  const placesBelow = (command: Command): Place[] => [
    {
      path: pathOf(command),
      commands: childrenOf(command).map((child) => ({ name: child.name(), description: child.description() })),
      options:
        command === program ? shared : [...optionsOf(command), ...shared.filter(({ long }) => long !== "--help")],
      values: command.registeredArguments[0]?.argChoices ?? ARGUMENTS[pathOf(command)] ?? [],
    },
    ...childrenOf(command).flatMap(placesBelow),
  ];
  return placesBelow(program);
}

const toolNames = IMPORTERS.map(({ name }) => name);

/** Values of arguments that commander does not list as choices. */
const ARGUMENTS: Record<string, readonly string[]> = {
  "outlay report": REPORT_KINDS,
  "outlay import": toolNames,
  "outlay watch": toolNames,
};

const metrics = Object.keys(METRICS);

/** Values of options, by the option's name, whatever command it stands behind. */
const VALUES: Record<string, CompletedValue> = {
  "--metrics": { words: metrics, isList: true, isFile: false },
  "--by": { words: [...DIMENSIONS, ...TIME_UNITS], isList: true, isFile: false },
  "--each": { words: DIMENSIONS, isList: false, isFile: false },
  "--order": { words: metrics.flatMap((metric) => [metric, `-${metric}`]), isList: false, isFile: false },
  "--filter": { words: [...DIMENSIONS, "tag"].map((dimension) => `${dimension}:`), isList: false, isFile: false },
  "--source": { words: ["coding", ...toolNames], isList: false, isFile: false },
  "--token-limit": { words: ["max"], isList: false, isFile: false },
};

const FILES = /<(file|folder|path|dir)/;

function optionsOf(command: Command): CompletedOption[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) =>
      option.long === undefined
        ? []
        : [
            {
              long: option.long,
              short: option.short?.startsWith("--") === true ? null : (option.short ?? null),
              description: option.description,
              value: valueOf(option),
            },
          ],
    );
}

function valueOf(option: Option): CompletedValue | null {
  if (!option.required && !option.optional) return null;
  if (option.argChoices !== undefined) return { words: option.argChoices, isList: false, isFile: false };
  return VALUES[option.long!] ?? { words: [], isList: false, isFile: FILES.test(option.flags) };
}

/** In single quotes of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
