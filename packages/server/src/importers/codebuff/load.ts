import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonDocument } from "../load-json-document.ts";
import { readMessages } from "./parse.ts";
import { placeOf } from "./paths.ts";

/** Reads a conversation. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const place = placeOf(file);
  return loadJsonDocument(file, from, (messages) => ({ readings: readMessages(messages, place) }));
}
