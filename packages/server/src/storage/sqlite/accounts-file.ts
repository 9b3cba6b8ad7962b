import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** The file of passwords and sessions, made when there is none. What is in it is the affair of who keeps accounts. */
export function openAccountsFile(path: string): DatabaseSync {
  // For its owner's eyes only; SQLite gives the files beside it the same rights.
  writeFileSync(path, "", { flag: "a", mode: 0o600 });
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  return database;
}
