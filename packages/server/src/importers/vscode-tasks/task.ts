import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fieldsOf, firstText, listOf, textOf } from "../read-values.ts";

/** Which model was used from an instant on. */
export interface ModelFrom {
  atMs: number;
  model: string;
  /** As the extension names it. */
  provider: string | null;
}

/** What the files beside a task's messages say of it. */
export interface Task {
  folder: string | null;
  parent: string | null;
  /** In the order of time. */
  models: ModelFrom[];
}

/** Reads the files beside `ui_messages.json`. What is not there, or not readable, is not known. */
export async function readTask(taskFolder: string): Promise<Task> {
  const history = fieldsOf(await readJson(join(taskFolder, "history_item.json")));
  const metadata = fieldsOf(await readJson(join(taskFolder, "task_metadata.json")));
  const models = listOf(metadata["model_usage"]).flatMap((entry) => modelFrom(fieldsOf(entry)));
  const folder = firstText(history, "workspace", "cwdOnTaskInitialization");
  const parent = textOf(history["parentTaskId"]);
  if (models.length > 0 && folder !== null) return { folder, parent, models: inTime(models) };
  // large, and needed only where the others do not say it
  const told = toldToTheModel(await readJson(join(taskFolder, "api_conversation_history.json")));
  return { folder: folder ?? told.folder, parent, models: inTime(models.length > 0 ? models : told.models) };
}

function modelFrom(entry: Record<string, unknown>): ModelFrom[] {
  const model = textOf(entry["model_id"]);
  const atMs = entry["ts"];
  return model === null || typeof atMs !== "number"
    ? []
    : [{ atMs, model, provider: textOf(entry["model_provider_id"]) }];
}

function inTime(models: ModelFrom[]): ModelFrom[] {
  return models.toSorted((a, b) => a.atMs - b.atMs);
}

const MODEL = /<model>([^<>\n]{1,200})<\/model>/;
const FOLDER = /# Current (?:Workspace|Working) Directory \(([^)\n]{1,500})\) Files/;

/** Each request tells the model where it is, and Roo Code tells it also who it is. Nothing else of the texts is looked at. */
function toldToTheModel(history: unknown): { folder: string | null; models: ModelFrom[] } {
  let folder: string | null = null;
  const models: ModelFrom[] = [];
  for (const message of listOf(history).map(fieldsOf)) {
    if (message["role"] !== "user") continue;
    for (const text of textsOf(message["content"])) {
      folder ??= textOf(FOLDER.exec(text)?.[1]);
      const model = textOf(MODEL.exec(text)?.[1]);
      if (model !== null)
        models.push({ atMs: typeof message["ts"] === "number" ? message["ts"] : 0, model, provider: null });
    }
  }
  return { folder, models };
}

function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [content];
  return listOf(content).flatMap((block) => {
    const { text } = fieldsOf(block);
    return typeof text === "string" ? [text] : [];
  });
}

/** The model of a request: its prompt is written, and says the model, a little after the request is noted. */
export function modelAt(models: ModelFrom[], atMs: number, nextMs: number): ModelFrom | null {
  const untilMs = Math.min(atMs + PROMPT_WITHIN_MS, nextMs - 1);
  return models.findLast((model) => model.atMs <= untilMs) ?? models[0] ?? null;
}

const PROMPT_WITHIN_MS = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;

async function readJson(path: string): Promise<unknown> {
  try {
    return (await stat(path)).size > MAX_BYTES ? null : (JSON.parse(await readFile(path, "utf8")) as unknown);
  } catch {
    return null;
  }
}
