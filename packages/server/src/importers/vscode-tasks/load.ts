import { basename, dirname } from "node:path";
import type { Importer } from "../importer.ts";
import { loadJsonDocument } from "../load-json-document.ts";
import { readMessages } from "./parse.ts";
import { readTask } from "./task.ts";

/** Reads the messages of a task, with what the files beside them say of it. */
export function loaderOf(tool: string): Importer["load"] {
  return async function* load(file, from) {
    const taskFolder = dirname(file.path);
    const task = { ...(await readTask(taskFolder)), tool, id: basename(taskFolder) };
    yield* loadJsonDocument(file, from, (document) => ({ readings: readMessages(document, task) }));
  };
}
