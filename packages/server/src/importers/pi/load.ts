import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { MARKS, SessionReader } from "./parse.ts";
import { sessionOf } from "./paths.ts";

/** Reads a session. Results of tools and what people write are not decoded. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const reader = new SessionReader({ tool: "pi", activity: "coding", session: sessionOf(file) }, from.state);
  return loadJsonLines(file, from, {
    marks: MARKS,
    read: (line) => reader.read(line),
    state: () => reader.state(),
  });
}
