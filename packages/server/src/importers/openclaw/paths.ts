import { basename, join } from "node:path";
import { existingFolders, filesBelow, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

/** OpenClaw has had other names; what was written under them stays where it was. */
const HOMES = [".openclaw", ".clawdbot", ".moltbot", ".moldbot"];

/** The folders `agents` that are there. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["OPENCLAW_DIR"] || env["OPENCLAW_STATE_DIR"], homeDir);
  const homes = named.length > 0 ? named : HOMES.map((name) => join(homeDir, name));
  return existingFolders(homes.map((home) => join(home, "agents")));
}

/** The sessions of all agents, also those that were deleted or reset: what they used was paid. */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => SESSION_FILE.test(name), "agents");
}

const SESSION_FILE = /\.jsonl(\.(deleted|reset)\..+)?$/;

/** A deleted or reset session keeps its name. */
export function sessionOf({ path }: Pick<LogFile, "path">): string {
  return basename(path).replace(SESSION_FILE, "");
}

/** `agents/<agent>/sessions/…` */
export function agentOf({ path, folder }: Pick<LogFile, "path" | "folder">): string | null {
  const parts = path.slice(folder.length + 1).split(/[\\/]/);
  return parts.length > 2 ? parts[0]! : null;
}
