import { basename, join } from "node:path";
import { existingFolders, filesBelow, namedPaths, realFolder } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The homes of Codex that have logs. */
export async function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["CODEX_HOME"], homeDir);
  const homes = await existingFolders(named.length > 0 ? named : [join(homeDir, ".codex")]);
  const areUsed = await Promise.all(homes.map(hasLogs));
  return homes.filter((_, index) => areUsed[index]);
}

const FOLDERS = ["sessions", "archived_sessions"];

async function hasLogs(home: string): Promise<boolean> {
  const found = await Promise.all(FOLDERS.map((name) => realFolder(join(home, name))));
  return found.some((folder) => folder !== null);
}

/** The logs of a home, or of any folder, at any depth, or one file. Of a session that is being archived, the active file. */
export async function listFiles(path: string): Promise<LogFile[]> {
  const files = (await hasLogs(path)) ? await inHome(path) : await filesBelow(path, isLog, "sessions");
  return [...new Map(files.toReversed().map((file) => [basename(file.path), file])).values()];
}

async function inHome(home: string): Promise<LogFile[]> {
  const folders = await existingFolders(FOLDERS.map((name) => join(home, name)));
  const lists = await Promise.all(folders.map((folder) => filesBelow(folder, isLog, "sessions")));
  return lists.flat().map((file) => ({ ...file, folder: home }));
}

function isLog(name: string): boolean {
  return name.endsWith(".jsonl");
}
