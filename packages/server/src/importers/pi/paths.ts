import { basename, join } from "node:path";
import { existingFolders, filesBelow, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The folders `sessions` that are there. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["PI_AGENT_DIR"] || env["PI_CODING_AGENT_DIR"], homeDir);
  const agents = named.length > 0 ? named : [join(homeDir, ".pi", "agent")];
  return existingFolders(agents.map((path) => (basename(path) === "sessions" ? path : join(path, "sessions"))));
}

/** The sessions of all folders that pi was started in. */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => name.endsWith(".jsonl"), "sessions");
}

/** `<time>_<session>.jsonl` */
export function sessionOf({ path }: Pick<LogFile, "path">): string {
  const name = basename(path, ".jsonl");
  return name.slice(name.indexOf("_") + 1);
}
