import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { existingFolders, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";
import { databaseFile } from "../load-sqlite.ts";

/** The folders that are there in which goose keeps its database, on each system. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const roots = namedPaths(env["GOOSE_PATH_ROOT"], homeDir).map((root) => join(root, "data", "sessions"));
  if (roots.length > 0) return existingFolders(roots);
  const data = env["XDG_DATA_HOME"]?.trim() || join(homeDir, ".local", "share");
  const roaming = env["APPDATA"]?.trim() || join(homeDir, "AppData", "Roaming");
  return existingFolders([
    join(data, "goose", "sessions"),
    join(data, "Block", "goose", "sessions"),
    join(homeDir, "Library", "Application Support", "goose", "sessions"),
    join(roaming, "Block", "goose", "data", "sessions"),
    join(roaming, "Block", "goose", "sessions"),
  ]);
}

const DATABASE = "sessions.db";

/** The database of a folder, or a database that somebody named. */
export async function listFiles(path: string): Promise<LogFile[]> {
  const isFile = (await stat(path)).isFile();
  const database = isFile ? path : join(path, basename(path) === "sessions" ? "" : "sessions", DATABASE);
  return [await databaseFile(database, isFile ? dirname(path) : path)];
}
