import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { existingFolders, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";
import { databaseFile } from "../load-sqlite.ts";

/** The homes of Hermes that are there. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["HERMES_HOME"], homeDir);
  return existingFolders(named.length > 0 ? named : [join(homeDir, ".hermes")]);
}

const DATABASE = "state.db";

/** The database of a home and those of its profiles, or one database that somebody named. */
export async function listFiles(path: string): Promise<LogFile[]> {
  if ((await stat(path)).isFile()) return [await databaseFile(path, dirname(path))];
  const files: LogFile[] = [];
  for (const folder of [path, ...(await profilesOf(path))]) {
    try {
      files.push(await databaseFile(join(folder, DATABASE), path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return files;
}

async function profilesOf(home: string): Promise<string[]> {
  try {
    const entries = await readdir(join(home, "profiles"), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(home, "profiles", name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** `profiles/<profile>/state.db`; null for the home itself. */
export function profileOf({ path, folder }: Pick<LogFile, "path" | "folder">): string | null {
  return dirname(path) === folder ? null : basename(dirname(path));
}
