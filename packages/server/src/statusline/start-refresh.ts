import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

const LOCK = "statusline.lock";
/** A refresh that has not ended by then was killed. */
const STALE_MS = 120_000;
const RETRY_MS = 30_000;

/**
 * Starts `outlay statusline --refresh` beside this process, which then may end. Never a second one: the first holds a lock file,
 * and takes it away when it is done.
 */
export function startRefresh(dataDir: string, args: string[], nowMs: number): boolean {
  if (!takeLock(dataDir, nowMs)) return false;
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(
    process.execPath,
    [...process.execArgv, process.argv[1]!, "statusline", "--refresh", ...args, "--data", dataDir],
    { detached: true, stdio: "ignore" },
  );
  child.on("error", () => releaseLock(dataDir));
  child.unref();
  return true;
}

/** What has failed is tried again in half a minute, not with each line. */
export function postponeRefresh(dataDir: string, nowMs: number): void {
  writeFileSync(`${dataDir}/${LOCK}`, String(nowMs - STALE_MS + RETRY_MS), { mode: 0o600 });
}

export function releaseLock(dataDir: string): void {
  rmSync(`${dataDir}/${LOCK}`, { force: true });
}

function takeLock(dataDir: string, nowMs: number): boolean {
  const path = `${dataDir}/${LOCK}`;
  try {
    mkdirSync(dataDir, { recursive: true });
    if (isStale(path, nowMs)) {
      // whoever moves it away may take its place; a second one finds a lock that is young, and puts it back
      const aside = `${path}.${process.pid}`;
      renameSync(path, aside);
      if (!isStale(aside, nowMs)) {
        renameSync(aside, path);
        return false;
      }
      rmSync(aside, { force: true });
    }
    writeFileSync(path, String(nowMs), { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function isStale(path: string, nowMs: number): boolean {
  try {
    const takenAtMs = Number(readFileSync(path, "utf8")) || statSync(path).mtimeMs;
    return nowMs - takenAtMs > STALE_MS;
  } catch {
    return false;
  }
}
