import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonDocument } from "../load-json-document.ts";
import { readConversation } from "./conversation.ts";
import { readSettings } from "./parse.ts";
import { conversationOf, sessionOf } from "./paths.ts";

/** Reads what a session has used until now. The settings were written last when it was used last. */
export async function* load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const told = await readConversation(conversationOf(file));
  const context = { ...told, session: sessionOf(file), observedAt: file.modifiedMs };
  yield* loadJsonDocument(file, from, (settings) => ({ readings: [readSettings(settings, context)] }));
}
