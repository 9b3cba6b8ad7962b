import { join } from "node:path";
import { existingFolders, filesBelow, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The folder with the threads of Amp. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["AMP_DATA_DIR"], homeDir);
  const data = env["XDG_DATA_HOME"]?.trim() || join(homeDir, ".local", "share");
  const homes = named.length > 0 ? named : [join(data, "amp")];
  return existingFolders(homes.map((home) => join(home, "threads")));
}

/** One document for each thread. */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => /^T-.*\.json$/.test(name), "threads");
}
