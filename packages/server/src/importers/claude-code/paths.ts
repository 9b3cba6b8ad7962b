import { basename, join } from "node:path";
import { existingFolders, filesBelow, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The folders named `projects` that are there, each once also when one is a link to another. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["CLAUDE_CONFIG_DIR"], homeDir);
  if (named.length > 0) {
    return existingFolders(named.map((path) => (basename(path) === "projects" ? path : join(path, "projects"))));
  }
  const config = env["XDG_CONFIG_HOME"]?.trim() || join(homeDir, ".config");
  return existingFolders([join(config, "claude", "projects"), join(homeDir, ".claude", "projects")]);
}

/** The transcripts below a folder, at any depth; `path` may also be one file, or a configuration folder with `projects`. */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => name.endsWith(".jsonl"), "projects");
}
