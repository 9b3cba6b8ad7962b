import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { existingFolders, filesBelow, logFile, namedPaths, realFolder } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";
import { rememberTelemetry } from "./telemetry-index.ts";

/** The home of Copilot when it has logs, and the file that its telemetry is written to when that is named. */
export async function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["COPILOT_HOME"], homeDir);
  const homes = await existingFolders(named.length > 0 ? named : [join(homeDir, ".copilot")]);
  const used = await Promise.all(homes.map(async (home) => (await existingFolders(logFolders(home))).length > 0));
  const telemetry = namedPaths(env["COPILOT_OTEL_FILE_EXPORTER_PATH"], homeDir);
  const isThere = await Promise.all(telemetry.map((path) => isFile(path)));
  // telemetry first: it tells what the logs of sessions need not
  return [...telemetry.filter((_, index) => isThere[index]), ...homes.filter((_, index) => used[index])];
}

function logFolders(home: string): string[] {
  return ["otel", "session-state"].map((name) => join(home, name));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Telemetry and the logs of sessions in a home of Copilot; or one file. */
export async function listFiles(path: string): Promise<LogFile[]> {
  const start = await realpath(path);
  const files = (await isFile(start)) ? [await logFile(start, dirname(start))] : await filesIn(start);
  for (const file of files) if (!isSessionLog(file.path)) rememberTelemetry(file);
  return files.map(settled);
}

async function filesIn(home: string): Promise<LogFile[]> {
  const telemetry = await realFolder(join(home, "otel"));
  const sessions = (await realFolder(join(home, "session-state"))) ?? home;
  return [
    ...(telemetry === null ? [] : await filesBelow(telemetry, (name) => name.endsWith(".jsonl"), "otel")),
    ...(await filesBelow(sessions, (name) => name === "events.jsonl", "session-state")),
  ];
}

/** `session-state/<session>/events.jsonl` */
export function isSessionLog(path: string): boolean {
  return basename(path) === "events.jsonl";
}

const SETTLED_MS = 86_400_000;

/** Nobody has written to it for a day: a run that has not ended will not end any more. */
export function isSettled({ modifiedMs }: LogFile): boolean {
  return Date.now() - modifiedMs > SETTLED_MS;
}

/** Looks changed once when it settles, so that it is read once more for the run that never ended. */
function settled(file: LogFile): LogFile {
  return isSessionLog(file.path) && isSettled(file) ? { ...file, modifiedMs: file.modifiedMs + 1 } : file;
}
