import { basename, dirname, join, relative, sep } from "node:path";
import { existingFolders, filesBelow } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The folder `tmp` of Gemini CLI, where it keeps a folder for each project. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const home = env["GEMINI_CLI_HOME"]?.trim() || homeDir;
  return existingFolders([join(home, ".gemini", "tmp")]);
}

/** Chats and those of sub-agents. What else lies in a project's folder (`logs.json`, checkpoints) tells of no call. */
export async function listFiles(path: string): Promise<LogFile[]> {
  const files = await filesBelow(path, (name) => /\.jsonl?$/.test(name) && name !== "logs.json", "tmp");
  const chats = files.filter((file) => relative(file.folder, file.path).split(sep).includes("chats"));
  return files.length === 1 ? files : chats;
}

/** Where a log belongs. */
export interface LogPlace {
  /** The project's folder below `tmp`. */
  projectFolder: string | null;
  /** For sub-agents, whose logs lie in a folder named after it: `chats/<parent>/<id>.jsonl`. */
  parentSession: string | null;
}

export function placeOf(path: string): LogPlace {
  const parts = path.split(sep);
  const chats = parts.lastIndexOf("chats");
  if (chats < 1) return { projectFolder: null, parentSession: null };
  const above = dirname(path);
  const isNested = basename(above) !== "chats";
  return { projectFolder: parts.slice(0, chats).join(sep), parentSession: isNested ? basename(above) : null };
}
