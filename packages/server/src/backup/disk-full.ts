import { InvalidInput } from "@outlay/core";

/** What is to be said instead of the failure: that the disk of the folder is full, when that is what it is. */
export function withDiskFull(error: unknown, folder: string): unknown {
  // SQLite says it in words; where files are limited in size, writing fails
  if (!(error instanceof Error) || !/disk is full|disk I\/O error|ENOSPC|EFBIG/.test(error.message)) return error;
  return new InvalidInput(
    "disk_full",
    `The disk of ${folder} has no room for another copy of the store; make room there, as much as outlay.sqlite takes`,
    { status: 507 },
  );
}
