import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { readLine } from "./parse.ts";
import { placeOf } from "./paths.ts";
import { defaultModel, projectOf } from "./settings.ts";

/** Reads a wire log. Most of its lines are pieces of answers and results of tools: they are not decoded. */
export async function* load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const { home, workDirKey, session, subagent } = placeOf(file);
  const context = {
    session,
    subagent,
    project: await projectOf(home, workDirKey),
    settingsModel: await defaultModel(home),
  };
  const marks = ['"token_usage"', '"usage.record"'];
  yield* loadJsonLines(file, from, { marks, read: (line) => readLine(line, context) });
}
