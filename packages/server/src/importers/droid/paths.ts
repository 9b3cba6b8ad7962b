import { basename, join } from "node:path";
import { existingFolders, filesBelow, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The folders `sessions` that are there. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["DROID_SESSIONS_DIR"], homeDir);
  return existingFolders(named.length > 0 ? named : [join(homeDir, ".factory", "sessions")]);
}

const SUFFIX = ".settings.json";

/** What sessions were set to and have used. The conversations beside them are not read, but for the name of a model. */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => name.endsWith(SUFFIX), "sessions");
}

export function sessionOf({ path }: Pick<LogFile, "path">): string {
  return basename(path, SUFFIX);
}

/** The conversation of a session, beside its settings. */
export function conversationOf({ path }: Pick<LogFile, "path">): string {
  return `${path.slice(0, -SUFFIX.length)}.jsonl`;
}
