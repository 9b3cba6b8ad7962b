import { join } from "node:path";
import { existingFolders, filesBelow, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** The folders `sessions` of both generations that are there. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const older = namedPaths(env["KIMI_DATA_DIR"] || env["KIMI_SHARE_DIR"], homeDir);
  const newer = namedPaths(env["KIMI_CODE_HOME"], homeDir);
  const homes = [
    ...(older.length > 0 ? older : [join(homeDir, ".kimi")]),
    ...(newer.length > 0 ? newer : [join(homeDir, ".kimi-code")]),
  ];
  return existingFolders(homes.map((home) => join(home, "sessions")));
}

/** The logs of sessions and of their sub-agents; what else lies there (`context.jsonl`) tells of no call. */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => name === "wire.jsonl", "sessions");
}

/** Where a log belongs, from its place below `sessions`. */
export interface LogPlace {
  /** Kimi's own folder of `sessions`. */
  home: string;
  /** Folder that stands for the folder that Kimi was started in. */
  workDirKey: string | null;
  session: string | null;
  /** Sub-agent that the log is of. */
  subagent: string | null;
}

/**
 * `<work dir>/<session>/wire.jsonl` and `…/<session>/subagents/<agent>/wire.jsonl`, newer
 * `<work dir>/<session>/agents/<agent>/wire.jsonl`, where `main` is no sub-agent.
 */
export function placeOf({ path, folder }: Pick<LogFile, "path" | "folder">): LogPlace {
  const [workDirKey = null, session = null, kind, agent] = path
    .slice(folder.length + 1)
    .split(/[\\/]/)
    .slice(0, -1);
  const isOfAgent = kind === "subagents" || kind === "agents";
  const subagent = isOfAgent && agent !== undefined && agent !== "main" ? agent : null;
  return { home: join(folder, ".."), workDirKey, session, subagent };
}
