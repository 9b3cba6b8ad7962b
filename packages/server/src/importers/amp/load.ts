import { basename } from "node:path";
import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonDocument } from "../load-json-document.ts";
import { readThread } from "./parse.ts";

/** Reads a thread. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const name = basename(file.path, ".json");
  return loadJsonDocument(file, from, (document) => ({ readings: readThread(document, name) }));
}
