/**
 * The code of a failed write as Node gives it: `ENOSPC` when SQLite says that the disk is full, or could not write or make
 * room (a quota, a limit on the size of files); null for every other error.
 */
export function diskFullCode(error: unknown): "ENOSPC" | null {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" && FULL.has(errcode) ? "ENOSPC" : null;
}

/** SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE of https://sqlite.org/rescode.html, read on 23 November 2026. */
const FULL = new Set([13, 778, 4_874]);
