import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { logFile } from "../find-logs.ts";
import type { LogFile } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { fieldsOf } from "../read-values.ts";
import { countersIn, keyOf } from "./counters.ts";

/** The cumulative counters in the log of the session that `file` was forked from; null when that log is gone. */
export async function parentKeys(file: LogFile, parent: string): Promise<ReadonlySet<string> | null> {
  const path = await pathOfSession(file.folder, parent);
  if (path === null || path === file.path) return null;
  try {
    const { sizeBytes, modifiedMs } = await logFile(path, file.folder);
    const version = `${path}\n${sizeBytes} ${modifiedMs}`;
    const keys = KEPT_KEYS.get(version) ?? (await keysIn({ path, folder: file.folder, sizeBytes, modifiedMs }));
    remember(KEPT_KEYS, version, keys);
    return keys;
  } catch (error) {
    // moved meanwhile
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    KEPT_PATHS.delete(file.folder);
    return null;
  }
}

async function keysIn(file: LogFile): Promise<Set<string>> {
  const keys = new Set<string>();
  const read = (line: unknown) => {
    const payload = fieldsOf(fieldsOf(line)["payload"]);
    const total = fieldsOf(payload["info"])["total_token_usage"] ?? payload["thread_token_usage"];
    try {
      if (typeof total === "object" && total !== null) keys.add(keyOf(countersIn(fieldsOf(total))));
    } catch {
      // named when that log itself is read
    }
    return { events: [] };
  };
  const marks = ['"total_token_usage"', '"thread_token_usage"'];
  const parts = loadJsonLines(file, { offsetBytes: 0, line: 1 }, { marks, read });
  while ((await parts.next()).done !== true);
  return keys;
}

async function pathOfSession(folder: string, session: string): Promise<string | null> {
  const known = KEPT_PATHS.get(folder)?.get(session);
  if (known !== undefined) return known;
  const paths = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const id = entry.isFile() ? SESSION_ID.exec(basename(entry.name, ".jsonl"))?.[0] : undefined;
    const isArchived = basename(entry.parentPath) === "archived_sessions";
    if (id !== undefined && !(isArchived && paths.has(id))) paths.set(id, join(entry.parentPath, entry.name));
  }
  remember(KEPT_PATHS, folder, paths);
  return paths.get(session) ?? null;
}

/** At the end of `rollout-<time>-<id>`. */
export const SESSION_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// a session starts many sub-agents
const KEPT_KEYS = new Map<string, ReadonlySet<string>>();
const KEPT_PATHS = new Map<string, Map<string, string>>();
const MOST_KEPT = 8;

function remember<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
}
