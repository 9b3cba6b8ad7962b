import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { existingFolders, filesBelow, logFile, namedPaths, realFolder } from "../find-logs.ts";
import type { Importer, LogFile, Place } from "../importer.ts";
import { databaseFile } from "../load-sqlite.ts";

/** How the files of OpenCode, or of what is built on it, are found. */
export function findersOf(name: "opencode" | "kilo"): Pick<Importer, "findFolders" | "listFiles"> {
  return {
    async findFolders({ env, homeDir }: Place) {
      const named = namedPaths(env[`${name.toUpperCase()}_DATA_DIR`], homeDir);
      const data = env["XDG_DATA_HOME"]?.trim() || join(homeDir, ".local", "share");
      const folders = await existingFolders(named.length > 0 ? named : [join(data, name)]);
      const areUsed = await Promise.all(folders.map(isUsed));
      return folders.filter((_, index) => areUsed[index]);
    },
    listFiles,
  };
}

async function isUsed(folder: string): Promise<boolean> {
  const hasDatabase = (await readdir(folder)).some((name) => DATABASE.test(name));
  return hasDatabase || (await realFolder(join(folder, "storage", "message"))) !== null;
}

/** The databases of a data folder, one for each release channel, and the messages that older versions wrote as files. */
async function listFiles(path: string): Promise<LogFile[]> {
  const start = await realpath(path);
  if ((await stat(start)).isFile()) return [await fileAt(start, dirname(start))];
  const names = (await readdir(start)).filter((name) => DATABASE.test(name));
  const databases = await Promise.all(names.map((name) => fileAt(join(start, name), start)));
  const messages = await realFolder(join(start, "storage", "message"));
  return messages === null ? databases : [...databases, ...(await filesBelow(messages, isMessage, "message"))];
}

const DATABASE = /^(opencode|kilo)(-[\w.-]+)?\.db$/;

function isMessage(name: string): boolean {
  return name.endsWith(".json");
}

function fileAt(path: string, folder: string): Promise<LogFile> {
  return isDatabase(path) ? databaseFile(path, folder) : logFile(path, folder);
}

export function isDatabase(path: string): boolean {
  return basename(path).endsWith(".db");
}
