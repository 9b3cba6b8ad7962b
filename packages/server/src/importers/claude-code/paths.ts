import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { LogFile, Place } from "../importer.ts";

/** The folders named `projects` that are there, each once also when one is a link to another. */
export async function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const found = new Set<string>();
  for (const candidate of candidates(env, homeDir)) {
    const folder = await realFolder(candidate);
    if (folder !== null) found.add(folder);
  }
  return [...found];
}

function candidates(env: Place["env"], homeDir: string): string[] {
  const named = (env["CLAUDE_CONFIG_DIR"] ?? "")
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "")
    .map((path) => (path === "~" || path.startsWith("~/") ? join(homeDir, path.slice(1)) : resolve(path)));
  if (named.length > 0) return named.map((path) => (basename(path) === "projects" ? path : join(path, "projects")));
  const configured = env["XDG_CONFIG_HOME"]?.trim();
  const config = configured === undefined || configured === "" ? join(homeDir, ".config") : configured;
  return [join(config, "claude", "projects"), join(homeDir, ".claude", "projects")];
}

async function realFolder(path: string): Promise<string | null> {
  try {
    return (await stat(path)).isDirectory() ? await realpath(path) : null;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/**
 * The transcripts below a folder, at any depth; `path` may also be one file, or a configuration folder with `projects`.
 * Links are not followed: they may lead in a circle.
 */
export async function listFiles(path: string): Promise<LogFile[]> {
  const start = await realpath(path);
  if ((await stat(start)).isFile()) return [await fileAt(start, projectsAbove(start))];
  const projects = (await realFolder(join(start, "projects"))) ?? start;
  const files: LogFile[] = [];
  for (const entry of await readdir(projects, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".jsonl")) continue;
    try {
      files.push(await fileAt(join(entry.parentPath, entry.name), projects));
    } catch (error) {
      // deleted in between: Claude Code cleans up when it starts
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return files;
}

async function fileAt(path: string, folder: string): Promise<LogFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, folder, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) };
}

/** The nearest folder named `projects`, or the one above the file's own. */
function projectsAbove(path: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) === "projects") return folder;
  }
  return dirname(dirname(path));
}
