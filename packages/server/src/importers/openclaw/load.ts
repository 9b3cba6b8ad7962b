import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { MARKS, SessionReader } from "../pi/parse.ts";
import { agentOf, sessionOf } from "./paths.ts";

/** Reads a session, which OpenClaw writes with the library of pi. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const agent = agentOf(file);
  const writer = {
    tool: "openclaw",
    activity: "assistant",
    session: sessionOf(file),
    ...(agent === null ? {} : { metadata: { agent } }),
  };
  const reader = new SessionReader(writer, from.state);
  return loadJsonLines(file, from, {
    marks: MARKS,
    read: (line) => reader.read(line),
    state: () => reader.state(),
  });
}
