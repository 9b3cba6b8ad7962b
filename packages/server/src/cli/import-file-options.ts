import { readFileSync } from "node:fs";
import { checkTimeZone, InvalidInput } from "@outlay/core";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { FileOptions, Importer } from "../importers/importer.ts";
import { printable } from "./draw/text-width.ts";
import { UsageError } from "./problem.ts";

/** What `outlay import` is told about files that somebody exported. */
export interface FileFlags {
  map?: Record<string, string>;
  mapFile?: FileOptions;
  set?: Record<string, string>;
  id?: string[];
  timezone?: string;
  dateOrder?: "mdy" | "dmy";
  decimal?: "." | ",";
}

/** Adds the options that say how a file is to be read. */
export function addFileOptions(command: Command): Command {
  return command
    .option("--map <field=column...>", "csv, jsonl: which column is which field, such as model=Model", collectPairs)
    .option("--map-file <file>", "csv, jsonl: the same as JSON, { map, set, id }", readMapFile)
    .option("--set <field=value...>", "csv, jsonl: the same for each row, such as provider=openai", collectPairs)
    .option("--id <column...>", "csv, jsonl: columns that name a row together (default: all of it does)")
    .option("--timezone <zone>", "exported files: zone of times that name none (default: UTC)")
    .addOption(
      new Option("--date-order <order>", "exported files: of dates such as 03/04/2026").choices(["mdy", "dmy"]),
    )
    .addOption(new Option("--decimal <mark>", "exported files: mark before decimals (default: .)").choices([".", ","]));
}

/** The importer as the flags have it. UsageError when it takes none of them, needs some, or they make no sense. */
export function withFileFlags(importer: Importer, flags: FileFlags): Importer {
  const options = fileOptionsOf(flags) ?? (importer.needsPath === true ? {} : null);
  if (options === null) return importer;
  if (importer.configure === undefined) {
    throw new UsageError(`${importer.name} reads the logs of a tool; it takes no options about files`);
  }
  try {
    if (options.cells?.timeZone !== undefined) checkTimeZone(options.cells.timeZone);
    return importer.configure(options);
  } catch (error) {
    if (error instanceof InvalidInput) throw new UsageError(printable(error.message));
    throw error;
  }
}

/** null: nothing was said. */
function fileOptionsOf(flags: FileFlags): FileOptions | null {
  const { map, mapFile, set, id, timezone, dateOrder, decimal } = flags;
  if ([map, mapFile, set, id, timezone, dateOrder, decimal].every((flag) => flag === undefined)) return null;
  const ids = id?.flatMap((names) => splitList(names)) ?? mapFile?.id;
  return {
    map: { ...mapFile?.map, ...map },
    set: { ...mapFile?.set, ...set },
    ...(ids === undefined ? {} : { id: ids }),
    cells: {
      ...mapFile?.cells,
      ...(timezone === undefined ? {} : { timeZone: timezone }),
      ...(dateOrder === undefined ? {} : { dateOrder }),
      ...(decimal === undefined ? {} : { decimal }),
    },
  };
}

/** `model=Model,inputTokens=Prompt tokens`; a comma that no `field=` follows belongs to the name before it. */
function collectPairs(text: string, before: Record<string, string> = {}): Record<string, string> {
  const pairs = { ...before };
  for (const pair of text.split(/,(?=[\w:.-]+=)/)) {
    const at = pair.indexOf("=");
    if (at < 1 || at === pair.length - 1) throw new InvalidArgumentError("It must look like model=Model.");
    pairs[pair.slice(0, at).trim()] = unquoted(pair.slice(at + 1).trim());
  }
  return pairs;
}

/** Quotes that the shell left in place. */
function unquoted(text: string): string {
  return /^".*"$|^'.*'$/.test(text) ? text.slice(1, -1) : text;
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((name) => unquoted(name.trim()))
    .filter((name) => name !== "");
}

function readMapFile(path: string): FileOptions {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { map = {}, set = {}, id } = (value ?? {}) as FileOptions;
  if (!areTexts(map) || !areTexts(set) || (id !== undefined && !(Array.isArray(id) && areTexts(id)))) {
    throw new InvalidArgumentError('It must look like { "map": { "model": "Model" }, "set": {}, "id": ["Request"] }.');
  }
  return { map, set, ...(id === undefined ? {} : { id }) };
}

function areTexts(names: object): boolean {
  return Object.values(names).every((name) => typeof name === "string");
}
