import { join, relative, sep } from "node:path";
import { existingFolders, filesBelow } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The folder with the projects of Qwen Code. */
export function findFolders({ homeDir }: Place): Promise<string[]> {
  return existingFolders([join(homeDir, ".qwen", "projects")]);
}

/** `<project>/chats/<session>.jsonl` */
export async function listFiles(path: string): Promise<LogFile[]> {
  const files = await filesBelow(path, (name) => name.endsWith(".jsonl"), "projects");
  return files.filter(
    (file) => relative(file.folder, file.path).split(sep).length === 1 || file.path.includes(`${sep}chats${sep}`),
  );
}
