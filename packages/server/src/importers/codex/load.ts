import { basename } from "node:path";
import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { parentKeys, SESSION_ID } from "./parent.ts";
import { readLine, type FileContext } from "./parse.ts";
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
  const context = contextOf(file, parent !== null && isReplay ? await parentKeys(file, parent) : null);
  yield* loadJsonLines(file, from, {
    marks: MARKS,
    read: (line) => readLine(line, state, context),
    state: () => stateAsJson(state),
  });
}

function contextOf(file: LogFile, keys: FileContext["parentKeys"]): FileContext {
  const name = basename(file.path, ".jsonl");
  return { parentKeys: keys, modifiedMs: file.modifiedMs, fileSession: SESSION_ID.exec(name)?.[0] ?? name };
}

/** What the first line says of the session. */
async function beginning(file: LogFile): Promise<SessionState> {
  const state = { ...FRESH };
  const read = (line: unknown) => readLine(line, state, contextOf(file, null));
  const parts = loadJsonLines(file, { offsetBytes: 0, line: 1 }, { marks: ['"session_meta"'], read });
  await parts.next();
  await parts.return();
  return state;
}
