import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { lineReader } from "./parse.ts";

/** Reads a transcript. Lines without usage (snapshots of files, results of tools) are many megabytes: they are not decoded. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  return loadJsonLines(file, from, { marks: ['"usage"'], read: lineReader(file) });
}
