import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { parentKeys } from "./parent.ts";
import { readLine } from "./parse.ts";
import { FRESH, stateAsJson, stateFrom, type SessionState } from "./state.ts";

const MARKS = [
  '"total_token_usage"',
  '"thread_token_usage"',
  '"rate_limits"',
  '"session_meta"',
  '"turn_context"',
  '"thread.started"',
  '"usage"',
];

/** Reads a session's log. Most of its lines are messages and results of tools: they are not decoded. */
export async function* load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const state = stateFrom(from.state);
  const { parent, isReplay } = from.offsetBytes === 0 ? await beginning(file) : state;
  const keys = parent !== null && isReplay ? await parentKeys(file, parent) : null;
  const context = { parentKeys: keys, modifiedMs: file.modifiedMs };
  yield* loadJsonLines(file, from, {
    marks: MARKS,
    read: (line) => readLine(line, state, context),
    state: () => stateAsJson(state),
  });
}

/** What the first line says of the session. */
async function beginning(file: LogFile): Promise<SessionState> {
  const state = { ...FRESH };
  const read = (line: unknown) => readLine(line, state, { parentKeys: null, modifiedMs: file.modifiedMs });
  const parts = loadJsonLines(file, { offsetBytes: 0, line: 1 }, { marks: ['"session_meta"'], read });
  await parts.next();
  await parts.return();
  return state;
}
