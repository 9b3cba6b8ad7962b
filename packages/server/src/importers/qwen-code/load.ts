import { basename } from "node:path";
import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { readLine } from "./parse.ts";

/** Reads a chat. Lines without counts are messages and results of tools: they are not decoded. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const session = basename(file.path, ".jsonl");
  return loadJsonLines(file, from, { marks: ['"usageMetadata"'], read: (line) => readLine(line, session) });
}
