import { DatabaseSync } from "node:sqlite";
import { InvalidInput } from "@outlay/core";

/**
 * Keeps a second process from writing the same data folder. The lock is a transaction on a file of its own, so
 * that the operating system takes it back when the process dies, however it dies.
 */
export function lockDataFolder(dataDir: string, lockPath: string): { release(): void } {
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    throw new InvalidInput(
      "data_folder_in_use",
      `another Outlay process writes to ${dataDir}; stop it, or point this one to it with --server`,
      { field: "data", status: 409 },
    );
  }
  return { release: () => lock.close() };
}
