import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { LogFile } from "./importer.ts";

/** Paths that a variable of the environment names, several with commas; `~` is the home folder. Empty: it names none. */
export function namedPaths(value: string | undefined, homeDir: string): string[] {
  return (value ?? "")
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "")
    .map((path) => (path === "~" || /^~[\\/]/.test(path) ? join(homeDir, path.slice(1)) : resolve(path)));
}

/** Those of the folders that are there, each once also when one is a link to another. */
export async function existingFolders(candidates: string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const candidate of candidates) {
    const folder = await realFolder(candidate);
    if (folder !== null) found.add(folder);
  }
  return [...found];
}

/** The folder that a path leads to; null when there is none. */
export async function realFolder(path: string): Promise<string | null> {
  try {
    return (await stat(path)).isDirectory() ? await realpath(path) : null;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/**
 * The files of a tool below a folder, at any depth; `path` may also be one file, whatever its name. `root` is the name of
 * the folder that logs lie in, such as `sessions`: it is looked for in a named folder, and above a named file. Links are
 * not followed: they may lead in a circle.
 */
export async function filesBelow(path: string, isLog: (name: string) => boolean, root: string): Promise<LogFile[]> {
  const start = await realpath(path);
  if ((await stat(start)).isFile()) return [await logFile(start, folderAbove(start, root))];
  const folder = (await realFolder(join(start, root))) ?? start;
  const files: LogFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !isLog(entry.name)) continue;
    try {
      files.push(await logFile(join(entry.parentPath, entry.name), folder));
    } catch (error) {
      // deleted in between
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return files;
}

/** A file as it is now. */
export async function logFile(path: string, folder: string): Promise<LogFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, folder, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) };
}

/** The nearest folder of that name, or the one above the file's own. */
function folderAbove(path: string, name: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) === name) return folder;
  }
  return dirname(dirname(path));
}
