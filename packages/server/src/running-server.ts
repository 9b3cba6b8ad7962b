import { readFileSync, rmSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a server writes into its data folder so that the command line finds it. */
export interface ServerRecord {
  pid: number;
  url: string;
  /** What the command line sends as its key: whoever can read this file can read the data beside it. */
  ownerToken: string;
}

const FILE = "server.json";
/** A server on this machine that does not answer within this is as good as none. */
const ANSWER_TIMEOUT_MS = 2_000;

/** For its owner's eyes only. */
export async function writeServerRecord(dataDir: string, record: ServerRecord): Promise<void> {
  const path = join(dataDir, FILE);
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
}

/** Only what this process wrote: another server may have come since. */
export function removeServerRecord(dataDir: string): void {
  if (readServerRecord(dataDir)?.pid === process.pid) rmSync(join(dataDir, FILE), { force: true });
}

/** The server that runs on this data folder; null when none answers. */
export async function findRunningServer(dataDir: string): Promise<ServerRecord | null> {
  const record = readServerRecord(dataDir);
  if (record === null || !isAlive(record.pid)) return null;
  try {
    const answer = await fetch(`${record.url}/api/health`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await answer.body?.cancel();
    return answer.ok ? record : null;
  } catch {
    return null;
  }
}

function readServerRecord(dataDir: string): ServerRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(dataDir, FILE), "utf8")) as Partial<ServerRecord>;
    const { pid, url, ownerToken } = record;
    const isWhole = typeof pid === "number" && typeof url === "string" && typeof ownerToken === "string";
    return isWhole ? { pid, url, ownerToken } : null;
  } catch {
    return null;
  }
}

/** Signal 0 only asks; EPERM: it lives and belongs to somebody else. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
