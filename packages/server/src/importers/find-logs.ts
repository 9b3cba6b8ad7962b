import type { Dirent } from "node:fs";
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
  for (const folders = [folder]; folders.length > 0;) {
    const current = folders.pop()!;
    for (const entry of await entriesOf(current, folder, files)) {
      const below = join(current, entry.name);
      if (entry.isDirectory()) folders.push(below);
      else if (entry.isFile() && isLog(entry.name)) files.push(...(await unlessGone(() => logFile(below, folder))));
    }
  }
  return files;
}

/** A folder below that cannot be looked into stands among the files: who reads it names it as one that cannot be read. */
async function entriesOf(current: string, folder: string, files: LogFile[]): Promise<Dirent[]> {
  try {
    return await readdir(current, { withFileTypes: true });
  } catch (error) {
    if (current === folder) throw error;
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      files.push({ path: current, folder, sizeBytes: 0, modifiedMs: 0 });
    }
    return [];
  }
}

/** Tools delete old logs whenever they like. */
async function unlessGone(look: () => Promise<LogFile>): Promise<LogFile[]> {
  try {
    return [await look()];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return [];
  }
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
